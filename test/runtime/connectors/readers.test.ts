// Readers and splits, without a task: every kind of source is read whole, interrupted after each record and gone on with
// from its splits (through JSON, for splits are plain data), and shared out anew over other numbers of subtasks.

import { describe, expect, test } from 'vitest'
import { FunctionReader } from '../../../runtime/connectors/function-reader.ts'
import { createReader } from '../../../runtime/connectors/readers.ts'
import type { ScriptRecord, SourceReader, LocalSourceSpec, SourceSplit } from '../../../runtime/connectors/source.ts'
import { shareOf, splitsOf } from '../../../runtime/connectors/splits.ts'
import { ClickEvent } from '../../../runtime/connectors/training/click-event.ts'
import type { TaxiFare } from '../../../runtime/connectors/training/taxi-fare.ts'
import { TaxiRide } from '../../../runtime/connectors/training/taxi-ride.ts'

const TEXTS = new Map([
  ['/a', 'one\ntwo\n\nfour'],
  ['/b', 'five\r\nsix\r\n'],
  ['/empty', ''],
  ['/c', 'seven\reight\n'],
])
const SCRIPT: readonly ScriptRecord[] = [
  { value: 'a', split: 'p0', atMs: 1, timestamp: 5 },
  { value: 'b', split: 'p1', atMs: 1 },
  { value: 'c', split: 'p0', atMs: 3 },
  { value: 'd', split: 'p2', atMs: 2 },
  { value: 'e', split: 'p1', atMs: 9 },
]

const KINDS: readonly [name: string, spec: LocalSourceSpec, values: readonly unknown[]][] = [
  ['collection', { kind: 'collection', count: 3, digest: '' }, ['x', 'y', 'z']],
  ['sequence', { kind: 'sequence', from: -3, to: 4, ratePerSecond: null }, [-3, -2, -1, 0, 1, 2, 3, 4]],
  ['generator', { kind: 'generator', count: 5, ratePerSecond: 10 }, [0, 2, 4, 6, 8]],
  [
    'datagen',
    { kind: 'datagen', count: 3, ratePerSecond: 10, fields: { id: { kind: 'sequence', start: 7, end: 9 } } },
    [{ id: 7 }, { id: 8 }, { id: 9 }],
  ],
  [
    'files',
    { kind: 'files', files: Array.from(TEXTS, ([path, { length }]) => ({ path, length, digest: '' })) },
    ['one', 'two', '', 'four', 'five', 'six', 'seven', 'eight'],
  ],
  ['script', { kind: 'script', records: SCRIPT }, ['a', 'b', 'd', 'c', 'e']],
]

const FUNCTIONS: Readonly<Record<string, unknown>> = {
  elements: ['x', 'y', 'z'],
  generator: (index: number) => index * 2,
  texts: TEXTS,
}

function open(spec: LocalSourceSpec, splits: readonly SourceSplit[], parallelism = 1): SourceReader {
  return createReader(spec, splits, {
    name: 'source',
    subtask: 0,
    parallelism,
    seed: 1,
    userFunction: (role) => FUNCTIONS[role],
  })
}

/** Reads so many records, at whatever time they come. */
function take(reader: SourceReader, most = Infinity): unknown[] {
  const values: unknown[] = []
  while (values.length < most && reader.nextAtUs < Infinity) {
    const available = reader.available(reader.nextAtUs, Math.min(3, most - values.length))
    expect(available).toBeGreaterThan(0)
    for (let i = 0; i < available; i++) values.push(reader.read())
  }
  return values
}

describe.each(KINDS)('%s', (_name, spec, values) => {
  test('one subtask reads all, in order', () => {
    const reader = open(spec, splitsOf(spec, 1))
    expect(take(reader)).toEqual(values)
    expect(reader.splits()).toEqual([])
  })

  test('gone on with after each record', () => {
    let splits = splitsOf(spec, 1)
    const read: unknown[] = []
    for (let i = 0; i < values.length; i++) {
      const reader = open(spec, splits)
      read.push(...take(reader, 1))
      splits = JSON.parse(JSON.stringify(reader.splits())) as SourceSplit[]
    }
    expect(read).toEqual(values)
    expect(splits).toEqual([])
  })

  test.each([
    [1, 2],
    [2, 1],
    [2, 3],
    [3, 2],
    [4, 1],
  ])('shared out anew from %i subtasks to %i: nothing is lost or read twice', (before, after) => {
    for (let each = 0; each <= values.length; each++) {
      const first = subtasks(before).map((subtask) =>
        open(spec, shareOf(splitsOf(spec, before), subtask, before), before),
      )
      const read = first.flatMap((reader) => take(reader, each))
      const splits = first.flatMap((reader) => reader.splits())
      for (const subtask of subtasks(after)) read.push(...take(open(spec, shareOf(splits, subtask, after), after)))
      expect(sorted(read)).toEqual(sorted(values))
    }
  })
})

test('rides go on in the middle of a batch', () => {
  const spec: LocalSourceSpec = { kind: 'rides', batches: 60 }
  const whole = take(open(spec, splitsOf(spec, 1))).map(String)
  for (const cut of [0, 1, 4, 5, 7, 150, whole.length - 1]) {
    const reader = open(spec, splitsOf(spec, 1))
    const read = take(reader, cut).map(String)
    const splits = JSON.parse(JSON.stringify(reader.splits())) as SourceSplit[]
    expect([...read, ...take(open(spec, splits)).map(String)]).toEqual(whole)
  }
})

test('a script’s splits: due first comes first, a paused one waits and isn’t the end', () => {
  const spec: LocalSourceSpec = { kind: 'script', records: SCRIPT }
  const reader = open(spec, splitsOf(spec, 1)) as ReturnType<typeof open> & {
    readonly paused: Set<string>
    readonly lastSplit: string
    pausesChanged(): void
    hasEnded(): boolean
  }
  reader.paused.add('p1')
  reader.pausesChanged()
  expect(take(reader)).toEqual(['a', 'd', 'c'])
  expect([reader.nextAtUs, reader.hasEnded()]).toEqual([Infinity, false])
  reader.paused.delete('p1')
  reader.pausesChanged()
  expect([reader.nextAtUs, take(reader), reader.hasEnded()]).toEqual([1000, ['b', 'e'], true])
})

test('a script in the place of the training’s sources gives their classes, copied, with the fields it says', () => {
  const read = (replaces: LocalSourceSpec['kind'], value: object): unknown => {
    const spec: LocalSourceSpec = { kind: 'script', records: [{ value }], replaces }
    return take(open(spec, splitsOf(spec, 1)))[0]
  }
  const ride = { rideId: 7, isStart: true, eventTime: 60_000 }
  expect(read('rides', ride)).toBeInstanceOf(TaxiRide)
  expect(read('rides', ride)).toEqual(Object.assign(Object.create(TaxiRide.prototype) as object, ride))
  expect((read('rides', ride) as TaxiRide).getEventTimeMillis()).toBe(60_000)
  expect((read('fares', { startTime: 5 }) as TaxiFare).getEventTimeMillis()).toBe(5)
  expect(read('clicks', { page: '/help' })).toBeInstanceOf(ClickEvent)
  expect(Object.getPrototypeOf(read('transactions', ride))).toBe(Object.prototype)
  expect(Object.getPrototypeOf(ride)).toBe(Object.prototype)
})

test('a rate is of all subtasks together', () => {
  const spec: LocalSourceSpec = { kind: 'generator', count: 8, ratePerSecond: 10 }
  const reader = open(spec, shareOf(splitsOf(spec, 2), 1, 2), 2)
  expect([0, 199_999, 200_000, 600_000].map((nowUs) => reader.available(nowUs, 99))).toEqual([1, 1, 2, 4])
})

test('invented rows are the same at any parallelism, and differ with the seed', () => {
  const fields = {
    n: { kind: 'int', min: 1, max: 5, nullRate: 0 },
    x: { kind: 'double', min: -1, max: 1, nullRate: 0 },
    s: { kind: 'string', length: 4, nullRate: 0.5 },
    b: { kind: 'boolean', nullRate: 0 },
  } as const
  const spec: LocalSourceSpec = { kind: 'datagen', count: 200, ratePerSecond: 1000, fields }
  const read = (parallelism: number): unknown[] =>
    subtasks(parallelism).flatMap((subtask) =>
      take(open(spec, shareOf(splitsOf(spec, parallelism), subtask, parallelism), parallelism)),
    )
  const rows = read(1) as { n: number; x: number; s: string | null; b: boolean }[]
  expect(read(3)).toEqual(rows)
  expect(new Set(rows.map(({ n }) => n))).toEqual(new Set([1, 2, 3, 4, 5]))
  expect(rows.every(({ x, s }) => x >= -1 && x < 1 && (s === null || /^[0-9a-f]{4}$/.test(s)))).toBe(true)
  const nulls = rows.filter(({ s }) => s === null).length
  expect(nulls).toBeGreaterThan(60)
  expect(nulls).toBeLessThan(140)
})

function subtasks(parallelism: number): number[] {
  return Array.from({ length: parallelism }, (_, i) => i)
}

function sorted(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort()
}

test('a parallel function that had returned isn’t run again, as long as its split says so', () => {
  const place = { name: 'source', subtask: 0, parallelism: 2 }
  const runs: number[] = []
  const source = (): unknown => ({ run: () => void runs.push(1) })
  const ended = new FunctionReader([{ id: '0 of 2', position: 3, end: 3 }], place, { source, isParallel: true })
  const others = new FunctionReader([{ id: '0 of 3', position: 3, end: 3 }], place, { source, isParallel: true })
  for (const reader of [ended, others]) {
    reader.available(0, 1)
    reader.next()
  }
  expect([ended.nextAtUs, others.nextAtUs, runs.length]).toEqual([Infinity, Infinity, 1])
})
