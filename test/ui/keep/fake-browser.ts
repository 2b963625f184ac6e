// A browser's storage to be tried out: localStorage and IndexedDB that can refuse or be full, shared by tabs that can be
// opened, put to sleep and killed at any moment.
import type { Entry } from '../../../ui/keep/entry.ts'
import type { EntryStore } from '../../../ui/keep/entry-store.ts'
import { Journal } from '../../../ui/keep/journal.ts'
import { Keeper } from '../../../ui/keep/keeper.ts'
import { setAsideLost } from '../../../ui/keep/versions.ts'

type Mood = 'willing' | 'full' | 'denied'

export class FakeStorage implements Storage {
  readonly #items = new Map<string, string>()
  mood: Mood = 'willing'
  get length() {
    return this.#items.size
  }
  key = (at: number) => [...this.#items.keys()][at] ?? null
  getItem = (key: string) => this.#items.get(key) ?? null
  setItem = (key: string, value: string) => {
    if (this.mood !== 'willing') throw refusal(this.mood)
    this.#items.set(key, value)
  }
  removeItem = (key: string) => void this.#items.delete(key)
  clear = () => this.#items.clear()
}

export class FakeEntries implements EntryStore {
  readonly entries = new Map<string, Entry>()
  mood: Mood = 'willing'

  async readAll(): Promise<Entry[]> {
    await Promise.resolve()
    if (this.mood === 'denied') throw refusal('denied')
    return Array.from(this.entries.values())
  }

  async write(entries: readonly Entry[], choose: (mine: Entry, theirs: Entry) => Entry): Promise<void> {
    await Promise.resolve()
    if (this.mood !== 'willing') throw refusal(this.mood)
    for (const entry of entries) {
      const theirs = this.entries.get(entry.key)
      this.entries.set(entry.key, theirs === undefined ? entry : choose(entry, theirs))
    }
  }
}

export class FakeBrowser {
  readonly local = new FakeStorage()
  readonly indexed = new FakeEntries()
  nowMs = 1000
  readonly #hearers = new Map<string, (entry: Entry) => void>()
  #tabs = 0

  /** A new tab, with what it can read at once; `isDeaf`: it hears nothing of others, as one that sleeps. */
  openTab({ isDeaf = false } = {}): Keeper {
    const tab = `tab${++this.#tabs}`
    const keeper = new Keeper({
      journal: new Journal(() => {
        if (this.local.mood === 'denied') throw refusal('denied')
        return this.local
      }),
      store: this.indexed,
      channel: {
        post: (entry) => this.#hearers.forEach((hear, name) => name !== tab && hear(entry)),
        listen: (hear) => void (isDeaf || this.#hearers.set(tab, hear)),
      },
      tab,
      nowMs: () => this.nowMs++,
      isPinned: (key) => key.startsWith('setting/'),
    })
    keeper.onLost = (lost) => void setAsideLost(keeper, lost)
    return keeper
  }

  /** What a visit would find that begins now, every open tab having been killed. */
  async visit(): Promise<Keeper> {
    this.#hearers.clear()
    const keeper = this.openTab()
    await keeper.load()
    return keeper
  }
}

function refusal(mood: Mood): Error {
  return new DOMException('refused', mood === 'full' ? 'QuotaExceededError' : 'SecurityError')
}
