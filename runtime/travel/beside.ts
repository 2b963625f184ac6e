// A run executed once more beside the one that is shown, for whoever has a question about it: what fixes a run fixes this
// one too, so it passes the same places. It has tasks, channels, an outside and a watcher of its own; rows and log lines
// of it go nowhere, and the run that is shown stays where it is.

import type { JobExecution } from '../cluster/job-execution.ts'
import type { JobObserver, JobWatcher } from '../cluster/job-observer.ts'
import type { Intervention, RunResult } from '../kernel/simulation.ts'
import type { Place } from './destination.ts'
import { placeOf } from './steps.ts'
import { NotPureError, type Timeline } from './timeline.ts'

/** Sees all of a run that is executed beside another. */
export interface BesideWatcher extends JobWatcher {
  /** Before the first event. */
  attach(execution: JobExecution): void
  /** Takes rows and log lines, if it wants them. */
  readonly observer?: JobObserver
}

/** What it takes to execute a run beside another. */
export interface BesidePort<W extends BesideWatcher> {
  /** The run at its start, with nothing that the one that is shown could notice. */
  readonly open: (watcher: W) => JobExecution
  /** Asked every 64 events. */
  readonly needsRest: () => boolean
  /** Lets others have their turn. */
  readonly rest: () => Promise<void>
  /** Asked after every rest: nobody wants to know any more. */
  readonly isRecalled: () => boolean
}

/** How far it goes, and with what. */
export interface BesideCourse {
  /** What was done to the run that is shown. */
  readonly interventions: readonly Intervention[]
  /** Null: to its end. */
  readonly until: Place | null
  /** Virtual µs at which the run ends in any case. */
  readonly untilUs: number
  /** Asked every 64 events: the watcher has seen what it wanted to. */
  readonly isEnough?: () => boolean
  /** What is known of the run that is shown, to see that this one is the same; nothing unless given. */
  readonly timeline?: Timeline | null
}

/** `arrived`; `enough`: the watcher has seen enough; `recalled`: given up on the way; else how the run ended before. */
export type BesideResult = 'arrived' | 'enough' | 'recalled' | Exclude<RunResult, 'paused' | 'yield'>

/** Where it came to. */
export interface Beside<W extends BesideWatcher> {
  readonly execution: JobExecution
  readonly watcher: W
  readonly result: BesideResult
}

/** Executes the run from its start. @throws NotPureError if it isn't the run that is shown. */
export async function executeBeside<W extends BesideWatcher>(
  watcher: W,
  { open, needsRest, rest, isRecalled }: BesidePort<W>,
  { interventions, until, untilUs, isEnough = () => false, timeline = null }: BesideCourse,
): Promise<Beside<W>> {
  const execution = open(watcher)
  const { simulation } = execution
  // Whoever stopped the other run didn't stop this one.
  simulation.interventions = interventions.filter(({ action }) => action.kind !== 'cancel')
  const run = async (untilEvent: number, byRecord: boolean): Promise<BesideResult> => {
    for (;;) {
      const shouldYield = (): boolean => isEnough() || needsRest()
      const result = simulation.run({ untilUs, untilEvent, byRecord, shouldYield })
      if (isEnough()) return 'enough'
      if (result === 'paused') return 'arrived'
      if (result !== 'yield') return result
      await rest()
      if (isRecalled()) return 'recalled'
    }
  }
  const { event, record } = until ?? { event: Infinity, record: 0 }
  const known = timeline?.lastWhere((milestone) => milestone.event <= (record === 0 ? event : event - 1)) ?? null
  if (known !== null) {
    const result = await run(known.event, false)
    if (result === 'arrived' && simulation.fingerprint.hex() !== known.hash) throw new NotPureError(known.event)
    if (result !== 'arrived') return { execution, watcher, result }
  }
  let result = await run(record === 0 ? event : event - 1, false)
  while (record > 0 && result === 'arrived') {
    const step = await run(event, true)
    const here = placeOf(execution).record
    if (step !== 'arrived') result = step
    else if (here >= record || here === 0) break
  }
  return { execution, watcher, result }
}
