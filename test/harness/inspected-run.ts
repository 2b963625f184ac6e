// A watched run that is taken to its end, or to a place, and asked there; then it goes on as ever.

import type { Destination, Frame, RunOutcome, RunSettings, SinkRow } from '../../runtime/host/protocol.ts'
import type { EngineSession } from '../../runtime/host/session.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession } from './compiled-job.ts'

export interface InspectedRun {
  readonly outcome: RunOutcome
  readonly rows: readonly SinkRow[]
  readonly frames: readonly Frame[]
}

/** The job of one file. */
export function jobOf(text: string): CompiledJob {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  if (job === null) throw new Error(JSON.stringify(diagnostics))
  return job
}

/** Goes to the place, has it asked, and plays on to the end. */
export async function inspected(
  job: CompiledJob,
  settings: RunSettings,
  ask: (session: EngineSession, rows: readonly SinkRow[], frame: Frame) => Promise<void>,
  at: Destination = { kind: 'end' },
): Promise<InspectedRun> {
  const session = newSession()
  const frames: Frame[] = []
  let rows: SinkRow[] = []
  let isThere = false
  let failure: unknown = null
  const outcome = await session.run(job, { ...settings, isWatched: true, startsAt: at }, async (frame) => {
    frames.push(frame)
    rows = [...rows.slice(0, frame.rowsFirst), ...frame.rows]
    if (isThere || frame.isPassing || !frame.isPaused || frame.moment === null || frame.position.event === 0) return
    isThere = true
    const shown = [...rows]
    // Not in the frame itself: the driver waits for that.
    void ask(session, shown, frame)
      .catch((error: unknown) => (failure = error))
      .then(() => session.play(null))
  })
  if (failure !== null) throw failure
  return { outcome, rows, frames }
}
