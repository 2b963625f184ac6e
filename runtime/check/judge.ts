// Judging: what a run showed against what its check asks for. Rows are compared as a multiset, since Flink promises no
// order between subtasks; only a check that says so compares their order, too.

import type { Check, Finding, Observation } from './exercise-check.ts'

/** The row as it's compared: fields sorted by name, only the check's columns. `value` is plain JSON. */
export function comparable(value: unknown, columns: readonly string[] | null): string {
  return JSON.stringify(sorted(columns === null ? value : pick(value, columns)))
}

/** Null if the run shows what the check asks for. `expected` are comparable rows. */
export function judge(check: Check, observation: Observation, expected: readonly string[]): Finding | null {
  if (observation.failure !== null) return { kind: observation.failure === ENDLESS ? 'endless' : 'failed' }
  const missing = difference(expected, observation.rows)
  const unexpected = difference(observation.rows, expected)
  if (missing.length > 0 || unexpected.length > 0) return { kind: 'rows', missing, unexpected }
  if (check.isOrdered && expected.some((row, i) => row !== observation.rows[i])) {
    return { kind: 'order', expected, actual: observation.rows }
  }
  const { state, timers } = check.leaves
  if (timers !== null && observation.timersLeft > timers) {
    return { kind: 'timers', left: observation.timersLeft, allowed: timers }
  }
  if (state !== null && observation.stateLeft > state) {
    return { kind: 'state', left: observation.stateLeft, allowed: state }
  }
  const { holds = 0 } = check
  if (observation.stateLeft < holds) return { kind: 'held', held: observation.stateLeft, wanted: holds }
  return null
}

/** The failure of a run that was ended because it wouldn't end by itself. */
export const ENDLESS = 'CHECK_ENDLESS'

/** Whether two jobs did the same on a run, as far as a check can see. */
export function sameBehaviour(a: Observation, b: Observation): boolean {
  if (a.failure !== b.failure) return false
  // What was done before a failure depends on the moment of the failure, and says no more about the mistake.
  if (a.failure !== null) return true
  if (a.stateLeft !== b.stateLeft || a.timersLeft !== b.timersLeft || a.rows.length !== b.rows.length) return false
  return difference(a.rows, b.rows).length === 0
}

/** What of `a`, as a multiset, isn't in `b`, in the order of `a`. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const row of b) counts.set(row, (counts.get(row) ?? 0) + 1)
  return a.filter((row) => {
    const count = counts.get(row) ?? 0
    if (count > 0) counts.set(row, count - 1)
    return count === 0
  })
}

function pick(value: unknown, columns: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(columns.map((name) => [name, (value as Record<string, unknown>)[name]]))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]))
}
