// What the page keeps of a run: the last rows of every sink and the last log lines, with honest totals. A run may give
// millions of rows; the table can't, and says so.
import type { LogLine, SinkRow } from '../../runtime/host/protocol.ts'

export const KEPT_ROWS = 1000
export const KEPT_LOG_LINES = 500

/** The newest of a long list: what is kept, and how many there have been. */
export interface Tail<T> {
  readonly kept: readonly T[]
  readonly total: number
}

export interface RunRecord {
  readonly all: Tail<SinkRow>
  /** In the order in which the sinks first got a row. */
  readonly sinks: ReadonlyMap<string, Tail<SinkRow>>
  readonly log: Tail<LogLine>
}

export const EMPTY_RECORD: RunRecord = {
  all: { kept: [], total: 0 },
  sinks: new Map(),
  log: { kept: [], total: 0 },
}

/** The record with a batch added at its end. */
export function extendRecord(record: RunRecord, rows: readonly SinkRow[], logs: readonly LogLine[]): RunRecord {
  if (rows.length === 0 && logs.length === 0) return record
  return {
    all: extendTail(record.all, rows, KEPT_ROWS),
    sinks: extendSinks(record.sinks, rows),
    log: extendTail(record.log, logs, KEPT_LOG_LINES),
  }
}

function extendSinks(sinks: RunRecord['sinks'], rows: readonly SinkRow[]): RunRecord['sinks'] {
  const batches = new Map<string, SinkRow[]>()
  for (const row of rows) {
    const batch = batches.get(row.sink)
    if (batch) batch.push(row)
    else batches.set(row.sink, [row])
  }
  const extended = new Map(sinks)
  for (const [sink, batch] of batches) {
    extended.set(sink, extendTail(sinks.get(sink) ?? { kept: [], total: 0 }, batch, KEPT_ROWS))
  }
  return extended
}

/** The newest row that this subtask gave any of these sinks. */
export function lastRowOf({ sinks }: RunRecord, names: readonly string[], subtask: number): SinkRow | null {
  for (const name of names) {
    const kept = sinks.get(name)?.kept ?? []
    for (let i = kept.length - 1; i >= 0; i--) if (kept[i]?.subtask === subtask) return kept[i] ?? null
  }
  return null
}

export function extendTail<T>(tail: Tail<T>, added: readonly T[], limit: number): Tail<T> {
  if (added.length === 0) return tail
  const total = tail.total + added.length
  if (added.length >= limit) return { kept: added.slice(-limit), total }
  const room = limit - added.length
  const before = tail.kept.length > room ? tail.kept.slice(tail.kept.length - room) : tail.kept
  return { kept: [...before, ...added], total }
}
