// What is kept between visits: a map from keys to plain values, in memory, in the journal before `set` returns, and soon
// after in IndexedDB. Either of the two may refuse; while one of them takes a value it is safe, and while none does it
// stays in memory and `state` says so.
//
// Invariant: a value that somebody wrote is replaced only by one that was written by somebody who knew it. Where two tabs
// wrote without each other the newer stands, and `onLost` gets the other.
import { isAfter, knowing, nextEntry, settle, type Entry } from './entry.ts'
import type { EntryStore } from './entry-store.ts'
import { isQuotaError, type Journal } from './journal.ts'

/** Whether all that was written is safe; if not, why. */
export type KeepState = 'kept' | 'full' | 'denied'

/** Tells other tabs. */
export interface TabChannel {
  post(entry: Entry): void
  listen(hear: (entry: Entry) => void): void
}

export interface KeeperOptions {
  readonly journal: Journal
  readonly store: EntryStore
  readonly channel: TabChannel
  /** Name of this tab; another each time. */
  readonly tab: string
  readonly nowMs: () => number
  /** Keys that stay in the journal, to be there before anything is loaded. */
  readonly isPinned: (key: string) => boolean
}

const WRITE_AFTER_MS = 150
const RETRY_AFTER_MS = 10_000

export class Keeper {
  readonly #options: KeeperOptions
  readonly #entries = new Map<string, Entry>()
  /** Written here and not yet in IndexedDB. */
  readonly #pending = new Set<string>()
  /** Neither in the journal nor in IndexedDB. */
  readonly #unsafe = new Set<string>()
  readonly #watchers: { readonly prefix: string; readonly changed: (key: string) => void }[] = []
  #reason: Exclude<KeepState, 'kept'> = 'denied'
  #timer: ReturnType<typeof setTimeout> | null = null
  #writing: Promise<void> = Promise.resolve()
  #state: KeepState = 'kept'
  onState: (state: KeepState) => void = () => {}
  /** Two tabs wrote `stands.key` without each other; `lost` is shown no longer. */
  onLost: (lost: Entry, stands: Entry) => void = () => {}

  constructor(options: KeeperOptions) {
    this.#options = options
    for (const entry of options.journal.entries()) {
      this.#entries.set(entry.key, entry)
      this.#pending.add(entry.key)
    }
    options.channel.listen((entry) => this.#meet(entry))
  }

  get state(): KeepState {
    return this.#state
  }

  /** Null where nothing is kept. */
  get(key: string): unknown {
    return this.#entries.get(key)?.value ?? null
  }

  /** Keys with a value that begin so, in order. */
  keys(prefix: string): string[] {
    return Array.from(this.#entries.keys())
      .filter((key) => key.startsWith(prefix) && this.get(key) !== null)
      .sort()
  }

  /** Safe when this returns, unless the state then says otherwise. Null removes. */
  set(key: string, value: unknown): void {
    const { journal, tab, nowMs, channel } = this.#options
    const before = this.#entries.get(key)
    let entry = nextEntry(key, value, before, tab, nowMs())
    // Another tab may have written what this one hasn't been told of yet.
    const there = journal.read(key)
    if (there !== null && !isAfter(entry, there)) {
      entry = this.#settled({ ...entry, at: Math.max(entry.at, there.at + 1) }, there)
    }
    this.#put(entry)
    channel.post(entry)
  }

  /** As `set`, and those who watch hear of it as if it came from elsewhere. */
  bring(key: string, value: unknown): void {
    this.set(key, value)
    this.#told(key)
  }

  /** A value from before there was a keeper: older than anything written since. */
  takeOver(key: string, value: unknown): void {
    if (!this.#entries.has(key)) this.#put({ key, value, at: 1, seen: { before: 1 } })
  }

  /** Whether everything written so far is safe now. */
  get isSafe(): boolean {
    return this.#unsafe.size === 0
  }

  /** Calls back when a value becomes another without `set`: told by another tab, or loaded. */
  watch(prefix: string, changed: (key: string) => void): void {
    this.#watchers.push({ prefix, changed })
  }

  /** Reads what IndexedDB holds. A browser that refuses is no error: what the journal had is there already. */
  async load(): Promise<void> {
    try {
      for (const entry of await this.#options.store.readAll()) this.#meet(entry)
    } catch {
      // Found out again, and said, when something is written.
    }
    if (this.#pending.size > 0) this.#writeSoon(WRITE_AFTER_MS)
  }

  /** Writes what is pending now; done when it's there or refused. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  #put(entry: Entry): void {
    const { journal } = this.#options
    this.#entries.set(entry.key, entry)
    this.#pending.add(entry.key)
    const result = journal.write(entry)
    if (result === 'written') this.#unsafe.delete(entry.key)
    else {
      this.#unsafe.add(entry.key)
      this.#reason = result
    }
    // Nothing holds it yet: then at once.
    if (result === 'written') this.#writeSoon(WRITE_AFTER_MS)
    else void this.flush()
  }

  #writeSoon(afterMs: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), afterMs)
  }

  async #write(): Promise<void> {
    const batch = Array.from(this.#pending, (key) => this.#entries.get(key) as Entry)
    if (batch.length === 0) return this.#tell()
    try {
      const written = new Map(batch.map((entry) => [entry, entry]))
      await this.#options.store.write(batch, (mine, theirs) => {
        const stands = this.#settled(mine, theirs)
        written.set(mine, stands)
        return stands
      })
      for (const [entry, stands] of written) this.#isWritten(entry, stands)
    } catch (error) {
      if (isQuotaError(error)) this.#reason = 'full'
      this.#writeSoon(RETRY_AFTER_MS)
    }
    this.#tell()
  }

  /** `entry` was to be written, and `stands` was. */
  #isWritten(entry: Entry, stands: Entry): void {
    const now = this.#entries.get(entry.key)
    if (now === entry) {
      this.#pending.delete(entry.key)
      this.#unsafe.delete(entry.key)
      if (!this.#options.isPinned(entry.key)) this.#options.journal.drop(entry)
    }
    if (stands === entry) return
    // Written again meanwhile, on top of what stands as it is.
    if (now !== undefined && now !== entry && stands.value === entry.value) this.#put(knowing(now, stands))
    else this.#meet(stands)
  }

  /** An entry that comes from elsewhere. */
  #meet(entry: Entry): void {
    const mine = this.#entries.get(entry.key)
    if (mine !== undefined && isAfter(mine, entry)) return
    const stands = mine === undefined ? entry : this.#settled(mine, entry)
    this.#entries.set(entry.key, stands)
    if (this.#options.isPinned(entry.key)) this.#options.journal.write(stands)
    // What now stands for both was written by nobody yet.
    if (stands !== entry) this.#put(stands)
    else if (!this.#pending.has(entry.key)) this.#unsafe.delete(entry.key)
    this.#told(entry.key)
  }

  #told(key: string): void {
    for (const { prefix, changed } of this.#watchers) if (key.startsWith(prefix)) changed(key)
  }

  #settled(mine: Entry, theirs: Entry): Entry {
    const { stands, lost } = settle(mine, theirs)
    if (lost !== null) this.onLost(lost, stands)
    return stands
  }

  #tell(): void {
    const state = this.#unsafe.size === 0 ? 'kept' : this.#reason
    if (state === this.#state) return
    this.#state = state
    this.onState(state)
  }
}
