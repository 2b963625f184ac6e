// Swarm: one seed draws a job, a cluster and the data. The job is data, read twice: `buildJob` makes it through the API,
// `modelOf` computes with plain arrays what it must give, whatever the parallelism, the buffers and the latency.
// TigerBeetle's swarm testing, over a small grammar.

import type { ClusterSettings } from '../../runtime/cluster/job-execution.ts'
import { longHash } from '../../runtime/base/java-hash.ts'
import { RandomStream } from '../../runtime/base/random.ts'
import {
  DataGeneratorSource,
  Duration,
  KeyedProcessFunction,
  OutputTag,
  RateLimiterStrategy,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type { Collector, Context, DataStream, OnTimerContext, SingleOutputStreamOperator } from '../../runtime/index.ts'
import { defaultMaxParallelism, keyGroupOf, subtaskOf } from '../../runtime/record/key-groups.ts'
import type { Build } from './run-job.ts'

export interface Item {
  readonly key: number
  readonly n: number
}

/** A record and its timestamp. */
type Stamped = readonly [item: Item, timestamp: number]

interface Placed {
  /** 0 for the environment's. */
  readonly parallelism: number
  readonly chaining: 'always' | 'head' | 'never'
}

/** A node of the job; `from` are indices of earlier nodes. */
export type JobNode = Placed &
  (
    | {
        readonly op: 'source'
        readonly count: number
        readonly keys: number
        readonly step: number
        readonly rate: number | null
        readonly watermarks: 'periodic' | 'perRecord' | 'bounded'
        /** How far timestamps go back, so that records are late; 0 for never. */
        readonly jitter: number
        readonly idlenessMs: number | null
      }
    | { readonly op: 'map'; readonly from: number; readonly plus: number }
    | { readonly op: 'filter'; readonly from: number; readonly divisor: number }
    | { readonly op: 'flatMap'; readonly from: number; readonly most: number }
    | { readonly op: 'rebalance' | 'rescale' | 'shuffle' | 'global'; readonly from: number }
    | { readonly op: 'union'; readonly from: number; readonly with: number }
    | { readonly op: 'process'; readonly from: number; readonly delay: number; readonly clock: 'event' | 'processing' }
    | { readonly op: 'side'; readonly from: number }
    | { readonly op: 'sum' | 'collect'; readonly from: number; readonly name: string }
  )

export interface RandomJob {
  /** Whether records may be late. Then event timers would depend on watermarks, and only timers on the clock are set. */
  readonly isLoose: boolean
  readonly nodes: readonly JobNode[]
  readonly parallelism: number
  readonly intervalMs: number
  readonly cluster: ClusterSettings
  readonly records: number
}

const SIDE = new OutputTag<Item>('side')
const MOST_RECORDS = 1500

export function drawJob(seed: number): RandomJob {
  const random = new RandomStream(seed, 'swarm')
  const below = (bound: number): number => random.nextBelow(bound)
  const pick = <T>(...options: readonly T[]): T => options[below(options.length)] as T
  const placed = (): Placed => ({
    parallelism: below(3) === 0 ? 1 + below(4) : 0,
    chaining: pick('always', 'always', 'always', 'head', 'never'),
  })
  const isLoose = below(3) === 0
  const nodes: JobNode[] = []
  const sources = 1 + below(2)
  for (let i = 0; i < sources; i++) {
    const watermarks = pick('periodic', 'perRecord', 'bounded')
    nodes.push({
      op: 'source',
      count: below(120),
      keys: 1 + below(12),
      step: below(4),
      rate: pick(null, null, 2000, 50),
      watermarks,
      jitter: isLoose ? below(60) : 0,
      idlenessMs: isLoose ? pick(null, 1, 15, 60) : null,
      ...placed(),
    })
  }
  const operations = 1 + below(7)
  for (let i = 0; i < operations; i++) {
    const from = below(nodes.length)
    const op = pick(
      'map',
      'filter',
      'flatMap',
      'rebalance',
      'rescale',
      'shuffle',
      'global',
      'union',
      'process',
      'process',
    )
    const parts = {
      plus: 1 + below(5),
      divisor: 2 + below(3),
      most: 1 + below(2),
      with: below(nodes.length),
      delay: below(60),
      clock: isLoose ? 'processing' : 'event',
    }
    nodes.push({ op, from, ...parts, ...placed() } as JobNode)
    if (op === 'process' && below(2) === 0) nodes.push({ op: 'side', from: nodes.length - 1, ...placed() })
    const records = modelOf(nodes).outputs.reduce((sum, output) => sum + output.length, 0)
    if (records > MOST_RECORDS) nodes.splice(nodes.length - (nodes.at(-1)?.op === 'side' ? 2 : 1))
  }
  const read = new Set(
    nodes.flatMap((node) =>
      'with' in node && node.op === 'union' ? [node.from, node.with] : 'from' in node ? [node.from] : [],
    ),
  )
  const ends = nodes.map((_, i) => i).filter((i) => !read.has(i) || below(4) === 0)
  for (const from of ends) {
    if (below(2) === 0) nodes.push({ op: 'sum', from, name: `sum ${from}`, ...placed() })
    nodes.push({ op: 'collect', from, name: `all ${from}`, ...placed() })
  }
  const cluster = {
    bufferRecords: pick(1, 2, 3, 8, 64),
    sourceRecords: pick(1, 2, 16, 64),
    credits: 1 + below(4),
    latencyUs: pick(0, 1, 100, 30_000),
    bufferTimeoutUs: pick(0, 1000, 100_000),
    recordUs: pick(1, 10, 700),
    turnUs: pick(0, 1, 50),
  }
  const records = modelOf(nodes).outputs.reduce((sum, output) => sum + output.length, 0)
  return { isLoose, nodes, parallelism: 1 + below(4), intervalMs: pick(0, 1, 20, 200), cluster, records }
}

/** Every third record goes back in time, if any does. */
function timeOf(index: number, { step, jitter }: { readonly step: number; readonly jitter: number }): number {
  return index * step - (index % 3 === 2 ? jitter : 0)
}

function itemAt(index: number, keys: number): Item {
  return { key: (index * 7 + (index >> 2)) % keys, n: index }
}

// What a job must give.

export interface Model {
  /** By node: what comes out of it. A source never goes back in time, so no record is late and each timer fires once. */
  readonly outputs: readonly (readonly Stamped[])[]
  /** Sink -> its rows as sorted texts; of `sum` the last row of each key. */
  readonly rows: ReadonlyMap<string, readonly string[]>
  readonly timers: number
}

export function modelOf(nodes: readonly JobNode[]): Model {
  const outputs: Stamped[][] = []
  const sides: Stamped[][] = []
  const rows = new Map<string, string[]>()
  let timers = 0
  nodes.forEach((node, i) => {
    const input = 'from' in node ? (outputs[node.from] ?? []) : []
    outputs[i] = []
    switch (node.op) {
      case 'source':
        outputs[i] = Array.from({ length: node.count }, (_, index): Stamped => [
          itemAt(index, node.keys),
          timeOf(index, node),
        ])
        break
      case 'map':
        outputs[i] = input.map(([item, timestamp]) => [{ key: item.key, n: item.n + node.plus }, timestamp])
        break
      case 'filter':
        outputs[i] = input.filter(([item]) => item.n % node.divisor !== 0)
        break
      case 'flatMap':
        outputs[i] = input.flatMap(([item, timestamp]) =>
          copies(item, node.most).map((copy): Stamped => [copy, timestamp]),
        )
        break
      case 'union':
        outputs[i] = [...input, ...(outputs[node.with] ?? [])]
        break
      case 'process': {
        sides[i] = input.filter(([{ n }]) => n % 2 === 1)
        outputs[i] = [...input]
        if (node.clock === 'processing') break
        const registered = new Map(
          input.map(([{ key }, timestamp]) => [
            `${key} ${timestamp + node.delay}`,
            [key, timestamp + node.delay] as const,
          ]),
        )
        timers += registered.size
        const fired = Array.from(registered.values(), ([key, time]): Stamped => [{ key, n: time }, time])
        outputs[i] = [...input, ...fired]
        break
      }
      case 'side':
        outputs[i] = sides[node.from] ?? []
        break
      case 'sum': {
        const sums = new Map<number, number>()
        for (const [{ key, n }] of input) sums.set(key, (sums.get(key) ?? 0) + n)
        rows.set(node.name, Array.from(sums, ([key, n]) => `${key}=${n}`).sort())
        break
      }
      case 'collect':
        rows.set(node.name, input.map(([item, timestamp]) => rowText(item, timestamp)).sort())
        break
      default:
        outputs[i] = [...input]
    }
  })
  return { outputs, rows, timers }
}

export function rowText(value: unknown, timestamp: number): string {
  const { key, n } = value as Item
  return `${key}:${n}@${timestamp}`
}

function copies(item: Item, most: number): Item[] {
  return Array.from({ length: item.n % (most + 1) }, (_, i) => ({ key: item.key, n: item.n + i }))
}

// The same through the API.

/** Whatever a function under test saw that can't be. */
export type Report = (violation: string) => void

export function buildJob(job: RandomJob, report: Report): Build {
  return (env) => {
    env.setParallelism(job.parallelism)
    env.getConfig().setAutoWatermarkInterval(job.intervalMs)
    const streams: DataStream<Item>[] = []
    for (const node of job.nodes) streams.push(add(node))

    function add(node: JobNode): DataStream<Item> {
      if (node.op === 'source') {
        const rate = node.rate === null ? RateLimiterStrategy.noOp() : RateLimiterStrategy.perSecond(node.rate)
        const source = new DataGeneratorSource(
          (index) => ({ ...itemAt(index, node.keys), at: timeOf(index, node) }),
          node.count,
          rate,
        )
        return place(env.fromSource(source, strategyOf(node), 'source'), node).map(({ key, n }) => ({
          key,
          n,
        }))
      }
      const input = streams[node.from] as SingleOutputStreamOperator<Item>
      switch (node.op) {
        case 'map':
          return place(
            input.map((item) => ({ key: item.key, n: item.n + node.plus })),
            node,
          )
        case 'filter':
          return place(
            input.filter((item) => item.n % node.divisor !== 0),
            node,
          )
        case 'flatMap':
          return place(
            input.flatMap<Item>((item, out) => copies(item, node.most).forEach((copy) => out.collect(copy))),
            node,
          )
        case 'union':
          return input.union(streams[node.with] as DataStream<Item>)
        case 'process':
          return place(input.keyBy((item) => item.key).process(new Watching(node, report)), node)
        case 'side':
          return input.getSideOutput(SIDE)
        case 'sum':
          place(input.keyBy((item) => item.key).sum('n'), node).print(node.name)
          return input
        case 'collect':
          input.print(node.name).setParallelism(node.parallelism || job.parallelism)
          return input
        default:
          return input[node.op]()
      }
    }
  }
}

function place<T>(
  stream: SingleOutputStreamOperator<T>,
  { parallelism, chaining }: Placed,
): SingleOutputStreamOperator<T> {
  if (parallelism > 0) stream.setParallelism(parallelism)
  if (chaining === 'never') stream.disableChaining()
  return chaining === 'head' ? stream.startNewChain() : stream
}

type SourceNode = Extract<JobNode, { readonly op: 'source' }>

function strategyOf({ watermarks, idlenessMs }: SourceNode): WatermarkStrategy<Item> {
  const strategy = plainStrategy(watermarks)
  return idlenessMs === null ? strategy : strategy.withIdleness(Duration.ofMillis(idlenessMs))
}

function plainStrategy(kind: SourceNode['watermarks']): WatermarkStrategy<Item> {
  const assigner = (item: Item): number => (item as Item & { readonly at: number }).at
  if (kind === 'bounded') {
    return WatermarkStrategy.forBoundedOutOfOrderness<Item>(Duration.ofMillis(10)).withTimestampAssigner(assigner)
  }
  const monotonous = WatermarkStrategy.forMonotonousTimestamps<Item>().withTimestampAssigner(assigner)
  return kind === 'perRecord' ? monotonous.withPerRecordWatermarks() : monotonous
}

/** Passes records on, odd ones also to the side, sets a timer for each, and watches what the engine promises. Timers on
 * the clock fire or not, as the end of input finds them, and emit nothing. */
class Watching extends KeyedProcessFunction<number, Item, Item> {
  readonly delay: number
  readonly clock: 'event' | 'processing'
  readonly report: Report
  lastWatermark = -Infinity
  lastClock = 0
  readonly fired = new Set<string>()

  constructor({ delay, clock }: { readonly delay: number; readonly clock: 'event' | 'processing' }, report: Report) {
    super()
    this.delay = delay
    this.clock = clock
    this.report = report
  }

  override processElement(item: Item, context: Context<number>, out: Collector<Item>): void {
    const timestamp = context.timestamp()
    this.watch(item.key, context)
    if (timestamp === null) return this.report(`record ${item.n} lost its timestamp`)
    const timers = context.timerService()
    if (this.clock === 'event') {
      if (timestamp <= timers.currentWatermark()) this.report(`record at ${timestamp} is late`)
      timers.registerEventTimeTimer(timestamp + this.delay)
    } else timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 1 + this.delay)
    out.collect(item)
    if (item.n % 2 === 1) context.output(SIDE, item)
  }

  override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<Item>): void {
    const key = context.getCurrentKey()
    this.watch(key, context)
    const name = `${key} ${timestamp}`
    if (this.fired.has(name)) this.report(`timer ${name} fired twice`)
    this.fired.add(name)
    const timers = context.timerService()
    const now = this.clock === 'event' ? timers.currentWatermark() : timers.currentProcessingTime()
    if (timestamp > now) this.report(`timer ${name} fired before its time`)
    if (this.clock === 'event') out.collect({ key, n: timestamp })
  }

  private watch(key: number, context: Context<number>): void {
    const { watermark, clock } = {
      watermark: context.timerService().currentWatermark(),
      clock: context.timerService().currentProcessingTime(),
    }
    if (context.getCurrentKey() !== key) this.report(`current key ${context.getCurrentKey()} for a record of ${key}`)
    if (watermark < this.lastWatermark) this.report(`watermark went back from ${this.lastWatermark} to ${watermark}`)
    if (clock < this.lastClock) this.report(`clock went back from ${this.lastClock} to ${clock}`)
    this.lastWatermark = watermark
    this.lastClock = clock
    const info = this.getRuntimeContext().getTaskInfo()
    const parallelism = info.getNumberOfParallelSubtasks()
    const max = defaultMaxParallelism(parallelism)
    const owner = subtaskOf(keyGroupOf(longHash(key), max), parallelism, max)
    if (owner !== info.getIndexOfThisSubtask())
      this.report(`key ${key} on subtask ${info.getIndexOfThisSubtask()} of ${parallelism}`)
  }
}
