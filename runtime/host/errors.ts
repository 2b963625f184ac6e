// From whatever was thrown to a diagnostic at the learner's line: the innermost frame that is the learner's, or else the
// line on which the operator at fault was made. The engine's own frames are never shown.

import { LearnerError, type Diagnostic, type DiagnosticParams, type Span } from '../base/diagnostic.ts'
import { toPrintText } from '../base/value-text.ts'
import type { JobFailure, JobState } from '../cluster/job-execution.ts'
import { displayName } from '../graph/job-graph.ts'
import type { Plan } from '../graph/plan.ts'
import { restartLimit } from '../graph/restart-spec.ts'
import { streamsWith } from './api-names.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import { locate } from '../sandbox/locate.ts'

const LONGEST_TEXT = 500

/** An error while the job was being built. */
export function buildDiagnostic(error: unknown, job: CompiledJob): Diagnostic {
  const method = error instanceof TypeError ? /\.(\w+) is not a function/.exec(error.message)?.[1] : undefined
  const classes = method === undefined ? '' : streamsWith(method)
  const elsewhere = { code: 'METHOD_ELSEWHERE', params: { method: method as string, classes } }
  return toDiagnostic(error, job, classes === '' ? { code: 'JOB_THREW', params: {} } : elsewhere, null)
}

/** Failures of which one wants to know why the job wasn't started again after them: the code isn't to blame. */
const OF_THE_WORLD: ReadonlySet<string> = new Set(['DATABASE_UNREACHABLE', 'FAULT_THROWN', 'TASK_MANAGER_LOST'])

/** Why a job failed, or waits to be started again. */
export function failureDiagnostic(
  failure: JobFailure,
  job: CompiledJob,
  { plan, state }: { readonly plan: Plan; readonly state: JobState },
): Diagnostic {
  const params = { task: failure.task, subtask: failure.subtask + 1 }
  const { checkpoints, restart } = plan.config
  const isGivenUp = state === 'FAILED' && (checkpoints !== undefined || restart !== undefined)
  const limit: DiagnosticParams = isGivenUp ? { limit: restartLimit(restart ?? { kind: 'none' }) } : {}
  const ended = isGivenUp ? 'FUNCTION_THREW_AGAIN' : 'FUNCTION_THREW'
  const thrown = { code: state === 'FAILED' ? ended : 'FUNCTION_THREW_RESTARTING', params: { ...params, ...limit } }
  const found = toDiagnostic(failure.error, job, thrown, fallbackSpan(failure, plan))
  return OF_THE_WORLD.has(found.code) ? { ...found, params: { ...found.params, ...limit } } : found
}

/** `file:line:column` of the innermost place of a stack trace that is the learner's. */
export function placeOf(stack: string, job: CompiledJob): string | null {
  const span = locate(stack, job)[0]
  return span === undefined ? null : `${span.file}:${span.line}:${span.column}`
}

function toDiagnostic(
  error: unknown,
  job: CompiledJob,
  thrown: { readonly code: string; readonly params: Readonly<Record<string, string | number>> },
  fallback: Span | null,
): Diagnostic {
  const span = (error instanceof Error ? locate(error.stack ?? '', job)[0] : undefined) ?? fallback
  if (error instanceof LearnerError) return { code: error.code, params: error.params, span }
  if (isStackOverflow(error)) return { code: 'STACK_OVERFLOW', params: thrown.params, span }
  if (!(error instanceof Error)) {
    // It has no stack, and which of the chain's operators threw it nobody knows.
    const value = toPrintText(error).slice(0, LONGEST_TEXT)
    return { code: 'THROWN_NO_ERROR', params: { ...thrown.params, error: value }, span: null }
  }
  const text = `${error.name}: ${error.message}`.slice(0, LONGEST_TEXT)
  return { code: thrown.code, params: { ...thrown.params, error: text }, span }
}

function isStackOverflow(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /call stack|too much recursion/i.test(error.message)
}

/** Where the operator at fault was made, when no frame of the stack trace is the learner's. */
function fallbackSpan(failure: JobFailure, plan: Plan): Span | null {
  const { error, nodes } = failure
  const learner = error instanceof LearnerError ? error : null
  const named = learner?.params['operator'] ?? learner?.params['sink']
  const node =
    plan.nodes.find(({ id }) => id === learner?.nodeId) ??
    nodes.find((candidate) => displayName(candidate) === named) ??
    nodes[0]
  return spanOf(node?.at ?? null)
}

/** What was said about the plan, at the operator that it's about. */
export function placeDiagnostic({ code, params, nodeId }: LearnerError, { nodes }: Plan): Diagnostic {
  return { code, params, span: spanOf(nodes.find(({ id }) => id === nodeId)?.at ?? null) }
}

function spanOf(place: string | null): Span | null {
  const match = /^(.*):(\d+):(\d+)$/.exec(place ?? '')
  if (match === null) return null
  return { file: match[1] as string, line: Number(match[2]), column: Number(match[3]) }
}
