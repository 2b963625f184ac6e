// State of a key in a window, of every kind, and contents of windows by reference and by value.

import { expect, test } from 'vitest'
import {
  AggregatingStateDescriptor,
  CountTrigger,
  EmbeddedRocksDBStateBackend,
  GlobalWindows,
  HashMapStateBackend,
  ListStateDescriptor,
  MapStateDescriptor,
  ProcessWindowFunction,
  ReducingStateDescriptor,
  type Collector,
  type GlobalWindow,
  type ProcessWindowContext,
  type StateBackend,
} from '../../../runtime/index.ts'
import { runJob } from '../../harness/run-job.ts'

interface Box {
  readonly key: string
  n: number
}

const COUNT = { createAccumulator: () => 0, add: (_: number, n: number) => n + 1, getResult: String, merge: Math.max }

/** Fires for each record: shows what the window's states remember, and changes the records, which it shouldn't. */
class Remembering extends ProcessWindowFunction<Box, string, string, GlobalWindow> {
  override process(
    key: string,
    context: ProcessWindowContext<GlobalWindow>,
    boxes: Iterable<Box>,
    out: Collector<string>,
  ): void {
    const state = context.windowState()
    const all = Array.from(boxes)
    const sizes = state.getListState(new ListStateDescriptor<number>('sizes'))
    sizes.add(all.length)
    const largest = state.getReducingState(new ReducingStateDescriptor<number>('largest', (a, b) => Math.max(a, b)))
    const firings = state.getAggregatingState(new AggregatingStateDescriptor('firings', COUNT))
    const bySize = state.getMapState(new MapStateDescriptor<number, number>('bySize'))
    for (const { n } of all) {
      largest.add(n)
      bySize.put(n, (bySize.get(n) ?? 0) + 1)
    }
    firings.add(1)
    const keys = Array.from(context.globalState().getMapState(new MapStateDescriptor<string, number>('g')).keys())
    context.globalState().getMapState(new MapStateDescriptor<string, number>('g')).put(key, 1)
    out.collect(
      `${key} ${all.map(({ n }) => n).join()} sizes ${Array.from(sizes.get()).join()} largest ${largest.get()} ` +
        `firings ${firings.get()} values ${Array.from(bySize.keys()).join()} before ${keys.join()}`,
    )
    for (const box of all) box.n += 10
  }
}

test.each<[name: string, backend: StateBackend, expected: string[]]>([
  [
    'by reference, where records that were changed stay changed',
    new HashMapStateBackend(),
    [
      'a 1 sizes 1 largest 1 firings 1 values 1 before ',
      'b 5 sizes 1 largest 5 firings 1 values 5 before ',
      'a 11,2 sizes 1,2 largest 11 firings 2 values 1,11,2 before a',
    ],
  ],
  [
    'by value, where they do not',
    new EmbeddedRocksDBStateBackend(),
    [
      'a 1 sizes 1 largest 1 firings 1 values 1 before ',
      'b 5 sizes 1 largest 5 firings 1 values 5 before ',
      'a 1,2 sizes 1,2 largest 2 firings 2 values 1,2 before a',
    ],
  ],
])('state of a window, %s', (_name, backend, expected) => {
  const { rows } = runJob((env) => {
    env
      .setStateBackend(backend)
      .fromData<Box>({ key: 'a', n: 1 }, { key: 'b', n: 5 }, { key: 'a', n: 2 })
      .keyBy(({ key }) => key)
      .window(GlobalWindows.create())
      .trigger(CountTrigger.of(1))
      .process(new Remembering())
      .print()
  })
  expect(rows.map(({ value }) => value)).toEqual(expected)
})
