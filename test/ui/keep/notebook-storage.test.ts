import { describe, expect, it } from 'vitest'
import type { JobFiles } from '../../../ui/notebook/job-files.ts'
import { withFile, withName, withText } from '../../../ui/notebook/job-files.ts'
import { NotebookStorage } from '../../../ui/notebook/notebook-storage.ts'
import { FakeBrowser } from './fake-browser.ts'

const original: JobFiles = {
  entry: 'Job.ts',
  files: [
    { name: 'Job.ts', text: 'job' },
    { name: 'Rules.ts', text: 'rules' },
  ],
}

describe('a notebook between visits', () => {
  it('gives the original until something is changed, and what was not changed follows a new original', async () => {
    const browser = new FakeBrowser()
    const storage = new NotebookStorage('c/l', original, browser.openTab())
    expect(storage.load()).toEqual(original)
    storage.save(withText(original, 'Rules.ts', 'mine'), original)
    const newer = withText(withText(original, 'Job.ts', 'job 2'), 'Rules.ts', 'rules 2')
    const later = new NotebookStorage('c/l', newer, await browser.visit())
    expect(later.load()).toEqual(withText(newer, 'Rules.ts', 'mine'))
  })

  it('keeps files that are added and renamed, and forgets all of it with a reset', async () => {
    const browser = new FakeBrowser()
    const storage = new NotebookStorage('playground', original, browser.openTab())
    const changed = withName(withFile(original, { name: 'New.ts', text: '' }), 'Job.ts', 'Main.ts')
    storage.save(changed, original)
    const again = new NotebookStorage('playground', original, await browser.visit())
    expect(again.load()).toEqual(changed)
    again.save(original, changed)
    const tab = await browser.visit()
    expect([new NotebookStorage('playground', original, tab).load(), tab.keys('')]).toEqual([original, []])
  })

  it('hears of another tab, page by page', () => {
    const browser = new FakeBrowser()
    const [one, other] = [browser.openTab(), browser.openTab()]
    let heard = 0
    new NotebookStorage('a', original, one).watch(() => heard++)
    new NotebookStorage('ab', original, other).save(withText(original, 'Job.ts', 'x'), original)
    expect(heard).toBe(0)
    new NotebookStorage('a', original, other).save(withText(original, 'Job.ts', 'x'), original)
    expect(heard).toBe(1)
  })

  it.each([{ names: 'Job.ts' }, { names: ['Job.ts'], entry: 'Other.ts' }, 7])('reads nothing from %j', (kept) => {
    const tab = new FakeBrowser().openTab()
    tab.set('job/p', kept)
    expect(new NotebookStorage('p', original, tab).load()).toEqual(original)
  })
})
