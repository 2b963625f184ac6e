// Answers questions about the run that is shown, by executing it once more beside it. The newest question counts; one that
// the last execution can answer too needs none of its own.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import { executeBeside, type BesideCourse } from '../travel/beside.ts'
import { placeOf } from '../travel/steps.ts'
import { NotPureError } from '../travel/timeline.ts'
import type { Explanation, Question } from '../travel/why/explanation.ts'
import { Recorder } from '../travel/why/recorder.ts'
import { explainRow, type Locate } from '../travel/why/step-view.ts'
import type { HostPort } from './host-port.ts'
import type { RunDriver } from './run-driver.ts'

const SLICE_MS = 8

/** What it takes to execute the run again. */
export interface InspectedRun {
  readonly driver: RunDriver
  /** The run at its start, told to nobody but the watcher. */
  readonly open: (watcher: Recorder) => JobExecution
  readonly untilUs: number
  readonly locate: Locate
}

/** A recorded part of the run. */
interface Recording {
  readonly recorder: Recorder
  /** How often something had been done to the run. */
  readonly changes: number
}

export class Inspector {
  readonly #run: InspectedRun
  readonly #host: HostPort
  #questions = 0
  #last: Recording | null = null

  constructor(run: InspectedRun, host: HostPort) {
    this.#run = run
    this.#host = host
  }

  /** Null: a newer question has come, or the run is another one by now. */
  async explain(question: Question): Promise<Explanation | null> {
    const number = ++this.#questions
    const { driver } = this.#run
    if (driver.execution.isBatch) return unexplained({ code: 'WHY_BATCH', params: {}, span: null })
    try {
      return await this.#answer(question, number)
    } catch (error) {
      if (!(error instanceof NotPureError)) throw error
      return unexplained({ code: 'RUN_NOT_PURE', params: { event: error.event }, span: null })
    }
  }

  async #answer(question: Question, number: number): Promise<Explanation | null> {
    const { driver, locate } = this.#run
    const { row } = question
    const known = this.#last
    const isKnown = known?.changes === driver.changes && known.recorder.rows.has(row)
    const recorder = isKnown ? known.recorder : await this.#record(number, { isEnough: (own) => own.rows.has(row) })
    if (recorder === null) return null
    return (
      explainRow(row, recorder, locate) ?? unexplained({ code: 'WHY_NO_ROW', params: { row: row + 1 }, span: null })
    )
  }

  /** Records the run up to where it's shown, or until there's enough. */
  async #record(
    number: number,
    { isEnough }: { readonly isEnough: (recorder: Recorder) => boolean },
  ): Promise<Recorder | null> {
    const { driver, open, untilUs } = this.#run
    const { changes } = driver
    const { interventions } = driver.execution.simulation
    const recorder = new Recorder()
    let sliceStartMs = this.#host.wallMs()
    const port = {
      open,
      needsRest: () => this.#host.wallMs() - sliceStartMs > SLICE_MS,
      rest: async () => {
        await this.#host.yieldToHost()
        sliceStartMs = this.#host.wallMs()
      },
      isRecalled: () => number !== this.#questions || changes !== driver.changes,
    }
    const until = placeOf(driver.execution)
    const course: BesideCourse = { interventions, until, untilUs, timeline: driver.timeline }
    const { result } = await executeBeside(recorder, port, { ...course, isEnough: () => isEnough(recorder) })
    if (result === 'recalled') return null
    this.#last = { recorder, changes }
    return recorder
  }
}

function unexplained(diagnostic: Diagnostic): Explanation {
  return { kind: 'unexplained', diagnostic }
}
