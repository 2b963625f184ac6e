// Answers questions about the run that is shown, by executing it once more beside it. The newest question counts; one that
// the last execution can answer too needs none of its own.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import { executeBeside, type Beside, type BesideCourse, type BesideWatcher } from '../travel/beside.ts'
import type { Place } from '../travel/destination.ts'
import { placeOf } from '../travel/steps.ts'
import { NotPureError } from '../travel/timeline.ts'
import type { Explanation, UntilCondition } from '../travel/why/explanation.ts'
import { Finder } from '../travel/why/finder.ts'
import { KeyFollower } from '../travel/why/key-follower.ts'
import { explainKey } from '../travel/why/key-lane.ts'
import { Printer } from '../travel/why/printer.ts'
import { Recorder } from '../travel/why/recorder.ts'
import { explainRow, stepsTo, type Locate } from '../travel/why/step-view.ts'
import { explainWaiting } from '../travel/why/waiting.ts'
import type { HostPort } from './host-port.ts'
import type { RunQuestion } from './protocol.ts'
import type { RunDriver } from './run-driver.ts'

const SLICE_MS = 8

/** What it takes to execute the run again. */
export interface InspectedRun {
  readonly driver: RunDriver
  /** The run at its start, told to nobody but the watcher. */
  readonly open: (watcher: BesideWatcher) => JobExecution
  /** The same with another compilation of its job; or what is wrong with that. */
  readonly openPrinting: (job: CompiledJob) => Promise<((watcher: Printer) => JobExecution) | Diagnostic>
  readonly untilUs: number
  readonly locate: Locate
  /** How many lines of the log the job wrote while it was built. */
  readonly builtLines: number
}

/** A recorded part of the run. */
interface Recording extends Beside<Recorder> {
  /** How often something had been done to the run. */
  readonly changes: number
  /** How far it goes. */
  readonly until: Place
}

type Course = Pick<BesideCourse, 'until' | 'isEnough'>

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
  async explain(question: RunQuestion): Promise<Explanation | null> {
    const number = ++this.#questions
    // Asked on the way to another place, it's about that place.
    await this.#run.driver.settled()
    if (number !== this.#questions) return null
    const { isBatch } = this.#run.driver.execution
    if (isBatch && question.kind === 'waiting') return unexplained('WHY_BATCH')
    try {
      return await this.#answer(question, number)
    } catch (error) {
      if (!(error instanceof NotPureError)) throw error
      return unexplained('RUN_NOT_PURE', { event: error.event })
    }
  }

  async #answer(question: RunQuestion, number: number): Promise<Explanation | null> {
    const { locate } = this.#run
    switch (question.kind) {
      case 'row': {
        const { row } = question
        const known = await this.#recording(number, (recorder) => recorder.rows.has(row))
        return known && (explainRow(row, known.watcher, locate) ?? unexplained('WHY_NO_ROW', { row: row + 1 }))
      }
      case 'log':
        return this.#explainLog(question.line, number)
      case 'waiting': {
        const known = await this.#recording(number)
        const run = known && { execution: known.execution, recorder: known.watcher }
        if (run === null) return null
        return (
          explainWaiting(run, question.target) ??
          unexplained(isDown(run.execution) ? 'WHY_NOT_RUNNING' : 'WHY_NOTHING_WAITS')
        )
      }
      case 'key':
        return this.#explainKey(question.key, number)
      case 'until':
        return this.#find(question.condition, number)
      case 'print':
        return this.#print(question.job, number)
    }
  }

  /** Executes the run once more, following the key; which one is last, the recording says. */
  async #explainKey(wanted: string | null, number: number): Promise<Explanation | null> {
    const { driver, locate, open } = this.#run
    const known = wanted === null ? await this.#recording(number) : null
    if (wanted === null && known === null) return null
    const answer = known && explainKey(null, { execution: known.execution, recorder: known.watcher }, locate)
    const key = wanted ?? answer?.key ?? null
    if (key === null) return answer
    const until = placeOf(driver.execution)
    const followed = await this.#execute(number, new KeyFollower(key), open, { until })
    if (followed === null) return null
    followed.watcher.lookOnce()
    return explainKey(key, { execution: followed.execution, recorder: followed.watcher }, locate)
  }

  /** What the job said while it was built counts as well, and nothing led to that. */
  async #explainLog(line: number, number: number): Promise<Explanation | null> {
    const { locate, builtLines } = this.#run
    const index = line - builtLines
    const known = index < 0 ? null : await this.#recording(number, ({ logs }) => logs.length > index)
    if (index >= 0 && known === null) return null
    const step = known?.watcher.logs[index] ?? null
    if (known === null || step === null) return unexplained('WHY_LOG_NO_STEP', { line: line + 1 })
    return { kind: 'log', line, steps: stepsTo(step, known.watcher, locate) }
  }

  /** The run up to where it's shown, or, if given, until there's enough. What is known already is enough, too. */
  async #recording(number: number, isEnough?: (recorder: Recorder) => boolean): Promise<Recording | null> {
    const { driver } = this.#run
    const until = placeOf(driver.execution)
    const known = this.#last
    if (known?.changes === driver.changes) {
      if (isEnough?.(known.watcher) === true) return known
      const isThere = known.until.event === until.event && known.until.record === until.record
      if (isThere && known.result === 'arrived') return known
    }
    const { changes } = driver
    const recorder = new Recorder()
    const course = { until, ...(isEnough === undefined ? {} : { isEnough: () => isEnough(recorder) }) }
    const beside = await this.#execute(number, recorder, this.#run.open, course)
    if (beside === null) return null
    this.#last = { ...beside, changes, until }
    return this.#last
  }

  async #find(condition: UntilCondition, number: number): Promise<Explanation | null> {
    const finder = new Finder(condition, placeOf(this.#run.driver.execution))
    const course = { until: null, isEnough: () => finder.found !== null }
    const beside = await this.#execute(number, finder, this.#run.open, course)
    if (beside === null) return null
    finder.judge()
    const { found, earlier } = finder
    return found ?? { kind: 'never', earlier, endMs: beside.execution.simulation.nowUs / 1000 }
  }

  /** Executes the run twice, without what prints and with it: both must come to the same. */
  async #print(job: CompiledJob, number: number): Promise<Explanation | null> {
    const { driver, open, openPrinting } = this.#run
    const until = placeOf(driver.execution)
    const opened = await openPrinting(job)
    if ('code' in opened) return { kind: 'unexplained', diagnostic: opened }
    const plain = await this.#execute(number, new Printer(), open, { until })
    const printing = plain && (await this.#execute(number, new Printer(), opened, { until }))
    if (plain === null || printing === null) return null
    if (hashOf(plain.execution) !== hashOf(printing.execution)) return unexplained('PRINT_CHANGES_RUN')
    const { values, total } = printing.watcher
    return { kind: 'print', values, total, atMs: printing.execution.simulation.nowUs / 1000 }
  }

  /** Null: recalled. */
  async #execute<W extends BesideWatcher>(
    number: number,
    watcher: W,
    open: (watcher: W) => JobExecution,
    course: Course,
  ): Promise<Beside<W> | null> {
    const { driver, untilUs } = this.#run
    const { changes } = driver
    const { interventions } = driver.execution.simulation
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
    // With what prints it may be another run; whoever prints compares by itself.
    const timeline = open === this.#run.open ? driver.timeline : null
    const beside = await executeBeside(watcher, port, { interventions, untilUs, timeline, ...course })
    // Nobody asks its tables any more.
    beside.execution.outside.close()
    return beside.result === 'recalled' ? null : beside
  }
}

/** Of everything that has happened, and of what is left in state. */
function hashOf(execution: JobExecution): string {
  execution.digestState()
  return execution.simulation.fingerprint.hex()
}

function unexplained(code: string, params: Diagnostic['params'] = {}): Explanation {
  return { kind: 'unexplained', diagnostic: { code, params, span: null } }
}

/** Failed, or not back at work after a failure; before its first start a job isn't. */
function isDown({ tasks, state, attempt }: JobExecution): boolean {
  if (state === 'RUNNING' && attempt === 0) return false
  return !tasks.some((task) => task.state === 'RUNNING' || task.state === 'FINISHED')
}
