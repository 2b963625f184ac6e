// Swarm: one seed draws a job, a cluster and the data. The job is data, read twice: `buildJob` makes it through the API,
// `modelOf` computes with plain arrays what it must give, whatever the parallelism, the buffers and the latency.
// TigerBeetle's swarm testing, over a small grammar.

import { DEFAULT_CLUSTER, type ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import { RandomStream } from '../../runtime/base/random.ts'
import { DataGeneratorSource, Duration, RateLimiterStrategy, WatermarkStrategy } from '../../runtime/index.ts'
import type { DataStream, SingleOutputStreamOperator } from '../../runtime/index.ts'
import { LedgerSink, type Ledger } from './ledger.ts'
import type { Build } from './run-job.ts'
import { Adding, Counting, COUNTS, SIDE, Watching, WatchingBoth, type Item, type Report } from './watching-functions.ts'

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
    | { readonly op: 'union' | 'broadcast'; readonly from: number; readonly with: number }
    | {
        readonly op: 'connect'
        readonly from: number
        readonly with: number
        readonly delay: number
        readonly clock: 'event' | 'processing'
      }
    | {
        readonly op: 'intervalJoin'
        readonly from: number
        readonly with: number
        readonly lower: number
        readonly upper: number
      }
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
    // What a join finds of late records depends on watermarks.
    const join = isLoose ? 'union' : 'intervalJoin'
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
      'connect',
      'broadcast',
      join,
    )
    const parts = {
      plus: 1 + below(5),
      divisor: 2 + below(3),
      most: 1 + below(2),
      with: below(nodes.length),
      delay: below(60),
      clock: isLoose ? 'processing' : 'event',
      lower: below(20) - 15,
      upper: 5 + below(20),
    }
    nodes.push({ op, from, ...parts, ...placed() } as JobNode)
    if ((op === 'process' || op === 'connect') && below(2) === 0)
      nodes.push({ op: 'side', from: nodes.length - 1, ...placed() })
    const records = modelOf(nodes).outputs.reduce((sum, output) => sum + output.length, 0)
    if (records > MOST_RECORDS) nodes.splice(nodes.length - (nodes.at(-1)?.op === 'side' ? 2 : 1))
  }
  const read = new Set(
    nodes.flatMap((node) => (hasSecond(node) ? [node.from, node.with] : 'from' in node ? [node.from] : [])),
  )
  const ends = nodes.map((_, i) => i).filter((i) => !read.has(i) || below(4) === 0)
  for (const from of ends) {
    if (below(2) === 0) nodes.push({ op: 'sum', from, name: `sum ${from}`, ...placed() })
    nodes.push({ op: 'collect', from, name: `all ${from}`, ...placed() })
  }
  const cluster = {
    ...DEFAULT_CLUSTER,
    bufferRecords: pick(1, 2, 3, 8, 64),
    sourceRecords: pick(1, 2, 16, 64),
    credits: 1 + below(4),
    latencyUs: pick(0, 1, 100, 30_000),
    bufferTimeoutUs: pick(0, 1000, 100_000),
    recordUs: pick(1, 10, 700),
    turnUs: pick(0, 1, 50),
    uploadUs: 1000,
    uploadBytesPerMs: 100_000,
  }
  const records = modelOf(nodes).outputs.reduce((sum, output) => sum + output.length, 0)
  return { isLoose, nodes, parallelism: 1 + below(4), intervalMs: pick(0, 1, 20, 200), cluster, records }
}

/** Every third record goes back in time, if any does. */
function timeOf(index: number, { step, jitter }: { readonly step: number; readonly jitter: number }): number {
  return index * step - (index % 3 === 2 ? jitter : 0)
}

type SecondOp = 'union' | 'broadcast' | 'connect' | 'intervalJoin'

/** Nodes carry more than their kind of operation needs. */
function hasSecond(node: JobNode): node is JobNode & { readonly op: SecondOp } {
  return ['union', 'broadcast', 'connect', 'intervalJoin'].includes(node.op)
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
      case 'process':
      case 'connect': {
        // Connected by key, both inputs share the timers of a key: as if they were one.
        const both = node.op === 'connect' ? [...input, ...(outputs[node.with] ?? [])] : input
        sides[i] = both.filter(([{ n }]) => n % 2 === 1)
        outputs[i] = [...both]
        if (node.clock === 'processing') break
        const registered = new Map(
          both.map(([{ key }, timestamp]) => [
            `${key} ${timestamp + node.delay}`,
            [key, timestamp + node.delay] as const,
          ]),
        )
        timers += registered.size
        const fired = Array.from(registered.values(), ([key, time]): Stamped => [{ key, n: time }, time])
        outputs[i] = [...both, ...fired]
        break
      }
      case 'intervalJoin': {
        const others = outputs[node.with] ?? []
        outputs[i] = input.flatMap(([left, at]) =>
          others
            .filter(([right, time]) => right.key === left.key && time - at >= node.lower && time - at <= node.upper)
            .map(([right, time]): Stamped => [{ key: left.key, n: left.n + right.n }, Math.max(at, time)]),
        )
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

/** What the operator of a node is called. */
export function nodeName({ nodes }: Pick<RandomJob, 'nodes'>, node: number): string {
  return `${nodes[node]?.op} ${node}`
}

// The same through the API.

/** With a ledger, what is collected goes there as well, in two phases. */
export function buildJob(job: RandomJob, report: Report, ledger: Ledger | null = null): Build {
  return (env) => {
    env.setParallelism(job.parallelism)
    env.getConfig().setAutoWatermarkInterval(job.intervalMs)
    const streams: DataStream<Item>[] = []
    job.nodes.forEach((node, i) => streams.push(add(node, i)))

    function add(node: JobNode, index: number): DataStream<Item> {
      const name = nodeName(job, index)
      if (node.op === 'source') {
        const rate = node.rate === null ? RateLimiterStrategy.noOp() : RateLimiterStrategy.perSecond(node.rate)
        const source = new DataGeneratorSource(
          (i) => ({ ...itemAt(i, node.keys), at: timeOf(i, node) }),
          node.count,
          rate,
        )
        return place(env.fromSource(source, strategyOf(node), name), node).map(({ key, n }) => ({
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
          ).name(name)
        case 'filter':
          return place(
            input.filter((item) => item.n % node.divisor !== 0),
            node,
          ).name(name)
        case 'flatMap':
          return place(
            input.flatMap<Item>((item, out) => copies(item, node.most).forEach((copy) => out.collect(copy))),
            node,
          ).name(name)
        case 'union':
          return input.union(streams[node.with] as DataStream<Item>)
        case 'process':
          return place(input.keyBy((item) => item.key).process(new Watching(node, report)), node).name(name)
        case 'connect': {
          const other = (streams[node.with] as DataStream<Item>).keyBy((item) => item.key)
          const connected = input.keyBy((item) => item.key).connect(other)
          return place(connected.process(new WatchingBoth(node, report)), node).name(name)
        }
        case 'broadcast': {
          const others = (streams[node.with] as DataStream<Item>).broadcast(COUNTS)
          return place(input.connect(others).process(new Counting(report)), node).name(name)
        }
        case 'intervalJoin': {
          const other = (streams[node.with] as DataStream<Item>).keyBy((item) => item.key)
          const bounds = [Duration.ofMillis(node.lower), Duration.ofMillis(node.upper)] as const
          const joined = input
            .keyBy((item) => item.key)
            .intervalJoin(other)
            .between(...bounds)
          return place(joined.process(new Adding(report)), node).name(name)
        }
        case 'side':
          return input.getSideOutput(SIDE)
        case 'sum':
          place(input.keyBy((item) => item.key).sum('n'), node)
            .name(name)
            .print(node.name)
          return input
        case 'collect':
          if (ledger !== null) {
            const committed = new LedgerSink<Item>(ledger, node.name, rowText)
            input
              .sinkTo(committed)
              .name(`ledger ${index}`)
              .setParallelism(node.parallelism || job.parallelism)
          }
          input
            .print(node.name)
            .name(name)
            .setParallelism(node.parallelism || job.parallelism)
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
