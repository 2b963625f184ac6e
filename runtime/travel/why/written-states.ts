// Who wrote what is read: of every state, key and window the steps that wrote it, in order. What an attempt wrote after
// the snapshot from which the next began was never written, as far as that one can see.

import type { RecordedStep } from './recorded-step.ts'

interface Write {
  readonly step: RecordedStep
  /** It goes with what was there before: an element added, an entry put. */
  readonly isPart: boolean
  /** Of a map: the entries, as text; null for all there is. */
  readonly entries: readonly string[] | null
}

/** Of one state and key at most so many are remembered, and named. */
const MOST_WRITES = 400
const MOST_WRITERS = 24

export class WrittenStates {
  readonly #writes = new Map<string, Write[]>()
  readonly #isUndone: (step: RecordedStep) => boolean

  constructor(isUndone: (step: RecordedStep) => boolean) {
    this.#isUndone = isUndone
  }

  write(state: string, write: Write): void {
    let writes = this.#writes.get(state)
    if (writes === undefined) this.#writes.set(state, (writes = []))
    writes.push(write)
    if (writes.length > MOST_WRITES) writes.splice(0, MOST_WRITES / 2)
  }

  /** The steps that made what is there now, the newest first. `entry`: only that of a map. */
  writersOf(state: string, entry: string | null = null): RecordedStep[] {
    const writes = this.#writes.get(state) ?? []
    const found: RecordedStep[] = []
    const seen = new Set<string>()
    for (let i = writes.length - 1; i >= 0 && found.length < MOST_WRITERS; i--) {
      const write = writes[i] as Write
      if (this.#isUndone(write.step)) continue
      const { entries } = write
      if (entry !== null && entries?.includes(entry) === false) continue
      const isCovered = entries !== null && entries.every((own) => seen.has(own))
      for (const own of entries ?? []) seen.add(own)
      if (!isCovered && found.at(-1) !== write.step) found.push(write.step)
      // What an entry was before doesn't matter, nor what there was before everything was written anew.
      if (!write.isPart || (entry !== null && entries !== null)) break
    }
    return found
  }
}
