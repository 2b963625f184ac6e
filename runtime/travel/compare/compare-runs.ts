// Two recorded runs of one job, side by side. What is written into a key's state, and its timers, come in one order, so they
// are compared one by one; records and rows that came by several channels come in any order, so each is compared with any
// of the other run that says the same.

import { toPrintText } from '../../base/value-text.ts'
import { shorten } from '../../cluster/record-labels.ts'
import type { RecordedStep } from '../why/recorded-step.ts'
import type { Recorder } from '../why/recorder.ts'
import type { ComparedCount, ComparedItem, ComparedKind, RunDifference } from './comparison.ts'

/** A row as its sink got it, for what the recorder doesn't keep. */
export interface ComparedRow {
  readonly sink: string
  readonly text: string
}

/** A recorded run, and its rows in order. */
export interface RecordedRun {
  readonly recorder: Recorder
  readonly rows: readonly ComparedRow[]
  /** There was nothing more to come. */
  readonly hasEnded: boolean
}

/** What belongs together: of one kind, operator, key and state. */
interface Group extends Pick<RunDifference, 'kind' | 'operator' | 'key' | 'state'> {
  readonly here: ComparedItem[]
  readonly there: ComparedItem[]
}

type Side = 'here' | 'there'

const KINDS: readonly ComparedKind[] = ['record', 'state', 'timer', 'output']

/** The first difference of every kind, in order of time, and how many there are. */
export function compareRuns(
  here: RecordedRun,
  there: RecordedRun,
): { readonly differences: RunDifference[]; readonly counts: Record<ComparedKind, ComparedCount> } {
  const groups = new Map<string, Group>()
  for (const [side, run] of [['here', here] as const, ['there', there] as const]) gather(groups, side, run)
  const found = [...groups.values()].map((group) => ({ group, pairs: differencesIn(group) }))
  const counts = Object.fromEntries(
    KINDS.map((kind) => {
      const of = found.filter(({ group }) => group.kind === kind)
      const sum = (count: (one: (typeof found)[number]) => number): number =>
        of.reduce((all, one) => all + count(one), 0)
      return [
        kind,
        {
          here: sum(({ group }) => group.here.length),
          there: sum(({ group }) => group.there.length),
          different: sum(({ pairs }) => pairs.length),
        },
      ]
    }),
  ) as Record<ComparedKind, ComparedCount>
  const all = found.flatMap(({ group, pairs }) => pairs.map((pair): RunDifference => ({ ...headOf(group), ...pair })))
  const differences = KINDS.flatMap((kind) => {
    const ofKind = all.filter((one) => one.kind === kind)
    return ofKind.length === 0 ? [] : [ofKind.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a))]
  })
  return { differences: differences.sort((a, b) => timeOf(a) - timeOf(b)), counts }
}

function headOf({ kind, operator, key, state }: Group): Pick<RunDifference, 'kind' | 'operator' | 'key' | 'state'> {
  return { kind, operator, key, state }
}

/** When the two first show that they differ. */
function timeOf({ here, there }: Pick<RunDifference, 'here' | 'there'>): number {
  return Math.min(here?.atMs ?? Infinity, there?.atMs ?? Infinity)
}

function gather(groups: Map<string, Group>, side: Side, { recorder, rows }: RecordedRun): void {
  const add = (head: ReturnType<typeof headOf>, step: RecordedStep, text: string): void => {
    const id = `${head.kind}\n${head.operator}\n${head.key ?? ''}\n${head.state ?? ''}`
    let group = groups.get(id)
    if (group === undefined) groups.set(id, (group = { ...head, here: [], there: [] }))
    const timestamp = head.kind !== 'record' || Number.isNaN(step.timestamp) ? null : step.timestamp
    const place = { event: step.event, record: step.record }
    group[side].push({ text, timestamp, place, atMs: step.atUs / 1000 })
  }
  for (const step of recorder.steps) {
    for (const row of step.rows) {
      const { sink, text } = rows[row] as ComparedRow
      add({ kind: 'output', operator: sink, key: null, state: null }, step, text)
    }
    if (recorder.isUndone(step)) continue
    const head = { operator: step.task.name, key: step.key, state: null }
    if (step.kind === 'record') add({ ...head, kind: 'record' }, step, shorten(toPrintText(step.value)))
    if (step.kind === 'timer') add({ ...head, kind: 'timer' }, step, timerText(step))
    for (const { kind, name, text } of step.calls) {
      if (kind === 'update' || kind === 'add' || kind === 'remove')
        add({ ...head, kind: 'state', state: name }, step, text())
      else if (kind === 'clear') add({ ...head, kind: 'state', state: name }, step, '')
    }
  }
}

function timerText({ timestamp, window }: RecordedStep): string {
  return window === null ? toPrintText(timestamp) : `[${window.start}, ${window.end})`
}

type Pair = Pick<RunDifference, 'index' | 'here' | 'there'>

function differencesIn({ kind, key, here, there }: Group): Pair[] {
  const isOrdered = key !== null && (kind === 'state' || kind === 'timer')
  return isOrdered ? unequal(here, there) : unmatched(here, there)
}

/** One by one: all from where they aren't the same any more. */
function unequal(here: readonly ComparedItem[], there: readonly ComparedItem[]): Pair[] {
  const pairs: Pair[] = []
  for (let index = 0; index < Math.max(here.length, there.length); index++) {
    const [a = null, b = null] = [here[index], there[index]]
    if (a?.text !== b?.text) pairs.push({ index, here: a, there: b })
  }
  return pairs
}

/** A record at another event time is another record. */
function saidOf({ text, timestamp }: ComparedItem): string {
  return timestamp === null ? text : `${text}\n${timestamp}`
}

/** Whatever the other has none of, in any order. */
function unmatched(here: readonly ComparedItem[], there: readonly ComparedItem[]): Pair[] {
  const alone = (items: readonly ComparedItem[], others: readonly ComparedItem[]): [ComparedItem, number][] => {
    const left = new Map<string, number>()
    for (const item of others) left.set(saidOf(item), (left.get(saidOf(item)) ?? 0) + 1)
    return items.flatMap((item, index): [ComparedItem, number][] => {
      const count = left.get(saidOf(item)) ?? 0
      left.set(saidOf(item), count - 1)
      return count > 0 ? [] : [[item, index]]
    })
  }
  return [
    ...alone(here, there).map(([item, index]): Pair => ({ index, here: item, there: null })),
    ...alone(there, here).map(([item, index]): Pair => ({ index, here: null, there: item })),
  ]
}
