// The page as a person meets it: what the tests do with it, in one place. Everything waits for what it expects and
// nothing waits for time to pass.
import { expect, type Locator, type Page } from '@playwright/test'

export interface JobText {
  readonly entry: string
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

const NOTEBOOK_KEY = 'streambed.notebook.playground'

/** A job of one file. */
export function oneFile(text: string): JobText {
  return { entry: 'Job.ts', files: [{ name: 'Job.ts', text }] }
}

export class NotebookPage {
  readonly page: Page
  readonly run: Locator
  readonly stop: Locator
  readonly status: Locator
  readonly rows: Locator
  readonly problems: Locator
  /** What the browser complained about: no test may leave anything here. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    this.run = page.getByRole('button', { name: /^(Run|运行)$/ })
    this.stop = page.getByRole('button', { name: /^(Stop|停止)$/ })
    this.status = page.locator('footer[data-state]')
    this.rows = page.locator('tbody tr[aria-rowindex]')
    this.problems = page.getByRole('region', { name: /^(Problems|问题)$/ })
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
  }

  /** The playground: a job of one's own, in files under tabs. */
  async open(): Promise<void> {
    await this.page.goto('./#/playground')
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible()
  }

  /** Opens the page as if this job had been written on an earlier visit, with these settings of a run. */
  async openWith(job: JobText | null, settings: object = {}): Promise<void> {
    await this.page.addInitScript(
      ({ key, record, run }) => {
        // Not in the sandbox's frame, which has no storage; and only once: a reload must find what the page saved.
        if (window !== window.top || localStorage.getItem('test.seeded')) return
        localStorage.setItem('test.seeded', 'yes')
        if (record) localStorage.setItem(key, JSON.stringify(record))
        localStorage.setItem('streambed.run', JSON.stringify(run))
      },
      { key: NOTEBOOK_KEY, record: job && { format: 1, version: 1, job }, run: settings },
    )
    await this.open()
  }

  /** Wakes the editor by the text, as a click does, and waits for it. */
  async wakeEditor(): Promise<void> {
    const text = this.page.locator('#code-pane pre')
    if (await text.isVisible()) await text.click({ position: { x: 200, y: 30 } })
    await expect(this.page.locator('.monaco-editor .view-line').first()).toBeVisible()
    await expect(text).toHaveCount(0)
  }

  /** Replaces the text of the file that is shown, by pasting: typed text would be indented and completed. */
  async write(text: string): Promise<void> {
    await this.wakeEditor()
    await this.page.locator('.monaco-editor .view-lines').click()
    await this.page.keyboard.press('ControlOrMeta+A')
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
    await this.page.keyboard.press('ControlOrMeta+V')
  }

  async show(file: string): Promise<void> {
    await this.page.getByRole('tab', { name: file }).click()
  }

  /** The text that is shown, from the editor or from the plain text before it. */
  async shownText(): Promise<string> {
    const lines = this.page.locator('#code-pane pre .line code, .monaco-editor .view-line')
    const texts = await lines.allInnerTexts()
    return texts.join('\n').replaceAll('\u00a0', ' ')
  }

  async expectState(state: string | RegExp): Promise<void> {
    await expect(this.status).toHaveAttribute('data-state', state, { timeout: 30_000 })
  }

  async hash(): Promise<string> {
    return this.page.locator('[data-hash]').innerText()
  }
}
