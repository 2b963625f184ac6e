// A problem as the page lists it, wherever it was found, and its order.
import type { Span } from '../../runtime/host/protocol.ts'

export interface Problem {
  readonly isError: boolean
  readonly span: Span | null
  readonly what: string
  /** What to do about it; TypeScript's messages have none. */
  readonly todo: string | null
  /** TypeScript's number, or our code. */
  readonly code: string
  readonly source: 'typescript' | 'streambed'
}

/** `FraudDetector.ts:17`, or nothing for a problem without a place. */
export function placeOf({ span }: Problem): string {
  return span ? `${span.file}:${span.line}` : ''
}

/**
 * Errors first, among them those of syntax, for much of what TypeScript says besides follows from them; then by file in the
 * order of the tabs, then by position.
 */
export function sortProblems(problems: readonly Problem[], fileNames: readonly string[]): Problem[] {
  const rank = (problem: Problem): number[] => [
    problem.isError ? 0 : 1,
    problem.code.startsWith('SYNTAX_') ? 0 : 1,
    problem.span ? fileNames.indexOf(problem.span.file) : -1,
    problem.span?.line ?? 0,
    problem.span?.column ?? 0,
  ]
  return [...problems].sort((a, b) => compareRanks(rank(a), rank(b)))
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
