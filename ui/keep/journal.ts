// The journal: entries in localStorage, written before the call returns. A tab that is closed in the next instant has
// lost nothing; what has reached IndexedDB is taken out again, so the journal stays small.
import { asEntry, isAfter, type Entry } from './entry.ts'

export type WriteResult = 'written' | 'full' | 'denied'

const PREFIX = 'streambed.journal/'

export class Journal {
  readonly #store: () => Storage

  /** `store` may throw: some browsers do on the mere mention of localStorage. */
  constructor(store: () => Storage) {
    this.#store = store
  }

  entries(): Entry[] {
    try {
      const store = this.#store()
      const keys = Array.from({ length: store.length }, (_, i) => store.key(i) ?? '')
      return keys.filter((key) => key.startsWith(PREFIX)).flatMap((key) => parse(store.getItem(key)) ?? [])
    } catch {
      return []
    }
  }

  read(key: string): Entry | null {
    try {
      return parse(this.#store().getItem(PREFIX + key))
    } catch {
      return null
    }
  }

  write(entry: Entry): WriteResult {
    try {
      this.#store().setItem(PREFIX + entry.key, JSON.stringify(entry))
      return 'written'
    } catch (error) {
      return isQuotaError(error) ? 'full' : 'denied'
    }
  }

  /** Takes out what stands there, if `entry` was written knowing it. */
  drop(entry: Entry): void {
    const there = this.read(entry.key)
    if (there === null || !isAfter(entry, there)) return
    try {
      this.#store().removeItem(PREFIX + entry.key)
    } catch {
      // It stays, and is found to be known when it's read again.
    }
  }
}

export function isQuotaError(error: unknown): boolean {
  return error instanceof Error && /quota/i.test(error.name)
}

function parse(text: string | null): Entry | null {
  if (text === null) return null
  try {
    return asEntry(JSON.parse(text))
  } catch {
    return null
  }
}
