// What axe finds wrong with the page as it is.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  readonly violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[]
}

/** `within`: only there. */
export async function violations(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(axeSource)
  const { violations: found } = await page.evaluate(
    (selector) => (window as unknown as { axe: { run(within: string): Promise<AxeResult> } }).axe.run(selector),
    within,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}\n${node.failureSummary}`),
  )
}
