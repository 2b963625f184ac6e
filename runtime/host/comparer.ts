// Executes two courses of a run, one after the other, and compares what was recorded of them. Nobody else notices; whoever
// asks anew ends what is under way.

import type { JobExecution } from '../cluster/job-execution.ts'
import { executeBeside } from '../travel/beside.ts'
import { compareRuns, type RecordedRun } from '../travel/compare/compare-runs.ts'
import type { RunComparison } from '../travel/compare/comparison.ts'
import { CourseRecorder } from '../travel/compare/course-recorder.ts'
import type { HostPort } from './host-port.ts'
import type { ComparedCourses, RunIntervention } from './protocol.ts'

const SLICE_MS = 8

export class Comparer {
  readonly #host: HostPort
  #questions = 0

  constructor(host: HostPort) {
    this.#host = host
  }

  /** Null: somebody has asked anew. `open` gives the run at its start. */
  async compare(
    open: (watcher: CourseRecorder) => JobExecution,
    { here, there, untilMs }: ComparedCourses,
  ): Promise<RunComparison | null> {
    const number = ++this.#questions
    const record = async (interventions: readonly RunIntervention[]): Promise<RecordedRun | null> => {
      const recorder = new CourseRecorder()
      let sliceStartMs = this.#host.wallMs()
      const port = {
        open,
        needsRest: () => this.#host.wallMs() - sliceStartMs > SLICE_MS,
        rest: async () => {
          await this.#host.yieldToHost()
          sliceStartMs = this.#host.wallMs()
        },
        isRecalled: () => number !== this.#questions,
      }
      const course = { interventions, until: null, untilUs: untilMs * 1000 }
      const { result } = await executeBeside<CourseRecorder>(recorder, port, course)
      if (result === 'recalled') return null
      recorder.end()
      return { recorder, hasEnded: result !== 'until' }
    }
    const one = await record(here)
    const other = one === null ? null : await record(there)
    if (one === null || other === null) return null
    return {
      kind: 'comparison',
      ...compareRuns(one, other),
      untilMs: one.hasEnded && other.hasEnded ? Infinity : untilMs,
      isCut: [one, other].some(({ recorder }) => (recorder.steps[0]?.number ?? 0) > 0),
    }
  }
}
