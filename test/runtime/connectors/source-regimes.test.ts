// Source operators under the regimes of the operator harness: read plainly; with snapshot and restore after every record,
// the snapshot as text; and read in part by 1, 2, 3 subtasks, then on by 1, 2, 3 others. Nothing is lost or read twice, and
// what one subtask reads keeps its order.

import { describe, expect, test } from 'vitest'
import { SourceOperator } from '../../../runtime/connectors/source-operator.ts'
import type { SourceSpec } from '../../../runtime/connectors/source.ts'
import {
  ListStateDescriptor,
  RichParallelSourceFunction,
  RichSourceFunction,
  SourceFunction,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type ListState,
  type SourceContext,
  type SourcePause,
} from '../../../runtime/index.ts'
import {
  OperatorHarness,
  rescaled,
  type HarnessSnapshot,
  type OperatorUnderTest,
} from '../../harness/operator-harness.ts'

const QUIET = { generator: 'none', assignsTimestamps: false, perRecord: false } as const

/** Three records a slice, without anything of its own that survives. */
class Slices extends SourceFunction<string> {
  override *run(context: SourceContext<string>): Generator<SourcePause, void, void> {
    for (let i = 0; i < 7; i++) {
      context.collect(`s${i}`)
      if (i % 3 === 2) yield 100
    }
  }
}

/** Its position is its own; two records a slice. */
class Remembering extends RichSourceFunction<string> implements CheckpointedFunction {
  next = 0
  state!: ListState<number>

  initializeState(context: FunctionInitializationContext): void {
    this.state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('next'))
    for (const next of this.state.get()) this.next = next
  }

  snapshotState(): void {
    this.state.update([this.next])
  }

  override *run(context: SourceContext<string>): Generator<SourcePause, void, void> {
    while (this.next < 7) {
      context.collect(`r${this.next++}`)
      if (this.next % 2 === 0) yield 10
    }
  }
}

/** Residues of its number of subtasks, those that are left in its state. */
class Shared extends RichParallelSourceFunction<string> implements CheckpointedFunction {
  left: number[] = []
  state!: ListState<number>

  initializeState(context: FunctionInitializationContext): void {
    this.state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('left'))
    const isOwn = (n: number): boolean => n % this.subtasks() === this.subtask()
    this.left = context.isRestored() ? Array.from(this.state.get()) : [0, 1, 2, 3, 4, 5, 6, 7, 8].filter(isOwn)
  }

  snapshotState(): void {
    this.state.update(this.left)
  }

  override *run(context: SourceContext<string>): Generator<SourcePause, void, void> {
    while (this.left.length > 0) {
      context.collect(`p${this.left.shift()}`)
      if (this.left.length % 2 === 0) yield 10
    }
  }

  subtask(): number {
    return this.getRuntimeContext().getIndexOfThisSubtask()
  }

  subtasks(): number {
    return this.getRuntimeContext().getNumberOfParallelSubtasks()
  }
}

class Whole extends SourceFunction<string> {
  override run(context: SourceContext<string>): void {
    for (const word of ['w0', 'w1', 'w2']) context.collectWithTimestamp(word, 5)
  }
}

const TEXTS = new Map([
  ['/a', 'one\ntwo\nthree'],
  ['/b', 'four\nfive'],
])
const KINDS: readonly [name: string, spec: SourceSpec, functions: () => Record<string, unknown>, records: string][] = [
  ['collection', { kind: 'collection', count: 3, digest: '' }, () => ({ elements: ['x', 'y', 'z'] }), 'x y z'],
  ['sequence', { kind: 'sequence', from: 1, to: 7, ratePerSecond: null }, () => ({}), '1 2 3 4 5 6 7'],
  [
    'generator',
    { kind: 'generator', count: 5, ratePerSecond: 10 },
    () => ({ generator: (i: number) => i * 2 }),
    '0 2 4 6 8',
  ],
  [
    'files',
    { kind: 'files', files: Array.from(TEXTS, ([path, { length }]) => ({ path, length, digest: '' })) },
    () => ({ texts: TEXTS }),
    'one two three four five',
  ],
  ['a function that returns', { kind: 'function', yields: false }, () => ({ source: new Whole() }), 'w0 w1 w2'],
  [
    'a function that yields',
    { kind: 'function', yields: true },
    () => ({ source: new Slices() }),
    's0 s1 s2 s3 s4 s5 s6',
  ],
  [
    'a function with state',
    { kind: 'function', yields: true },
    () => ({ source: new Remembering() }),
    'r0 r1 r2 r3 r4 r5 r6',
  ],
  [
    'a parallel function with state',
    { kind: 'function', yields: true, isParallel: true },
    () => ({ source: new Shared() }),
    'p0 p1 p2 p3 p4 p5 p6 p7 p8',
  ],
]

/** Reads so many records, at whatever time they come. */
function read(harness: OperatorHarness, most = Infinity): string[] {
  const operator = harness.operator as SourceOperator
  const read: string[] = []
  while (read.length < most && !operator.hasEnded()) {
    const end = operator.reader.available(operator.nextReadUs(), Math.min(3, most - read.length))
    operator.emit({ index: 0, end }, false)
    read.push(...harness.take().map((output) => String(output[1])))
  }
  return read
}

function throughText(snapshot: HarnessSnapshot): HarnessSnapshot {
  return JSON.parse(JSON.stringify(snapshot)) as HarnessSnapshot
}

describe.each(KINDS)('%s', (_name, spec, functions, written) => {
  const subject: OperatorUnderTest = { create: () => new SourceOperator(spec, QUIET, 200), functions, key: null }
  const records = written.split(' ')
  const subtasks = (parallelism: number): OperatorHarness[] =>
    Array.from({ length: parallelism }, (_, subtask) => {
      return new OperatorHarness(subject, { subtask, parallelism, restored: null })
    })

  test('plainly', () => expect(read(new OperatorHarness(subject))).toEqual(records))

  test('with snapshot and restore after every record', () => {
    const harness = new OperatorHarness(subject)
    const got: string[] = []
    for (let i = 0; i <= records.length; i++) {
      harness.snapshotRestore(throughText(harness.snapshot()))
      got.push(...read(harness, 1))
    }
    expect(got).toEqual(records)
    expect((harness.operator as SourceOperator).hasEnded()).toBe(true)
  })

  test('a restore goes on from the snapshot, whatever was read after it', () => {
    const harness = new OperatorHarness(subject)
    const got = read(harness, 1)
    const snapshot = throughText(harness.snapshot())
    read(harness, 1)
    harness.snapshotRestore(snapshot)
    expect([...got, ...read(harness)]).toEqual(records)
  })

  const hasOne = spec.kind === 'function' && spec.isParallel !== true
  const parallelisms = hasOne ? [1] : [1, 2, 3]
  test.each(parallelisms.flatMap((from) => parallelisms.map((to) => [from, to] as const)))(
    'read in part by %i subtasks, then on by %i',
    (from, to) => {
      for (let each = 0; each <= records.length; each++) {
        const before = subtasks(from)
        const got = before.flatMap((harness) => read(harness, each))
        for (const harness of rescaled(before, to)) got.push(...read(harness))
        expect(got.sort()).toEqual(records.slice().sort())
      }
    },
  )
})
