// Where a notebook is kept between visits. localStorage, because it is written before the call returns: an edit made in
// the last millisecond before a reload is there afterwards, which IndexedDB can't promise.
//
// Invariant: a record's version only grows, and a tab writes only on top of the version it has seen. Two tabs that both
// edit therefore notice each other instead of overwriting each other.
import { sameJob, type JobFiles } from './job-files.ts'

export interface NotebookRecord {
  readonly format: 1
  readonly version: number
  readonly job: JobFiles
}

export type SaveResult =
  | { readonly kind: 'saved'; readonly version: number }
  | { readonly kind: 'conflict'; readonly theirs: NotebookRecord }
  | { readonly kind: 'refused' }

export class NotebookStorage {
  readonly #key: string
  readonly #store: Storage

  constructor(id: string, store: Storage) {
    this.#key = `streambed.notebook.${id}`
    this.#store = store
  }

  /** What was saved last, or null if nothing was or it can't be read. */
  load(): NotebookRecord | null {
    try {
      return parseRecord(this.#store.getItem(this.#key))
    } catch {
      return null
    }
  }

  /** Saves on top of `seenVersion` (0: nothing seen). Somebody else's newer version is never overwritten. */
  save(job: JobFiles, seenVersion: number): SaveResult {
    const theirs = this.load()
    if (theirs && theirs.version > seenVersion) {
      if (sameJob(theirs.job, job)) return { kind: 'saved', version: theirs.version }
      return { kind: 'conflict', theirs }
    }
    const record: NotebookRecord = { format: 1, version: seenVersion + 1, job }
    try {
      this.#store.setItem(this.#key, JSON.stringify(record))
      return { kind: 'saved', version: record.version }
    } catch {
      return { kind: 'refused' }
    }
  }

  /** Calls back when another tab saves this notebook. Returns the way to stop listening. */
  watch(onChange: (theirs: NotebookRecord) => void): () => void {
    const listen = (event: StorageEvent): void => {
      if (event.key !== this.#key) return
      const theirs = parseRecord(event.newValue)
      if (theirs) onChange(theirs)
    }
    window.addEventListener('storage', listen)
    return () => window.removeEventListener('storage', listen)
  }
}

function parseRecord(text: string | null): NotebookRecord | null {
  if (text === null) return null
  try {
    const record = JSON.parse(text) as NotebookRecord
    const isWhole =
      record.format === 1 &&
      Number.isSafeInteger(record.version) &&
      record.job.files.length > 0 &&
      record.job.files.every((file) => typeof file.name === 'string' && typeof file.text === 'string') &&
      record.job.files.some((file) => file.name === record.job.entry)
    return isWhole ? record : null
  } catch {
    return null
  }
}
