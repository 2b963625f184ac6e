// Functions with each kind of state through all regimes of the harness, and functions with state of their own through
// snapshots and other parallelisms.

import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import {
  AggregatingStateDescriptor,
  Duration,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  RichMapFunction,
  StateTtlConfig,
  Types,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import type {
  CheckpointedFunction,
  Collector,
  Context,
  FunctionInitializationContext,
  FunctionSnapshotContext,
  KeyedStateStore,
  ListState,
} from '../../../runtime/index.ts'
import type { CallKind, CallProbe } from '../../../runtime/operators/call-probe.ts'
import { MapOperator } from '../../../runtime/operators/map.ts'
import { KeyedProcessOperator } from '../../../runtime/operators/process/keyed-process.ts'
import { OperatorRuntimeContext } from '../../../runtime/operators/rich-function.ts'
import { check } from '../../harness/notation.ts'
import { OperatorHarness, rescaled, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, n: number]
type Step = (n: number, key: string) => unknown

/** A function of one state: `make` asks for it and gives back what a record does; 0 clears it. */
class Stateful extends KeyedProcessFunction<string, Pair, unknown> {
  readonly make: (store: KeyedStateStore) => Step
  step!: Step

  constructor(make: (store: KeyedStateStore) => Step) {
    super()
    this.make = make
  }

  override open(): void {
    this.step = this.make(this.getRuntimeContext())
  }

  override processElement([key, n]: Pair, _context: Context<string>, out: Collector<unknown>): void {
    out.collect([key, this.step(n, key)])
  }
}

function keyed(make: (store: KeyedStateStore) => Step): OperatorUnderTest {
  return {
    create: () => new KeyedProcessOperator(),
    functions: () => ({ process: new Stateful(make) }),
    key: { select: (value) => (value as Pair)[0], type: { kind: 'STRING' } },
  }
}

const count = keyed((store) => {
  const state = store.getState(new ValueStateDescriptor<number>('count', Types.LONG, 0))
  return (n) => {
    if (n === 0) state.clear()
    else state.update((state.value() ?? 0) + 1)
    return state.value()
  }
})
const last = keyed((store) => {
  const state = store.getListState(new ListStateDescriptor<number>('last', Types.LONG))
  return (n) => {
    if (n === 0) state.clear()
    else state.update([...state.get(), n].slice(-2))
    return Array.from(state.get()).join('+')
  }
})
const seen = keyed((store) => {
  const state = store.getMapState(new MapStateDescriptor<readonly number[], number>('seen'))
  return (n) => {
    if (n === 0) for (const key of Array.from(state.keys())) state.remove(key)
    // A tuple as key: equal tuples are one key, after a restore too.
    else state.put([n], (state.get([n]) ?? 0) + 1)
    return Array.from(state.entries(), ([[key], times]) => `${key}x${times}`).join('+')
  }
})
const highest = keyed((store) => {
  const state = store.getReducingState(new ReducingStateDescriptor<number>('highest', (a, b) => Math.max(a, b)))
  return (n) => {
    if (n === 0) state.clear()
    else state.add(n)
    return state.get()
  }
})
const average = keyed((store) => {
  const state = store.getAggregatingState(
    new AggregatingStateDescriptor<number, { sum: number; count: number }, number>('average', {
      createAccumulator: () => ({ sum: 0, count: 0 }),
      add: (value, accumulator) => {
        accumulator.sum += value
        accumulator.count++
        return accumulator
      },
      getResult: ({ sum, count }) => sum / count,
      merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
    }),
  )
  return (n) => {
    if (n === 0) state.clear()
    else state.add(n)
    return state.get()
  }
})
const fading = keyed((store) => {
  const descriptor = new ListStateDescriptor<number>('fading', Types.LONG)
  descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(10)).build())
  const state = store.getListState(descriptor)
  return (n) => {
    if (n !== 0) state.add(n)
    return Array.from(state.get()).join('+')
  }
})

const RECORDS = 'a=1@1 b=2@2 a=3@3 W3 c=2@4 a=2@5 b=2@6'
const CLEAR = 'a=0@7 b=0@7 c=0@7'

describe('keyed state in every regime', () => {
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string]>([
    ['value', count, `${RECORDS} ${CLEAR}`, 'a=1@1 b=1@2 a=2@3 W3 c=1@4 a=3@5 b=2@6 a=0@7 b=0@7 c=0@7'],
    ['list', last, `${RECORDS} ${CLEAR}`, 'a=1@1 b=2@2 a=1+3@3 W3 c=2@4 a=3+2@5 b=2+2@6 a=@7 b=@7 c=@7'],
    [
      'map',
      seen,
      `${RECORDS} ${CLEAR}`,
      'a=1x1@1 b=2x1@2 a=1x1+3x1@3 W3 c=2x1@4 a=1x1+3x1+2x1@5 b=2x2@6 a=@7 b=@7 c=@7',
    ],
    ['reducing', highest, `${RECORDS} ${CLEAR}`, 'a=1@1 b=2@2 a=3@3 W3 c=2@4 a=3@5 b=2@6 a=@7 b=@7 c=@7'],
    ['aggregating', average, `${RECORDS} ${CLEAR}`, 'a=1@1 b=2@2 a=2@3 W3 c=2@4 a=2@5 b=2@6 a=@7 b=@7 c=@7'],
    [
      'expiring list',
      fading,
      'P0 a=1@1 b=5@1 P5 a=2@2 P9 a=0@3 P10 a=0@4 b=0@4 P15 a=0@5',
      'a=1@1 b=5@1 a=1+2@2 a=1+2@3 a=2@4 b=@4 a=@5',
    ],
  ])('%s', (_name, subject, input, expected) => check(subject, input, expected))
})

/** Collects two records, then emits them together: what waits is in operator state. */
class Pairing extends RichMapFunction<string, string> implements CheckpointedFunction {
  waiting: string[] = []
  history: string[] = []
  stored!: ListState<string>

  initializeState(context: FunctionInitializationContext): void {
    this.stored = context.getOperatorStateStore().getListState(new ListStateDescriptor('waiting', Types.STRING))
    this.history.push(context.isRestored() ? `restored ${context.getRestoredCheckpointId()}` : 'fresh')
    this.waiting = Array.from(this.stored.get())
  }

  override open(): void {
    this.history.push('open')
  }

  snapshotState(context: FunctionSnapshotContext): void {
    this.stored.update(this.waiting)
    this.history.push(`snapshot ${context.getCheckpointId()} at ${context.getCheckpointTimestamp()}`)
  }

  map(record: string): string {
    if (record === 'history') return this.history.join(', ')
    this.waiting.push(record)
    return this.waiting.length < 2 ? '' : this.waiting.splice(0).join('')
  }
}

describe('a function with state of its own', () => {
  const pairing: OperatorUnderTest = {
    create: () => new MapOperator(),
    functions: () => ({ map: new Pairing() }),
    key: null,
  }
  const said = (harness: OperatorHarness): unknown[] => harness.take().map(([, value]) => value)

  test('is asked for it before a snapshot, and given it before open', () => {
    check(pairing, 'a@1 b@2 c@3 d@4', '@1 ab@2 @3 cd@4', { splits: false })
    const harness = new OperatorHarness(pairing)
    harness.nowMs = 7
    harness.record('a', NaN)
    harness.snapshot()
    harness.record('history', NaN)
    harness.snapshotRestore()
    harness.record('b', NaN)
    harness.record('history', NaN)
    expect(said(harness)).toEqual(['', 'fresh, open, snapshot 1 at 7', 'ab', 'restored 2, open'])
  })

  test('what waits is spread over another number of subtasks', () => {
    const two = [0, 1].map((subtask) => new OperatorHarness(pairing, { subtask, parallelism: 2, restored: null }))
    two.forEach((harness, i) => harness.record(`a${i}`, NaN))
    const [one] = rescaled(two, 1)
    one?.record('b', NaN)
    expect(said(one as OperatorHarness)).toEqual(['a0a1b'])
  })

  test('keyed state can be asked for there too, but not on a stream without keys', () => {
    const asking: OperatorUnderTest = {
      create: () => new MapOperator(),
      functions: () => ({
        map: {
          initializeState: (context: FunctionInitializationContext) =>
            void context.getKeyedStateStore().getMapState(new MapStateDescriptor('m')),
          snapshotState: () => undefined,
          map: (n: number) => n,
        },
      }),
      key: null,
    }
    expect(codeOf(() => new OperatorHarness(asking))).toBe('STATE_NOT_KEYED')
    expect(codeOf(() => new OperatorHarness({ ...asking, key: { select: (n) => n, type: null } }))).toBe(null)
  })
})

describe('every kind of keyed state', () => {
  const ASKS: Readonly<Record<string, (store: KeyedStateStore) => unknown>> = {
    getState: (store) => store.getState(new ValueStateDescriptor('s')),
    getListState: (store) => store.getListState(new ListStateDescriptor('s')),
    getMapState: (store) => store.getMapState(new MapStateDescriptor('s')),
    getReducingState: (store) => store.getReducingState(new ReducingStateDescriptor<number>('s', (a, b) => a + b)),
    getAggregatingState: (store) =>
      store.getAggregatingState(
        new AggregatingStateDescriptor<number, number[], number>('s', {
          createAccumulator: () => [],
          add: (n, all) => [...all, n],
          getResult: (all) => all.length,
          merge: (a, b) => [...a, ...b],
        }),
      ),
  }

  test.each(Object.entries(ASKS))('%s is refused on a stream without keys', (_name, ask) => {
    const { context } = new OperatorHarness({
      create: () => new MapOperator(),
      functions: () => ({ map: Number }),
      key: null,
    })
    expect(codeOf(() => ask(new OperatorRuntimeContext(context)))).toBe('STATE_NOT_KEYED')
  })

  test('tells a watcher what it is asked', () => {
    const told: string[] = []
    const probe: CallProbe = {
      isOn: () => true,
      called: (kind: CallKind, name, text) => void told.push(`${kind} ${name} ${text()}`.trim()),
    }
    const harness = new OperatorHarness(count)
    harness.backend?.setCurrentKey('k')
    const store = new OperatorRuntimeContext({ ...harness.context, probe })
    const value = store.getState(new ValueStateDescriptor<number>('v'))
    value.update(1)
    value.value()
    value.clear()
    const list = store.getListState(new ListStateDescriptor<number>('l'))
    list.add(1)
    list.addAll([2, 3])
    list.update([4])
    list.get()
    list.clear()
    const map = store.getMapState(new MapStateDescriptor<string, number>('m'))
    map.put('x', 1)
    map.putAll([['y', 2]])
    map.get('x')
    map.contains('z')
    map.isEmpty()
    map.remove('x')
    expect([...map.entries(), ...map.keys(), ...map.values(), map.iterator().next().value]).toHaveLength(4)
    map.clear()
    const sum = store.getReducingState(new ReducingStateDescriptor<number>('r', (a, b) => a + b))
    sum.add(1)
    sum.get()
    sum.clear()
    expect(told).toEqual([
      ...['update v 1', 'read v 1', 'clear v'],
      ...['add l 1', 'add l (2,3)', 'update l (4)', 'read l (4)', 'clear l'],
      ...['update m x=1', 'update m y=2', 'read m x=1', 'read m z=false', 'read m false', 'remove m x'],
      ...['read m', 'read m', 'read m', 'read m', 'clear m'],
      ...['add r 1', 'read r 1', 'clear r'],
    ])
  })
})

function codeOf(run: () => unknown): string | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof LearnerError) return error.code
    throw error
  }
}
