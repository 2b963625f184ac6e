// Objects of a job's own classes in state, through a savepoint and through a failure: they come back as what their type says.

import { describe, expect, test } from 'vitest'
import { reviverOf } from '../../runtime/state/declared-class.ts'
import { Types } from '../../runtime/index.ts'
import { newSession, runText } from '../harness/compiled-job.ts'

class Point {
  x = 0
  far(): boolean {
    return this.x > 5
  }
}

describe('what is revived', () => {
  test.each<[name: string, type: Parameters<typeof reviverOf>[0], held: unknown, far: (value: never) => unknown]>([
    ['an object', Types.POJO(Point), { x: 9 }, (point: Point) => point.far()],
    ['one of a generic type', Types.GENERIC(Point), { x: 9 }, (point: Point) => point.far()],
    ['in a list', Types.LIST(Types.POJO(Point)), [{ x: 9 }], ([point]: [Point]) => point.far()],
    ['in a tuple', Types.TUPLE(Types.LONG, Types.POJO(Point)), [1, { x: 9 }], ([, point]: [1, Point]) => point.far()],
    [
      'in a map',
      Types.MAP(Types.STRING, Types.POJO(Point)),
      new Map([['a', { x: 9 }]]),
      (map: Map<string, Point>) => map.get('a')?.far(),
    ],
  ])('%s', (_name, type, held, far) => expect(far(reviverOf(type)?.(held) as never)).toBe(true))

  test('nothing else: other classes, null, and types without a class', () => {
    const date = new Date(5)
    const revive = reviverOf(Types.POJO(Point))
    expect([revive?.(date), revive?.(null), revive?.(7)]).toEqual([date, null, 7])
    expect(reviverOf(Types.LIST(Types.LONG))).toBe(null)
    expect(reviverOf(null)).toBe(null)
  })

  test('the class of an earlier attempt, by its name', () => {
    const earlier = { Point: class Point {} }.Point
    expect(reviverOf(Types.POJO(Point))?.(Object.assign(new earlier(), { x: 9 }))).toBeInstanceOf(Point)
  })
})

const job = (type: string): string => `import {
  DataGeneratorSource, KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, RateLimiterStrategy,
  StateTtlConfig, StreamExecutionEnvironment, Duration, Types, ValueStateDescriptor, WatermarkStrategy,
  type Collector, type Context,
} from 'streambed'

class Count {
  n = 0
  next(): this {
    this.n++
    return this
  }
}

const expiring = new ValueStateDescriptor<Count>('expiring', ${type})
expiring.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofHours(1)).build())

class Counter extends KeyedProcessFunction<number, number, string> {
  readonly value = new ValueStateDescriptor<Count>('value', ${type})
  readonly list = new ListStateDescriptor<Count>('list', ${type})
  readonly map = new MapStateDescriptor<string, Count>('map', Types.STRING, ${type})

  override processElement(_value: number, ctx: Context<number>, out: Collector<string>): void {
    const state = this.getRuntimeContext()
    const value = state.getState(this.value)
    const list = state.getListState(this.list)
    const map = state.getMapState(this.map)
    const held = state.getState(expiring)
    value.update((value.value() ?? new Count()).next())
    held.update((held.value() ?? new Count()).next())
    list.update([...list.get()].map((count) => count.next()).concat(new Count().next()).slice(-2))
    map.put('a', (map.get('a') ?? new Count()).next())
    const counts = [value.value(), held.value(), map.get('a'), [...list.get()][0]]
    out.collect(counts.map((count) => count instanceof Count ? count.n : '?').join(' '))
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment().enableCheckpointing(300)
const source = new DataGeneratorSource((i: number) => i, 40, RateLimiterStrategy.perSecond(20))
env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').uid('numbers').keyBy(() => 1).process(new Counter()).uid('counter').print()
await env.execute()
`

async function goneOn(text: string) {
  const first = await runText(newSession(), text, { savepointsAt: [{ atMs: 1020, stop: 'suspend' }] })
  const savepoint = { file: 'savepoint', text: first.outcome?.savepoints[0]?.file?.text ?? '' }
  return runText(newSession(), text, { savepoint, untilMs: 20_000 })
}

test('objects of a declared class go on as such after a savepoint', async () => {
  const { outcome, rows } = await goneOn(job('Types.POJO(Count)'))
  expect(outcome?.diagnostics).toEqual([])
  expect(rows.at(-1)?.text).toBe('40 40 40 2')
})

test('after a failure they are objects of the new attempt’s class', async () => {
  const action = { kind: 'throw', operator: 'counter', times: 'once' } as never
  const { outcome, rows } = await runText(newSession(), job('Types.POJO(Count)'), {
    interventions: [{ event: 60, action }],
    untilMs: 20_000,
  })
  expect(outcome?.diagnostics).toEqual([])
  expect(rows.at(-1)?.text).toBe('40 40 40 2')
})

test('without a declared class they come back as their fields, and the job says what it missed', async () => {
  const { diagnostics } = await goneOn(job('null').replace('.enableCheckpointing(300)', ''))
  expect(diagnostics.map(({ code, params }) => [code, params['error']])).toEqual([
    ['FUNCTION_THREW', expect.stringMatching(/next is not a function/)],
  ])
})
