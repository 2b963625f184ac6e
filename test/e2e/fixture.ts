// Every test gets the page's object and ends with the browser's console empty of errors.
import { expect, test as base } from '@playwright/test'
import { NotebookPage } from './notebook-page.ts'

export const test = base.extend<{ notebook: NotebookPage }>({
  notebook: async ({ page }, use) => {
    const notebook = new NotebookPage(page)
    await use(notebook)
    expect(notebook.complaints).toEqual([])
  },
})

export { expect }
