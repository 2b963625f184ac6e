// An exercise as somebody does it: try, fail, read why, look at the run, solve, come back. With the mouse, and with keys.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixture.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

function textOf(exercise: string, part: string): string {
  return readFileSync(path.join(root, 'exercises', exercise, part), 'utf8')
}

/** Replaces the text of the file, by pasting: typed text would be indented and completed. */
async function write(page: Page, file: string, text: string): Promise<void> {
  const cell = page.locator(`[data-file="${file}"]`)
  await cell.locator('pre, .monaco-editor .view-lines').first().click()
  await expect(cell.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('ControlOrMeta+V')
}

/** Checks, by mouse; gives the card once its verdict is whole. */
async function check(page: Page, verdict: string): Promise<Locator> {
  const card = page.locator('.check')
  await card.getByRole('button', { name: /^(Check|检查)$/ }).click()
  await expect(card).toHaveAttribute('data-verdict', verdict, { timeout: 60_000 })
  await expect(card.locator('[data-check-hash]')).toBeVisible({ timeout: 60_000 })
  return card
}

/** What the command line says about the same files. */
function headless(exercise: string, file: string, text: string): { status: number | null; stdout: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'streambed-answer-'))
  writeFileSync(path.join(folder, file), text)
  const args = ['bin/streambed.mjs', 'check', exercise, folder, '--hash', '--lang', 'en']
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

test('a lesson leads to its exercise; the starter fails; a known mistake is named, shown small, and watched', async ({
  page,
}) => {
  await page.goto('./#/fraud-detection/remember')
  await page.locator('[data-exercise="01-fraud-flag"]').click()
  await expect(page.locator('.check')).toBeVisible()
  await check(page, 'failed')

  const mistake = textOf('01-fraud-flag', 'wrong/class-member/FraudDetector.ts')
  await write(page, 'FraudDetector.ts', mistake)
  const card = await check(page, 'failed')
  await expect(card).toHaveAttribute('data-explanation', 'class-member')
  await expect(card.locator('[data-why]')).toContainText('class member')
  // The first failure stands above the list, with no more records than it takes.
  await expect(card.locator('.first h3')).toContainText('What one account does says nothing about another')
  await expect(card.locator('.first table').first().locator('tbody tr')).toHaveCount(3)
  const hash = await card.locator('[data-check-hash]').innerText()
  const { status, stdout } = headless('01-fraud-flag', 'FraudDetector.ts', mistake)
  expect(status).toBe(1)
  expect(stdout).toContain('# Remembered in a class member')
  expect(stdout).toContain(`{"hash":"${hash}"}`)

  await card.getByRole('button', { name: /Watch this run/ }).click()
  const run = page.locator('footer[data-state]')
  await expect(run).toHaveAttribute('data-paused', 'true', { timeout: 30_000 })
  await page.getByRole('button', { name: 'Play' }).click()
  await expect(run).toHaveAttribute('data-state', 'finished', { timeout: 60_000 })
})

test('solved, with the same verdict and hash as on the command line, and remembered', async ({ page }) => {
  await page.goto('./#/exercise/fraud-flag')
  const solution = textOf('01-fraud-flag', 'solution/FraudDetector.ts')
  await write(page, 'FraudDetector.ts', solution)
  const card = await check(page, 'passed')
  const hash = await card.locator('[data-check-hash]').innerText()
  const { status, stdout } = headless('01-fraud-flag', 'FraudDetector.ts', solution)
  expect([status, stdout.includes(`{"hash":"${hash}"}`)]).toEqual([0, true])
  // Who has passed may see how others write it.
  await card.getByText('Compare FraudDetector.ts with the model solution').click()
  await expect(card.locator('figure')).toHaveCount(2)
  await page.reload()
  await expect(page.locator('.check')).toContainText('Passed.')
  await expect(page.locator('[data-file="FraudDetector.ts"]')).toContainText('ValueStateDescriptor')
})

test('the second one with keys alone, in Chinese', async ({ page }) => {
  await page.goto('./#/exercise/fraud-timer')
  await page.getByRole('radio', { name: '中文' }).check()
  const editable = page.locator('[data-file="FraudDetector.ts"] [tabindex="0"]').first()
  await editable.focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-file="FraudDetector.ts"] .monaco-editor .view-line').first()).toBeVisible({
    timeout: 30_000,
  })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const solution = textOf('02-fraud-timer', 'solution/FraudDetector.ts')
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), solution)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('ControlOrMeta+V')
  await page.keyboard.press('Escape')
  const button = page.locator('.check').getByRole('button', { name: '检查', exact: true })
  await button.focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('.check')).toHaveAttribute('data-verdict', 'passed', { timeout: 60_000 })
  await expect(page.locator('.check')).toContainText('全部通过')
})

test('a file that doesn’t export what is asked for: said, nothing checked, nothing lost', async ({ page }) => {
  await page.goto('./#/exercise/fraud-flag')
  await write(page, 'FraudDetector.ts', 'export class Somebody {}\n')
  await page.locator('.check').getByRole('button', { name: 'Check' }).click()
  await expect(page.locator('.check')).toContainText('The job was not run', { timeout: 30_000 })
  await expect(page.locator('[data-file="FraudDetectionJob.ts"]')).toContainText('FraudDetector')
  await page.reload()
  await expect(page.locator('[data-file="FraudDetector.ts"]')).toContainText('Somebody')
})

test('the outline has the exercises, too', async ({ page }) => {
  await page.goto('./#/fraud-detection/remember')
  await page.getByRole('button', { name: /Remember one small purchase/ }).click()
  await page
    .getByRole('navigation', { name: 'Course' })
    .getByRole('link', { name: /Catch the thief/ })
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Catch the thief')
})
