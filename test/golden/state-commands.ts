// Commands of the vectors on keyed state: v, l, m, r, a. What they do and emit is described in the recordings' README.

import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  Types,
  ValueStateDescriptor,
} from '../../runtime/index.ts'
import type {
  AggregateFunction,
  AggregatingState,
  KeyedStateStore,
  ListState,
  MapState,
  ReducingState,
  ValueState,
} from '../../runtime/index.ts'
import type { ProgramSettings } from './program.ts'

type Emit = (result: readonly unknown[]) => void

/** A list of everything. */
const ALL: AggregateFunction<number, number[], number[]> = {
  createAccumulator: () => [],
  add: (value, accumulator) => [...accumulator, value],
  getResult: (accumulator) => accumulator,
  merge: (a, b) => [...a, ...b],
}

export class StateCommands {
  readonly v: ValueState<number>
  readonly l: ListState<number>
  readonly m: MapState<string, number>
  readonly r: ReducingState<number>
  readonly a: AggregatingState<number, number[]>

  constructor(store: KeyedStateStore, { ttl, default: defaultValue }: ProgramSettings) {
    const v = new ValueStateDescriptor<number>('v', Types.LONG, defaultValue ?? null)
    const l = new ListStateDescriptor('l', Types.LONG)
    const m = new MapStateDescriptor('m', Types.STRING, Types.LONG)
    const r = new ReducingStateDescriptor('r', (x: number, y: number) => x * 10 + y, Types.LONG)
    const a = new AggregatingStateDescriptor('a', ALL, Types.LIST(Types.LONG))
    if (ttl !== undefined) {
      const config = { ttlMs: ttl.ms, update: ttl.update, visibility: ttl.visibility }
      for (const descriptor of [v, l, m, r, a]) descriptor.enableTimeToLive(config)
    }
    this.v = store.getState(v)
    this.l = store.getListState(l)
    this.m = store.getMapState(m)
    this.r = store.getReducingState(r)
    this.a = store.getAggregatingState(a)
  }

  run(state: string, [operation, ...args]: readonly unknown[], emit: Emit): void {
    const [value] = args as number[]
    switch (state) {
      case 'v':
        if (operation === 'get') emit(['v', this.v.value()])
        else if (operation === 'set') this.v.update(value as number)
        else this.v.clear()
        return
      case 'l':
        return this.runList(String(operation), value, emit)
      case 'm':
        return this.runMap(String(operation), args as [string, number], emit)
      default: {
        const appending = state === 'r' ? this.r : this.a
        if (operation === 'get') emit([state, appending.get()])
        else if (operation === 'add') appending.add(value as number)
        else appending.clear()
      }
    }
  }

  private runList(operation: string, value: unknown, emit: Emit): void {
    if (operation === 'get') emit(['l', Array.from(this.l.get())])
    else if (operation === 'add') this.l.add(value as number)
    else if (operation === 'addAll') this.l.addAll(value as number[])
    else if (operation === 'update') this.l.update(value as number[])
    else this.l.clear()
  }

  private runMap(operation: string, [key, value]: readonly [string, number], emit: Emit): void {
    if (operation === 'get') emit(['m', key, this.m.get(key)])
    else if (operation === 'put') this.m.put(key, value)
    else if (operation === 'remove') this.m.remove(key)
    else if (operation === 'contains') emit(['m?', key, this.m.contains(key)])
    else if (operation === 'empty') emit(['mEmpty', this.m.isEmpty()])
    else if (operation === 'entries') {
      // The recorder's function asks twice, which shows where a time to live is: each access drives its cleanup.
      this.m.entries()
      emit(['mAll', new Map(Array.from(this.m.entries()).sort(byKey))])
    } else this.m.clear()
  }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
