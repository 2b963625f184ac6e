// What two inputs cost, each job beside the work done another way: an interval join beside the loop somebody would write
// by hand, and rules from broadcast state beside a map that has them in a list. Both give one checksum.
//
// J: two streams of one event per key and 100 s -> joined where they're at most a minute apart -> sink
// B: events -> a rule looked up for each -> sink; the rules come by broadcast, or (map) stand in a list

import {
  BroadcastProcessFunction,
  DataGeneratorSource,
  Duration,
  MapStateDescriptor,
  ProcessJoinFunction,
  Types,
  WatermarkStrategy,
  type BroadcastContext,
  type Collector,
  type ProcessJoinContext,
  type ReadOnlyContext,
  type StreamExecutionEnvironment,
  type WatermarkGenerator,
} from '../../runtime/index.ts'
import { makeEvent, type Sums } from './pipelines.ts'

type Event = ReturnType<typeof makeEvent>

interface Pair {
  readonly key: number
  readonly amount: number
}

const MINUTE_MS = 60_000
const RULES = 100

class Pairs extends ProcessJoinFunction<Event, Event, Pair> {
  override processElement(left: Event, right: Event, _context: ProcessJoinContext, out: Collector<Pair>): void {
    out.collect({ key: left.key, amount: left.amount - right.amount })
  }
}

/** A watermark after every 1,000 records, whatever the clock says. */
function everyThousandth(): WatermarkGenerator<Event> {
  let seen = 0
  return {
    onEvent(_event, timestampMs, output) {
      if (++seen % 1000 === 0) output.emitWatermark(timestampMs - 1)
    },
    onPeriodicEmit() {},
  }
}

/** Record i of the other stream: keys come in another order. */
function otherEvent(i: number, keys: number): Event {
  return { ...makeEvent(i ^ 0x55, keys), ts: i * 10 }
}

/** `records`: of both streams together. */
export function joinJob(records: number, keys: number, sums: Sums) {
  return (env: StreamExecutionEnvironment): void => {
    const strategy = WatermarkStrategy.forGenerator<Event>(everyThousandth).withTimestampAssigner((event) => event.ts)
    const stream = (make: (i: number, keys: number) => Event, name: string) =>
      env
        .fromSource(new DataGeneratorSource((i) => make(i, keys), records / 2), strategy, name)
        .keyBy((event) => event.key)
    stream(makeEvent, 'left')
      .intervalJoin(stream(otherEvent, 'right'))
      .between(Duration.ofMillis(-MINUTE_MS), Duration.ofMillis(MINUTE_MS))
      .process(new Pairs())
      .addSink((pair) => take(sums, pair))
  }
}

export function handJoin(records: number, keys: number): Sums {
  const sums = { count: 0, sum: 0 }
  const lefts = new Map<number, Event[]>()
  const rights = new Map<number, Event[]>()
  for (let i = 0; i < records / 2; i++) {
    const left = makeEvent(i, keys)
    for (const right of arrived(left, lefts, rights)) take(sums, { key: left.key, amount: left.amount - right.amount })
    const right = otherEvent(i, keys)
    for (const partner of arrived(right, rights, lefts)) {
      take(sums, { key: right.key, amount: partner.amount - right.amount })
    }
  }
  return sums
}

/** Keeps the event on its side and gives its partners; what's too old for any to come is dropped on the way. */
function arrived(event: Event, own: Map<number, Event[]>, others: Map<number, Event[]>): readonly Event[] {
  const kept = own.get(event.key)
  if (kept === undefined) own.set(event.key, [event])
  else kept.push(event)
  const partners = others.get(event.key)
  if (partners === undefined) return []
  let old = 0
  while (old < partners.length && (partners[old] as Event).ts < event.ts - MINUTE_MS) old++
  if (old > 0) partners.splice(0, old)
  return partners
}

const LIMITS = new MapStateDescriptor<number, number>('limits', Types.LONG, Types.LONG)

class Limited extends BroadcastProcessFunction<Event, Pair, Pair> {
  override processElement(event: Event, context: ReadOnlyContext, out: Collector<Pair>): void {
    const limit = context.getBroadcastState(LIMITS).get(event.amount % RULES) ?? 0
    out.collect({ key: event.key, amount: event.amount - (limit - limit) })
  }
  override processBroadcastElement(rule: Pair, context: BroadcastContext): void {
    context.getBroadcastState(LIMITS).put(rule.key, rule.amount)
  }
}

/** In a task of its own either way, as an operator with two inputs always is. */
export function rulesJob(way: 'broadcast' | 'map', records: number, keys: number, sums: Sums) {
  return (env: StreamExecutionEnvironment): void => {
    const strategy = WatermarkStrategy.noWatermarks<Event>()
    const rules = Array.from({ length: RULES }, (_, key): Pair => ({ key, amount: key * 7 }))
    const events = env.fromSource(new DataGeneratorSource((i) => makeEvent(i, keys), records), strategy, 'events')
    const limits = new Map(rules.map(({ key, amount }) => [key, amount]))
    const limited =
      way === 'map'
        ? events
            .map((event): Pair => {
              const limit = limits.get(event.amount % RULES) ?? 0
              return { key: event.key, amount: event.amount - (limit - limit) }
            })
            .startNewChain()
        : events.connect(env.fromCollection(rules).broadcast(LIMITS)).process(new Limited())
    limited.addSink((pair) => take(sums, pair))
  }
}

/** The same whatever the order. */
function take(sums: Sums, { key, amount }: Pair): void {
  sums.count++
  sums.sum = (sums.sum + Math.imul(key + 1, amount + 1000)) | 0
}
