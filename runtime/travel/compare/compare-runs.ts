// Two recorded runs of one job, side by side. What is written into a key's state, and its timers, come in one order, so they
// are compared one by one; records and rows that came by several channels come in any order, so each is compared with any
// of the other run that says the same. State that operators keep by themselves is compared as each step leaves it.

import { toPrintText } from '../../base/value-text.ts'
import { shorten } from '../../cluster/record-labels.ts'
import type { RecordedStep } from '../why/recorded-step.ts'
import type { ComparedCount, ComparedItem, ComparedKind, RunDifference } from './comparison.ts'
import type { ComparedRow, CourseRecorder } from './course-recorder.ts'

/** A recorded run. */
export interface RecordedRun {
  readonly recorder: CourseRecorder
  /** There was nothing more to come. */
  readonly hasEnded: boolean
}

type Head = Pick<RunDifference, 'kind' | 'operator' | 'key' | 'state'>

/** What belongs together: of one kind, operator, key and state. */
interface Group extends Head {
  readonly here: Said[]
  readonly there: Said[]
}

/** An item, and what is equal where two are. */
interface Said extends ComparedItem {
  readonly said: string
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
  const all = found.flatMap(({ group, pairs }) => pairs.map((pair) => ({ ...headOf(group), ...pair })))
  const differences = KINDS.flatMap((kind) => {
    const ofKind = all.filter((one) => one.kind === kind)
    return ofKind.length === 0 ? [] : [bare(ofKind.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a)))]
  })
  return { differences: differences.sort((a, b) => timeOf(a) - timeOf(b)), counts }
}

/** Only what whoever asked is told. */
function bare({ here, there, ...rest }: Found): RunDifference {
  const itemOf = (one: Said | null): ComparedItem | null => {
    if (one === null) return null
    const { text, timestamp, place, atMs } = one
    return { text, timestamp, place, atMs }
  }
  return { ...rest, here: itemOf(here), there: itemOf(there) }
}

function headOf({ kind, operator, key, state }: Group): Head {
  return { kind, operator, key, state }
}

/** When the two first show that they differ. */
function timeOf({ here, there }: Pick<RunDifference, 'here' | 'there'>): number {
  return Math.min(here?.atMs ?? Infinity, there?.atMs ?? Infinity)
}

function gather(groups: Map<string, Group>, side: Side, { recorder }: RecordedRun): void {
  const add = (head: Head, step: RecordedStep, text: string, said = text): void => {
    const id = `${head.kind}\n${head.operator}\n${head.key ?? ''}\n${head.state ?? ''}`
    let group = groups.get(id)
    if (group === undefined) groups.set(id, (group = { ...head, here: [], there: [] }))
    const timestamp = head.kind !== 'record' || Number.isNaN(step.timestamp) ? null : step.timestamp
    const place = { event: step.event, record: step.record }
    group[side].push({ text, timestamp, place, atMs: step.atUs / 1000, said })
  }
  for (const step of recorder.steps) {
    for (const row of step.rows) {
      const { sink, text } = recorder.rowTexts[row] as ComparedRow
      add({ kind: 'output', operator: sink, key: null, state: null }, step, text)
    }
    if (recorder.isUndone(step)) continue
    const head = { operator: step.task.name, key: step.key, state: null }
    if (step.kind === 'record') {
      const text = toPrintText(step.value)
      // A record at another event time is another record.
      add({ ...head, kind: 'record' }, step, shorten(text), `${text}\n${step.timestamp}`)
    }
    if (step.kind === 'timer') add({ ...head, kind: 'timer' }, step, timerText(step))
    for (const { kind, name, text } of step.calls) {
      if (kind === 'update' || kind === 'add' || kind === 'remove')
        add({ ...head, kind: 'state', state: name }, step, text())
      else if (kind === 'clear') add({ ...head, kind: 'state', state: name }, step, '')
    }
    for (const { state, text, digest } of recorder.changesIn(step))
      add({ ...head, kind: 'state', state }, step, text, digest)
  }
}

function timerText({ timestamp, window }: RecordedStep): string {
  return window === null ? toPrintText(timestamp) : `[${window.start}, ${window.end})`
}

interface Pair {
  readonly index: number
  readonly here: Said | null
  readonly there: Said | null
}

type Found = Head & Pair

function differencesIn({ kind, key, here, there }: Group): Pair[] {
  const isOrdered = key !== null && (kind === 'state' || kind === 'timer')
  return isOrdered ? unequal(here, there) : unmatched(here, there)
}

/** One by one: all from where they aren't the same any more. */
function unequal(here: readonly Said[], there: readonly Said[]): Pair[] {
  const pairs: Pair[] = []
  for (let index = 0; index < Math.max(here.length, there.length); index++) {
    const [a = null, b = null] = [here[index], there[index]]
    if (a?.said !== b?.said) pairs.push({ index, here: a, there: b })
  }
  return pairs
}

/** Whatever the other has none of, in any order. */
function unmatched(here: readonly Said[], there: readonly Said[]): Pair[] {
  const alone = (items: readonly Said[], others: readonly Said[]): [Said, number][] => {
    const left = new Map<string, number>()
    for (const { said } of others) left.set(said, (left.get(said) ?? 0) + 1)
    return items.flatMap((item, index): [Said, number][] => {
      const count = left.get(item.said) ?? 0
      left.set(item.said, count - 1)
      return count > 0 ? [] : [[item, index]]
    })
  }
  return [
    ...alone(here, there).map(([item, index]): Pair => ({ index, here: item, there: null })),
    ...alone(there, here).map(([item, index]): Pair => ({ index, here: null, there: item })),
  ]
}
