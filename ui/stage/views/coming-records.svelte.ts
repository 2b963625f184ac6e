// The records that a run will read next, as the engine foretells them: asked for again when something was done to the run,
// when somebody went back, and when few are left.
import { untrack } from 'svelte'
import type { ComingRecord, RunIntervention } from '../../../runtime/host/protocol.ts'
import type { Run } from '../../kernel/run.svelte.ts'
import { isPast } from '../time-record.ts'

const MOST = 60
const FEW = 8
/** What takes longer is asked for only while nothing moves. */
const QUICK_MS = 120

export class ComingRecords {
  #all = $state.raw<readonly ComingRecord[]>([])
  /** Of which run, and from which event on, they are. */
  #of: readonly RunIntervention[] | null = null
  #from = Infinity
  #isComplete = false
  #isAsking = false
  #tookMs = 0

  /** Those that haven't been read at this place of the run. */
  left(position: Run['position']): readonly ComingRecord[] {
    return this.#all.filter((record) => !isPast(record, position))
  }

  /** Called whenever the run has gone on: asks the engine where that's needed. */
  follow(run: Run): void {
    const { phase, position, interventions, isPaused, speed, topology } = run
    untrack(() => {
      if (topology === null) this.#forget()
      const mayAsk =
        phase === 'running' && topology !== null && (isPaused || (speed !== null && this.#tookMs < QUICK_MS))
      if (phase !== 'running' || (!isPaused && speed === null)) this.#forget()
      if (!mayAsk || this.#isAsking || !this.#isStale(position, interventions)) return
      void this.#ask(run, position.event, interventions)
    })
  }

  #forget(): void {
    if (this.#all.length > 0) this.#all = []
    this.#of = null
  }

  #isStale(position: Run['position'], interventions: readonly RunIntervention[]): boolean {
    if (this.#of !== interventions || position.event < this.#from) return true
    return !this.#isComplete && this.left(position).length < FEW
  }

  async #ask(run: Run, event: number, interventions: readonly RunIntervention[]): Promise<void> {
    const startMs = performance.now()
    this.#isAsking = true
    const found = await run.lookAhead(MOST)
    this.#isAsking = false
    this.#tookMs = performance.now() - startMs
    this.#of = interventions
    this.#from = event
    this.#isComplete = found.length < MOST
    this.#all = found
    this.follow(run)
  }
}
