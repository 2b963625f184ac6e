// The pipelines of the engine study (§3), each twice: as a job on the engine, and as the loop somebody would write by
// hand. Both do the same work and return the same checksum, or the comparison means nothing.
//
// A: generate -> map (new object) -> filter (2 of 3 pass) -> count per key -> sink
// C: same front -> fraud detector: two states, an event-time timer set, deleted and fired per key -> sink

import { from, groupBy, map, mergeMap, scan, filter } from 'rxjs'
import {
  DataGeneratorSource,
  KeyedProcessFunction,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type Context,
  type StreamExecutionEnvironment,
  type ValueState,
  type WatermarkGenerator,
  type WatermarkOutput,
} from '../../runtime/index.ts'

export interface Sums {
  count: number
  sum: number
}

interface Event {
  readonly key: number
  readonly amount: number
  readonly ts: number
}

const SMALL = 20
const LARGE = 900
const MINUTE_MS = 60_000

/** What A counts, and what C alerts about. */
interface Result {
  readonly key: number
  readonly count: number
}

/** Record i: a key, an amount below 1000 and an event time, well mixed and the same everywhere. */
export function makeEvent(i: number, keys: number): Event {
  return { key: mix(i) % keys, amount: mix(i ^ 0x5bd1e995) % 1000, ts: i * 10 }
}

/** MurmurHash3's finalizer, as a number that isn't negative. */
function mix(i: number): number {
  let h = Math.imul(i ^ (i >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 1
}

class Counter extends KeyedProcessFunction<number, Event, Result> {
  count!: ValueState<number>

  override open(): void {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG))
  }

  override processElement(event: Event, _context: Context<number>, out: Collector<Result>): void {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    out.collect({ key: event.key, count })
  }
}

class Detector extends KeyedProcessFunction<number, Event, Result> {
  flag!: ValueState<boolean>
  timer!: ValueState<number>

  override open(): void {
    this.flag = this.getRuntimeContext().getState(new ValueStateDescriptor('flag', Types.BOOLEAN))
    this.timer = this.getRuntimeContext().getState(new ValueStateDescriptor('timer', Types.LONG))
  }

  override processElement(event: Event, context: Context<number>, out: Collector<Result>): void {
    if (this.flag.value() !== null) {
      if (event.amount > LARGE) out.collect({ key: event.key, count: 1 })
      const timer = this.timer.value()
      if (timer !== null) context.timerService().deleteEventTimeTimer(timer)
      this.timer.clear()
      this.flag.clear()
    }
    if (event.amount < SMALL) {
      this.flag.update(true)
      const timer = event.ts + MINUTE_MS
      context.timerService().registerEventTimeTimer(timer)
      this.timer.update(timer)
    }
  }

  override onTimer(): void {
    this.flag.clear()
    this.timer.clear()
  }
}

/** A watermark after every 1,000 records, whatever the clock says: so the hand can do the very same. */
function everyThousandth(): WatermarkGenerator<Event> {
  return new EveryThousandth()
}

class EveryThousandth implements WatermarkGenerator<Event> {
  seen = 0

  onEvent(_event: Event, timestampMs: number, output: WatermarkOutput): void {
    if (++this.seen % 1000 === 0) output.emitWatermark(timestampMs - 1)
  }

  onPeriodicEmit(): void {}
}

/** The job; `sums` collects what reaches the sink. */
export function pipelineJob(name: 'A' | 'C', records: number, keys: number, sums: Sums) {
  return (env: StreamExecutionEnvironment): void => {
    // At 1 µs a record, 1 ms of virtual time is 1,000 records. What C finds depends on the very record after which a
    // watermark comes, so there it's made by count, as the hand makes it.
    env.getConfig().setAutoWatermarkInterval(1)
    const generator =
      name === 'A'
        ? WatermarkStrategy.forMonotonousTimestamps<Event>()
        : WatermarkStrategy.forGenerator<Event>(everyThousandth)
    const strategy = generator.withTimestampAssigner((event) => event.ts)
    const keyed = env
      .fromSource(new DataGeneratorSource((i) => makeEvent(i, keys), records), strategy, 'events')
      .map((event) => ({ key: event.key, amount: event.amount, ts: event.ts }))
      .filter((event) => event.amount % 3 !== 0)
      .keyBy((event) => event.key)
    const results = name === 'A' ? keyed.process(new Counter()) : keyed.process(new Detector())
    results.addSink((result) => take(sums, result))
  }
}

function take(sums: Sums, { key, count }: Result): void {
  sums.count++
  sums.sum = (Math.imul(sums.sum, 31) + key + count) | 0
}

export function handLoopA(records: number, keys: number): Sums {
  const counts = new Map<number, number>()
  const sums = { count: 0, sum: 0 }
  let maxTs = -Infinity
  let watermark = -Infinity
  for (let i = 0; i < records; i++) {
    const made = makeEvent(i, keys)
    if (made.ts > maxTs) maxTs = made.ts
    const event = { key: made.key, amount: made.amount, ts: made.ts }
    if (event.amount % 3 !== 0) {
      const count = (counts.get(event.key) ?? 0) + 1
      counts.set(event.key, count)
      take(sums, { key: event.key, count })
    }
    if (i % 1000 === 999) watermark = maxTs - 1
  }
  return watermark > maxTs ? { count: 0, sum: 0 } : sums
}

/** As the engine has it: what is known of a key is an object of its own, found by the key. The study's loop by hand. */
export function handLoopC(records: number, keys: number): Sums {
  const states = new Map<number, { flag: boolean | null; timer: number | null }>()
  const timers: { at: number; key: number }[] = []
  const sums = { count: 0, sum: 0 }
  let first = 0
  let maxTs = -Infinity
  for (let i = 0; i < records; i++) {
    const made = makeEvent(i, keys)
    if (made.ts > maxTs) maxTs = made.ts
    const event = { key: made.key, amount: made.amount, ts: made.ts }
    if (event.amount % 3 !== 0) {
      let state = states.get(event.key)
      if (state === undefined) states.set(event.key, (state = { flag: null, timer: null }))
      if (state.flag !== null) {
        if (event.amount > LARGE) take(sums, { key: event.key, count: 1 })
        state.flag = null
        state.timer = null
      }
      if (event.amount < SMALL) {
        state.flag = true
        state.timer = event.ts + MINUTE_MS
        timers.push({ at: state.timer, key: event.key })
      }
    }
    if (i % 1000 === 999) {
      // Events come in order, so timers do too: a queue is all the hand needs.
      for (; first < timers.length && (timers[first] as { at: number }).at <= maxTs - 1; first++) {
        const { at, key } = timers[first] as { at: number; key: number }
        const state = states.get(key)
        if (state?.timer !== at) continue
        state.flag = null
        state.timer = null
      }
    }
  }
  return sums
}

/** The same by somebody who saw that only flagged keys need remembering: it never has more than some eighty of them. */
export function thriftyLoopC(records: number, keys: number): Sums {
  const flags = new Map<number, { timer: number }>()
  const timers: { at: number; key: number }[] = []
  const sums = { count: 0, sum: 0 }
  let first = 0
  let maxTs = -Infinity
  for (let i = 0; i < records; i++) {
    const made = makeEvent(i, keys)
    if (made.ts > maxTs) maxTs = made.ts
    const event = { key: made.key, amount: made.amount, ts: made.ts }
    if (event.amount % 3 !== 0) {
      if (flags.has(event.key)) {
        if (event.amount > LARGE) {
          take(sums, { key: event.key, count: 1 })
        }
        flags.delete(event.key)
      }
      if (event.amount < SMALL) {
        const timer = event.ts + MINUTE_MS
        flags.set(event.key, { timer })
        timers.push({ at: timer, key: event.key })
      }
    }
    if (i % 1000 === 999) {
      // Events come in order, so timers do too: a queue is all the hand needs.
      for (; first < timers.length && (timers[first] as { at: number }).at <= maxTs - 1; first++) {
        const { at, key } = timers[first] as { at: number; key: number }
        if (flags.get(key)?.timer === at) flags.delete(key)
      }
    }
  }
  return sums
}

/** Pipeline A with RxJS's groupBy and scan. */
export function rxjsA(records: number, keys: number): Sums {
  const sums = { count: 0, sum: 0 }
  function* events(): Generator<Event> {
    for (let i = 0; i < records; i++) yield makeEvent(i, keys)
  }
  from(events())
    .pipe(
      map((event) => ({ key: event.key, amount: event.amount, ts: event.ts })),
      filter((event) => event.amount % 3 !== 0),
      groupBy((event) => event.key),
      mergeMap((group) =>
        group.pipe(
          scan((count) => count + 1, 0),
          map((count) => ({ key: group.key, count })),
        ),
      ),
    )
    .subscribe((result) => take(sums, result))
  return sums
}
