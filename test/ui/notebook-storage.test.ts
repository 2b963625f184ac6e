import { beforeEach, describe, expect, it } from 'vitest'
import type { JobFiles } from '../../ui/notebook/job-files.ts'
import { NotebookStorage } from '../../ui/notebook/notebook-storage.ts'

class MemoryStore implements Storage {
  readonly #items = new Map<string, string>()
  isFull = false
  get length() {
    return this.#items.size
  }
  key = (at: number) => [...this.#items.keys()][at] ?? null
  getItem = (key: string) => this.#items.get(key) ?? null
  setItem = (key: string, value: string) => {
    if (this.isFull) throw new Error('full')
    this.#items.set(key, value)
  }
  removeItem = (key: string) => void this.#items.delete(key)
  clear = () => this.#items.clear()
}

const job = (text: string): JobFiles => ({ entry: 'A.ts', files: [{ name: 'A.ts', text }] })

describe('two tabs on one notebook', () => {
  let store: MemoryStore
  let mine: NotebookStorage
  let theirs: NotebookStorage
  beforeEach(() => {
    store = new MemoryStore()
    mine = new NotebookStorage('n', store)
    theirs = new NotebookStorage('n', store)
  })

  it('what one saves the other loads', () => {
    expect(mine.save(job('a'), 0)).toEqual({ kind: 'saved', version: 1 })
    expect(theirs.load()).toEqual({ format: 1, version: 1, job: job('a') })
  })

  it('a save on top of an older version overwrites nothing', () => {
    mine.save(job('a'), 0)
    theirs.save(job('b'), 1)
    const result = mine.save(job('c'), 1)
    expect(result).toEqual({ kind: 'conflict', theirs: { format: 1, version: 2, job: job('b') } })
    expect(theirs.load()?.job).toEqual(job('b'))
  })

  it('two equal changes are no conflict', () => {
    mine.save(job('a'), 0)
    theirs.save(job('b'), 1)
    expect(mine.save(job('b'), 1)).toEqual({ kind: 'saved', version: 2 })
  })

  it('says when the browser keeps nothing', () => {
    store.isFull = true
    expect(mine.save(job('a'), 0)).toEqual({ kind: 'refused' })
  })

  it.each([
    '',
    '{',
    '{"format":2}',
    '{"format":1,"version":1,"job":{"entry":"B.ts","files":[{"name":"A.ts","text":""}]}}',
  ])('reads nothing from what it does not understand: %s', (text) => {
    store.setItem('streambed.notebook.n', text)
    expect(mine.load()).toBeNull()
  })
})
