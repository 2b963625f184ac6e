// What came of a schedule against what plain arrays say: nothing is lost, and where state counts each record once nothing
// comes of it that isn't due, in what sinks in two phases have committed, in topics and in tables.

import type { Row } from '../../runtime/cluster/job-observer.ts'
import { CheckpointingMode } from '../../runtime/index.ts'
import type { RecordTransaction } from '../../runtime/connectors/log/log-partition.ts'
import type { Outside } from '../../runtime/operators/outside.ts'
import type { Violation } from './cluster-observer.ts'
import { readName, type FaultSchedule } from './fault-schedule.ts'
import { nodeName } from './job-nodes.ts'
import type { Ledger } from './ledger.ts'
import { arrivedAt, END_TRAITS, lostAt, tableRows, type EndKind } from './random-ends.ts'
import { modelOf, rowText } from './random-model.ts'
import type { Item } from './watching-functions.ts'

/** What there is after the last job. */
export interface Outcome {
  readonly ledger: Ledger
  readonly outside: Outside
  /** Transactions of the log that were open for too long. */
  readonly lost: ReadonlySet<RecordTransaction>
  /** What was printed, in order. */
  readonly rows: readonly Row[]
  /** Whether the sources were ended before their time. */
  readonly hasDrained: boolean
  /** Whether anything had to start again. */
  readonly hasRestarted: boolean
  /** By operator and subtask that worked to the end: how many records its broadcast state counts. */
  readonly counted: ReadonlyMap<string, readonly number[]>
}

/** What is wrong with it. */
export function judge(schedule: FaultSchedule, outcome: Outcome): Violation[] {
  const { job, checkpoints } = schedule
  const isExact = checkpoints?.mode !== CheckpointingMode.AT_LEAST_ONCE
  const model = modelOf(job.nodes, outcome.hasDrained ? takenBySources(schedule, outcome) : new Map())
  // Whoever is drained after a failure, before all is read again that had been, can't take back what was said of it.
  const sayable = outcome.hasDrained && outcome.hasRestarted ? modelOf(job.nodes) : model
  const printed = new Map<string, Row[]>()
  for (const row of outcome.rows) {
    const own = printed.get(row.sink)
    if (own === undefined) printed.set(row.sink, [row])
    else own.push(row)
  }
  return job.nodes.flatMap((node, i): Violation[] => {
    if (node.op === 'broadcast') {
      const total = model.outputs[node.with]?.length ?? 0
      return countProblems(nodeName(job, i), outcome.counted.get(nodeName(job, i)) ?? [], { total, isExact })
    }
    if (node.op !== 'sum' && node.op !== 'collect') return []
    const [wanted, known] = [model, sayable].map(({ rows }) => rows.get(node.name) ?? []) as [string[], string[]]
    const rows = printed.get(node.name) ?? []
    const name = nodeName(job, i)
    if (node.op === 'collect') {
      const ended = node.end === undefined ? [] : endProblems(node.end, name, { wanted, known, isExact, outcome })
      return [...printProblems(node.name, rows, { wanted, known, isExact }), ...ended]
    }
    const sums = lastSums(rows.map(({ value }) => value as Item))
    const found = sumProblems(node.name, sums, { wanted, known, isExact })
    if (node.end === undefined) return found
    const table = new Map(tableRows(name, outcome.outside).map((text) => text.split(':') as [string, string]))
    const last = new Map(Array.from(table, ([key, sum]) => [key, Number(sum)]))
    return [...found, ...sumProblems(name, last, { wanted, known, isExact })]
  })
}

/** The numbers of the records that the sources had read: a sink of their own has them all. */
function takenBySources({ job }: FaultSchedule, { ledger }: Outcome): Map<number, Set<number>> {
  return new Map(
    job.nodes.flatMap((node, source) => {
      if (node.op !== 'source') return []
      const sink = job.nodes.findIndex((end) => 'name' in end && end.name === readName(source))
      const rows = ledger.rowsOf(nodeName(job, sink))
      return [[source, new Set(rows.map((row) => Number(row.slice(row.indexOf(':') + 1, row.indexOf('@')))))]]
    }),
  )
}

/** A subtask that was started again when all its input had been read counts nothing. */
function countProblems(
  name: string,
  counted: readonly number[],
  { total, isExact }: { readonly total: number; readonly isExact: boolean },
): Violation[] {
  const wrong = counted.filter((count) => (isExact ? count !== total : count < total) && count !== 0)
  return said(isExact ? '12 exactly once' : '13 no loss', `${name} counts ${total} in its broadcast state, and`, wrong)
}

interface Judged {
  readonly wanted: readonly string[]
  /** What can have been said without being wanted in the end, and all that is. */
  readonly known: readonly string[]
  /** Whether state counts each record once. */
  readonly isExact: boolean
}

/** After a failure rows are printed again, and never one that isn't due. */
function printProblems(name: string, rows: readonly Row[], { wanted, known, isExact }: Judged): Violation[] {
  const got = rows.map(({ value, timestamp }) => rowText(value, timestamp))
  const lost = missing(wanted, got)
  const due = new Set(known)
  // Counted twice upstream, a record can become one that no model knows.
  const strange = isExact ? got.filter((text) => !due.has(text)) : []
  return [...said('13 no loss', `${name} lacks`, lost), ...said('12 exactly once', `${name} got`, strange)]
}

function endProblems(
  kind: EndKind,
  name: string,
  { wanted, known, isExact, outcome }: Judged & { readonly outcome: Outcome },
): Violation[] {
  const traits = END_TRAITS[kind]
  const shown = (rows: readonly string[]): readonly string[] => {
    const timeless = traits.isTimeless ? rows.map((text) => text.slice(0, text.indexOf('@'))) : rows
    return traits.isSet ? Array.from(new Set(timeless)) : timeless
  }
  const due = shown(wanted)
  const got = arrivedAt(kind, name, outcome.outside, outcome)
  const lost = kind === 'log' ? lostAt(name, outcome.outside, outcome.lost) : []
  const possible = new Set(shown(known))
  const isCounted = traits.isExact && !traits.isSet
  const tooMuch = isCounted ? missing(got, due) : got.filter((text) => !possible.has(text))
  return [
    ...said('14 commits', `${kind} ${name} lacks`, missing(due, [...got, ...lost])),
    ...said('14 commits', `${kind} ${name} has too much:`, isExact ? tooMuch : []),
  ]
}

/** State counts each record as its mode says. */
function sumProblems(name: string, got: ReadonlyMap<string, number>, { wanted, known, isExact }: Judged): Violation[] {
  const most = new Map(known.map((text) => text.split('=') as [string, string]))
  const wrong = wanted.filter((text) => {
    const [key = '', sum] = text.split('=')
    const own = got.get(key) ?? -Infinity
    return own < Number(sum) || (isExact && own > Number(most.get(key)))
  })
  return said(isExact ? '12 exactly once' : '13 no loss', `${name} has ${JSON.stringify([...got])}, wants`, wrong)
}

function said(invariant: string, text: string, rows: readonly unknown[]): Violation[] {
  return rows.length === 0 ? [] : [{ invariant, text: `${text} ${rows.slice(0, 8).join()} (${rows.length})` }]
}

/** What is wanted more often than it is there. */
function missing(wanted: readonly string[], got: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of got) counts.set(text, (counts.get(text) ?? 0) + 1)
  return wanted.filter((text) => {
    const count = counts.get(text) ?? 0
    counts.set(text, count - 1)
    return count <= 0
  })
}

/** The highest sum of a key is its last. */
function lastSums(items: readonly Item[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { key, n } of items) sums.set(String(key), Math.max(n, sums.get(String(key)) ?? -Infinity))
  return sums
}
