// Entries in IndexedDB. What it holds is compared and replaced in one transaction, so that two tabs that write at once
// come one after the other.
import { openDB, type IDBPDatabase } from 'idb'
import { asEntry, type Entry } from './entry.ts'

export interface EntryStore {
  readAll(): Promise<Entry[]>
  /** Writes what `settle` makes of each entry and of what is there. All of them or, when it throws, none. */
  write(entries: readonly Entry[], settle: (mine: Entry, theirs: Entry) => Entry): Promise<void>
}

const NAME = 'streambed'
const ENTRIES = 'entries'
/** A browser that refuses sometimes never answers. */
const OPEN_MS = 2500

export class IndexedEntries implements EntryStore {
  #open: Promise<IDBPDatabase> | null = null

  async readAll(): Promise<Entry[]> {
    const all: unknown[] = await (await this.#database()).getAll(ENTRIES)
    return all.flatMap((value) => asEntry(value) ?? [])
  }

  async write(entries: readonly Entry[], settle: (mine: Entry, theirs: Entry) => Entry): Promise<void> {
    const transaction = (await this.#database()).transaction(ENTRIES, 'readwrite')
    const done = transaction.done
    // Heard below; without this an abort would also be reported as nobody's.
    done.catch(() => {})
    try {
      for (const entry of entries) {
        const theirs = asEntry(await transaction.store.get(entry.key))
        await transaction.store.put(theirs === null ? entry : settle(entry, theirs))
      }
      await done
    } catch (error) {
      // Why the whole was given up says more than which request was.
      throw transaction.error ?? error
    }
  }

  #database(): Promise<IDBPDatabase> {
    if (this.#open === null) {
      const opening = inTime(
        openDB(NAME, 1, {
          upgrade: (database) => void database.createObjectStore(ENTRIES, { keyPath: 'key' }),
          blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
          terminated: () => (this.#open = null),
        }),
      )
      this.#open = opening
      opening.catch(() => (this.#open = null))
    }
    return this.#open
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([
    answer,
    new Promise<never>((_, reject) => void setTimeout(() => reject(new Error('no answer from IndexedDB')), OPEN_MS)),
  ])
}
