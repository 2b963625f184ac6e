import { expect, test } from './fixture.ts'
import { NotebookPage } from './notebook-page.ts'

test('an edit survives a reload, and nothing runs by itself', async ({ notebook, page }) => {
  await notebook.open()
  await notebook.write('export const kept = 42\n')
  await page.reload()
  expect(await notebook.shownText()).toContain('export const kept = 42')
  await notebook.expectState('idle')
  // The engine isn't even there before somebody touches the page.
  await expect(page.locator('iframe')).toHaveCount(0)
  await expect(page.locator('.monaco-editor')).toHaveCount(0)
})

test('the original can be brought back, and that can be taken back', async ({ notebook, page }) => {
  await notebook.open()
  await notebook.write('export const mine = 1\n')
  await page.getByRole('button', { name: 'File and notebook actions' }).click()
  await page.getByRole('menuitem', { name: 'Reset to the original' }).click()
  await expect.poll(() => notebook.shownText()).toContain('class FraudDetector')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => notebook.shownText()).toContain('export const mine = 1')
  await page.reload()
  expect(await notebook.shownText()).toContain('export const mine = 1')
})

test('files are added, renamed with their imports, and deleted', async ({ notebook, page }) => {
  await notebook.open()
  await page.getByRole('button', { name: 'Add a file' }).click()
  await page.getByLabel('File name').fill('FraudDetector')
  await expect(page.getByText('There is already a file named FraudDetector.ts')).toBeVisible()
  await page.getByLabel('File name').fill('Rules')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: 'Rules.ts' })).toHaveAttribute('aria-selected', 'true')

  await notebook.show('FraudDetector.ts')
  await page.keyboard.press('F2')
  await page.getByLabel('File name').fill('Detector.ts')
  await page.keyboard.press('Enter')
  await notebook.show('FraudDetectionJob.ts')
  expect(await notebook.shownText()).toContain(`from './Detector'`)

  await notebook.show('Rules.ts')
  await page.getByRole('button', { name: 'File and notebook actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(page.getByRole('tab', { name: 'Rules.ts' })).toHaveCount(0)
  await expect(page.getByText('Rules.ts was deleted.')).toBeVisible()
})

test('two tabs show the same notebook; of two edits at once the newer stands and the other is kept', async ({
  notebook,
  page,
  context,
}) => {
  await notebook.open()
  const otherPage = await context.newPage()
  const other = new NotebookPage(otherPage)
  await other.open()
  await other.write('export const fromTheOther = 2\n')
  await expect.poll(() => notebook.shownText()).toContain('fromTheOther')

  // A tab that missed the other's edit (it slept) notices when it saves.
  await page.evaluate(() => {
    const key = 'file/playground/FraudDetector.ts'
    const at = Date.now() - 1
    const missed = { key, value: 'export const missed = 3\n', at, seen: { asleep: at } }
    localStorage.setItem(`streambed.journal/${key}`, JSON.stringify(missed))
  })
  await notebook.write('export const mine = 4\n')
  await expect(page.getByText('was changed in another tab at the same time')).toBeVisible()
  expect(await notebook.shownText()).toContain('mine')
  await page.getByRole('button', { name: 'Show the other text' }).click()
  await expect.poll(() => notebook.shownText()).toContain('missed')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => notebook.shownText()).toContain('mine')
  await page.getByRole('button', { name: 'Earlier versions of FraudDetector.ts' }).click()
  await expect(page.getByRole('menuitem', { name: 'from another tab' }).first()).toBeVisible()
})

test('a tab that is closed in the instant after a keystroke has lost nothing', async ({ notebook, page, context }) => {
  await notebook.open()
  await notebook.write('export const before = 1\n')
  // The journal has it before the event is over; IndexedDB never gets a chance.
  await page.evaluate(() => indexedDB.deleteDatabase('streambed'))
  await page.keyboard.insertText('export const last = 2\n')
  await page.close({ runBeforeUnload: false })
  const later = new NotebookPage(await context.newPage())
  await later.open()
  expect(await later.shownText()).toContain('export const last = 2')
})

test('what is written moves from the journal into IndexedDB, with answers and settings', async ({ page }) => {
  await page.goto('./#/fraud-detection/remember')
  await page.locator('[data-quiz="why-clear"] input').nth(1).check()
  await page.getByRole('radio', { name: '中文' }).check()
  const kept = (): Promise<string[]> =>
    page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const opening = indexedDB.open('streambed')
          opening.onsuccess = () => {
            const all = opening.result.transaction('entries').objectStore('entries').getAllKeys()
            all.onsuccess = () => resolve(all.result.map(String))
          }
        }),
    )
  await expect.poll(kept).toEqual(['answer/fraud-detection/remember/quiz/why-clear', 'setting/language'])
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await expect(page.locator('[data-quiz="why-clear"] input').nth(1)).toBeChecked()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
})

const storages = {
  denied: () => {
    const refuse = (): never => {
      throw new DOMException('denied', 'SecurityError')
    }
    Object.defineProperty(window, 'localStorage', { get: refuse })
    Object.defineProperty(window, 'indexedDB', { get: refuse })
  },
  full: () => {
    const isOld = (key: string): boolean => key === 'test.seeded'
    const { setItem } = Storage.prototype
    Storage.prototype.setItem = function (key: string, value: string) {
      if (!isOld(key)) throw new DOMException('full', 'QuotaExceededError')
      setItem.call(this, key, value)
    }
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  },
}
const words = {
  denied: { en: 'The browser doesn’t let this page keep anything', zh: '浏览器不允许本页保存任何内容' },
  full: { en: 'The browser’s storage is full', zh: '浏览器的存储空间已满' },
}
for (const kind of ['denied', 'full'] as const) {
  test(`storage that is ${kind}: said in both languages, work goes on and can be carried away as a file`, async ({
    notebook,
    page,
    browser,
  }) => {
    await page.addInitScript(storages[kind])
    await notebook.open()
    await notebook.write('export const onlyHere = 5\n')
    await expect(page.getByText(words[kind].en).first()).toBeVisible()
    await page.getByRole('radio', { name: '中文' }).check()
    await expect(page.getByText(words[kind].zh).first()).toBeVisible()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: '存成文件' }).click()
    const file = await (await downloading).path()
    expect(await notebook.shownText()).toContain('onlyHere')

    // Opened in another browser it's all there, the language too.
    const elsewhere = await browser.newContext()
    const other = new NotebookPage(await elsewhere.newPage())
    await other.open()
    await other.page.getByRole('button', { name: /Playground/ }).click()
    const choosing = other.page.waitForEvent('filechooser')
    await other.page.getByRole('button', { name: 'Open a file' }).click()
    await (await choosing).setFiles(file)
    await expect.poll(() => other.shownText()).toContain('onlyHere')
    await expect(other.page.locator('html')).toHaveAttribute('lang', 'zh-CN')
    await other.page.reload()
    expect(await other.shownText()).toContain('onlyHere')
    await elsewhere.close()
  })
}

test('the divider is moved with the keyboard and stays where it was put', async ({ notebook, page }) => {
  await notebook.open()
  const divider = page.getByRole('separator', { name: 'Divide notebook and stage' })
  await divider.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(divider).toHaveAttribute('aria-valuenow', '46')
  await page.reload()
  await expect(divider).toHaveAttribute('aria-valuenow', '46')
})
