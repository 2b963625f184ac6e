// Checks a job against an exercise: all runs of all checks, the first failure made small and given at once, and the known
// mistake that behaves the same found by running it. The same in the page's worker and in the command line's process.

import { runsOf } from '../check/check-runs.ts'
import type { Check, CheckInput, CheckRecord, CheckRun, Finding } from '../check/exercise-check.ts'
import { findingDiagnostic } from '../check/finding-text.ts'
import { comparable, ENDLESS, judge, sameBehaviour } from '../check/judge.ts'
import { shrink } from '../check/shrink.ts'
import { Fingerprint } from '../base/value-hash.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import type { CheckFailure, CheckReport, CheckResult, ExerciseJobs } from './check-report.ts'
import type { HostPort } from './host-port.ts'
import { JobUnderCheck, NotCheckable, type Outcome } from './job-under-check.ts'

/** So many smaller inputs are tried. */
const SHRINK_ATTEMPTS = 120

interface Failed {
  readonly check: Check
  readonly run: CheckRun
  readonly outcome: Outcome
  readonly finding: Finding
}

export class CheckSession {
  readonly #host: HostPort
  readonly #exercise: ExerciseJobs
  readonly #job: JobUnderCheck
  readonly #solution: JobUnderCheck
  readonly #hash = new Fingerprint()
  #isStopped = false

  constructor(job: CompiledJob, exercise: ExerciseJobs, host: HostPort) {
    this.#host = host
    this.#exercise = exercise
    this.#job = new JobUnderCheck(job, host)
    this.#solution = new JobUnderCheck(exercise.solution, host)
  }

  /** Ends the session after the run under way: what isn't checked by then stays `waiting`. */
  stop(): void {
    this.#isStopped = true
  }

  /** Runs everything. `onReport` gets the report so far as soon as a check has failed. `seed` draws other orders. */
  async check(seed: number, onReport: (report: CheckReport) => void): Promise<CheckReport> {
    const { checks } = this.#exercise
    const results = checks.map((check): CheckResult => {
      return { id: check.id, says: check.says, status: 'waiting', runCount: 0, failure: null }
    })
    let first: Failed | null = null
    let outcomes: readonly Outcome[] = []
    for (const [i, check] of checks.entries()) {
      if (this.#isStopped) break
      const tried = await this.#tryCheck(check, seed).catch(notCheckable)
      if (tried instanceof NotCheckable) return this.#report('error', results, null, tried)
      const failure = tried.failed === null ? null : await this.#explainable(tried.failed, first === null)
      const status = failure === null ? 'passed' : 'failed'
      results[i] = { ...(results[i] as CheckResult), status, runCount: tried.outcomes.length, failure }
      if (tried.failed === null || first !== null) continue
      first = tried.failed
      outcomes = tried.outcomes
      onReport(this.#report('failed', results, null))
      await this.#host.yieldToHost()
    }
    if (first === null) return this.#report(this.#isStopped ? 'failed' : 'passed', results, null)
    return this.#report('failed', results, await this.#knownMistake(first.check, seed, outcomes))
  }

  /** All runs of a check: the mistake that is looked for later shows itself in their sum. */
  async #tryCheck(
    check: Check,
    seed: number,
  ): Promise<{ readonly failed: Failed | null; readonly outcomes: readonly Outcome[] }> {
    const outcomes: Outcome[] = []
    let failed: Failed | null = null
    for (const run of runsOf(check, seed)) {
      if (this.#isStopped) break
      const outcome = await this.#job.run(run, check)
      outcomes.push(outcome)
      this.#hash.string(outcome.hash)
      if (failed === null) {
        const finding = judge(check, outcome.observation, await this.#expected(check, run))
        if (finding !== null) failed = { check, run, outcome, finding }
      }
      // An endless job costs a second a run: one has to do.
      if (outcome.observation.failure === ENDLESS) break
      // The host hears whoever wants to stop.
      if (outcomes.length % 8 === 0) await this.#host.yieldToHost()
    }
    return { failed, outcomes }
  }

  async #expected(check: Check, run: CheckRun): Promise<readonly string[]> {
    if (check.rows !== 'solution') return check.rows.map((row) => comparable(row, check.columns))
    return (await this.#solution.run(run, check)).observation.rows
  }

  /** The failure as it's shown; that of the first check with the smallest input that still shows it. */
  async #explainable(failed: Failed, isFirst: boolean): Promise<CheckFailure> {
    const whole = failed.run.inputs.reduce((sum, { records }) => sum + records.length, 0)
    const small = isFirst && whole > 1 && failed.finding.kind !== 'endless' ? await this.#shrunk(failed) : failed
    const { run, outcome, finding } = small
    const isSmaller = run !== failed.run
    const expected = isSmaller
      ? (await this.#solution.run(run, failed.check)).observation.rows
      : await this.#expected(failed.check, run)
    return {
      finding,
      message: findingDiagnostic(finding, run.parallelism),
      run,
      shrunkFrom: isSmaller ? whole : null,
      expected,
      actual: outcome.observation.rows,
      diagnostics: outcome.diagnostics,
      left: outcome.left,
    }
  }

  /** Leaves out records for as long as the job still differs from the solution in the same way. */
  async #shrunk(failed: Failed): Promise<Failed> {
    let smallest = failed
    for (const at of failed.run.inputs.keys()) {
      const { records } = smallest.run.inputs[at] as CheckInput
      const fails = async (fewer: readonly CheckRecord[]): Promise<boolean> => {
        const inputs = smallest.run.inputs.map((input, i) => (i === at ? { ...input, records: fewer } : input))
        const tried = await this.#differs(failed, { ...smallest.run, inputs })
        if (tried === null) return false
        smallest = tried
        return true
      }
      await shrink(records, fails, SHRINK_ATTEMPTS)
    }
    return smallest
  }

  /** The failure of the same kind in this run, the solution being the measure; null if there's none. */
  async #differs({ check, finding }: Failed, run: CheckRun): Promise<Failed | null> {
    const right = (await this.#solution.run(run, check)).observation
    const { state, timers } = check.leaves
    const leaves = {
      state: state === null ? null : Math.max(state, right.stateLeft),
      timers: timers === null ? null : Math.max(timers, right.timersLeft),
    }
    const holds = Math.min(check.holds ?? 0, right.stateLeft)
    const outcome = await this.#job.run(run, check)
    const found = judge({ ...check, leaves, holds }, outcome.observation, right.rows)
    return found?.kind === finding.kind ? { check, run, outcome, finding: found } : null
  }

  /** The wrong answer that does what this job did in all runs of the check. */
  async #knownMistake(check: Check, seed: number, outcomes: readonly Outcome[]): Promise<string | null> {
    const { wrong } = this.#exercise
    const likely = wrong.filter((answer) => answer.check === check.id)
    for (const { name, job } of [...likely, ...wrong.filter((answer) => !likely.includes(answer))]) {
      if (await this.#behavesAlike(new JobUnderCheck(job, this.#host), check, seed, outcomes)) return name
    }
    return null
  }

  async #behavesAlike(
    other: JobUnderCheck,
    check: Check,
    seed: number,
    outcomes: readonly Outcome[],
  ): Promise<boolean> {
    const runs = runsOf(check, seed)
    for (const [i, outcome] of outcomes.entries()) {
      const { observation } = await other.run(runs[i] as CheckRun, check)
      if (!sameBehaviour(observation, outcome.observation)) return false
    }
    return outcomes.length > 0
  }

  #report(
    verdict: CheckReport['verdict'],
    checks: readonly CheckResult[],
    explanation: string | null,
    error: NotCheckable | null = null,
  ): CheckReport {
    const diagnostics = error?.diagnostics ?? []
    const hash = this.#hash.hex()
    return { exercise: this.#exercise.name, verdict, checks: [...checks], explanation, hash, diagnostics }
  }
}

function notCheckable(error: unknown): NotCheckable {
  if (error instanceof NotCheckable) return error
  throw error
}
