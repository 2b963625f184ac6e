// What a check session takes and gives: plain data that crosses a MessagePort or a pipe. The page and the command line
// show the same report.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Bilingual, Check, CheckRun, Finding } from '../check/exercise-check.ts'
import type { KeyedMoment } from '../cluster/moment.ts'
import type { CompiledJob } from '../sandbox/compile.ts'

/** The part of an exercise that is run. */
export interface ExerciseJobs {
  readonly name: string
  readonly checks: readonly Check[]
  readonly solution: CompiledJob
  readonly wrong: readonly WrongJob[]
}

/** A mistake that is known: it fails the check of this id before any other. */
export interface WrongJob {
  readonly name: string
  readonly check: string
  readonly job: CompiledJob
}

/** `error`: there was no job to check, `diagnostics` says why. */
export interface CheckReport {
  readonly exercise: string
  readonly verdict: 'passed' | 'failed' | 'error'
  readonly checks: readonly CheckResult[]
  /** The wrong answer that behaves like this job; null where none does. */
  readonly explanation: string | null
  /** Over all runs of all checks: 16 hex digits, the same in Node and in the browser. */
  readonly hash: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface CheckResult {
  readonly id: string
  readonly says: Bilingual
  /** `waiting`: not yet run. */
  readonly status: 'passed' | 'failed' | 'waiting'
  readonly runCount: number
  readonly failure: CheckFailure | null
}

/** A run that doesn't show what its check asks for, made as small as could be found. */
export interface CheckFailure {
  readonly finding: Finding
  /** What the finding says. */
  readonly message: Diagnostic
  /** The run to look at: its input is the smallest that still shows the mistake. */
  readonly run: CheckRun
  /** How many records its inputs had before they were made smaller; null if they weren't. */
  readonly shrunkFrom: number | null
  /** Comparable rows, as JSON. */
  readonly expected: readonly string[]
  readonly actual: readonly string[]
  /** Why the job failed in this run, if it did. */
  readonly diagnostics: readonly Diagnostic[]
  /** Keys with state or timers left at the end, subtask by subtask; only those with some. */
  readonly left: readonly KeyedMoment[]
}
