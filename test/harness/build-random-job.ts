// A random job through the API. Built anew for every subtask, as a learner's job is.

import {
  DataGeneratorSource,
  Duration,
  KafkaSource,
  NewTopic,
  OffsetsInitializer,
  RateLimiterStrategy,
  TopicPartition,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type {
  DataStream,
  SingleOutputStreamOperator,
  Source,
  StreamExecutionEnvironment,
  WatermarkGenerator,
  WatermarkOutput,
} from '../../runtime/index.ts'
import { itemAt, nodeName, timeOf, type JobNode, type Placed, type RandomJob } from './job-nodes.ts'
import { endOf, lastOfKey, type End, type World } from './random-ends.ts'
import { copies } from './random-model.ts'
import type { Build } from './run-job.ts'
import { Adding, Counting, COUNTS, SIDE, Watching, WatchingBoth, type Item, type Report } from './watching-functions.ts'

type SourceNode = Extract<JobNode, { readonly op: 'source' }>
type EndNode = Extract<JobNode, { readonly op: 'sum' | 'collect' }>

/** With a world outside, what is collected goes there as well. */
export function buildJob(job: RandomJob, report: Report, world: World | null = null): Build {
  // A topic, a source or a sink is what it is, however often the job is built.
  const sources = new Map(job.nodes.flatMap((node, i) => (node.op === 'source' ? [[node, sourceOf(node, i)]] : [])))
  const ends = new Map(
    job.nodes.flatMap((node, i) => (isEnd(node) ? [[node, outsideOf(node, nodeName(job, i), world)]] : [])),
  )
  return (env) => {
    env.setParallelism(job.parallelism)
    env.getConfig().setAutoWatermarkInterval(job.intervalMs)
    const streams: DataStream<Item>[] = []
    job.nodes.forEach((node, i) => streams.push(add(node, i)))

    function add(node: JobNode, index: number): DataStream<Item> {
      const name = nodeName(job, index)
      if (node.op === 'source') {
        const { topic, source } = sources.get(node) ?? sourceOf(node, index)
        if (topic !== null) env.createTopic(topic)
        const items = place(env.fromSource<Item>(source, strategyOf(node), name), node).uid(name)
        return items.map(({ key, n }) => ({ key, n }))
      }
      const input = streams[node.from] as SingleOutputStreamOperator<Item>
      switch (node.op) {
        case 'map':
          return place(
            input.map((item) => ({ key: item.key, n: item.n + node.plus })),
            node,
          )
            .name(name)
            .uid(name)
        case 'filter':
          return place(
            input.filter((item) => item.n % node.divisor !== 0),
            node,
          )
            .name(name)
            .uid(name)
        case 'flatMap':
          return place(
            input.flatMap<Item>((item, out) => copies(item, node.most).forEach((copy) => out.collect(copy))),
            node,
          )
            .name(name)
            .uid(name)
        case 'union':
          return input.union(streams[node.with] as DataStream<Item>)
        case 'process':
          return place(input.keyBy((item) => item.key).process(new Watching(node, report)), node)
            .name(name)
            .uid(name)
        case 'connect': {
          const other = (streams[node.with] as DataStream<Item>).keyBy((item) => item.key)
          const connected = input.keyBy((item) => item.key).connect(other)
          return place(connected.process(new WatchingBoth(node, report)), node)
            .name(name)
            .uid(name)
        }
        case 'broadcast': {
          const others = (streams[node.with] as DataStream<Item>).broadcast(COUNTS)
          return place(input.connect(others).process(new Counting(report)), node)
            .name(name)
            .uid(name)
        }
        case 'intervalJoin': {
          const other = (streams[node.with] as DataStream<Item>).keyBy((item) => item.key)
          const bounds = [Duration.ofMillis(node.lower), Duration.ofMillis(node.upper)] as const
          const joined = input
            .keyBy((item) => item.key)
            .intervalJoin(other)
            .between(...bounds)
          return place(joined.process(new Adding(report)), node)
            .name(name)
            .uid(name)
        }
        case 'side':
          return input.getSideOutput(SIDE)
        case 'sum':
        case 'collect':
          addEnd(env, input, { node, name, end: ends.get(node) ?? null })
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

function isEnd(node: JobNode): node is EndNode {
  return node.op === 'sum' || node.op === 'collect'
}

function outsideOf({ op, end }: EndNode, name: string, world: World | null): End | null {
  if (world === null || end === undefined) return null
  return op === 'sum' ? lastOfKey(name) : endOf(end, name, world)
}

function addEnd(
  env: StreamExecutionEnvironment,
  input: DataStream<Item>,
  { node, name, end }: { readonly node: EndNode; readonly name: string; readonly end: End | null },
): void {
  const { op, parallelism } = node
  const items =
    op === 'sum'
      ? place(input.keyBy((item) => item.key).sum('n'), node)
          .name(name)
          .uid(name)
      : input
  const printed = items.print(node.name)
  if (op === 'collect') printed.name(name).uid(name)
  // Sums go out in the order in which they come: straight on from the subtask that owns the key.
  if (parallelism > 0) printed.setParallelism(parallelism)
  if (end === null) return
  if (end.table !== null) env.createDatabaseTable(end.table)
  const sink = items.sinkTo(end.sink).name(`end of ${name}`).uid(`end of ${name}`)
  if (parallelism > 0) sink.setParallelism(parallelism)
}

function sourceOf(node: SourceNode, index: number): { readonly source: Source<Item>; readonly topic: NewTopic | null } {
  const topic = topicOf(node, index)
  return { topic, source: topic === null ? generatorOf(node) : logSourceOf(node, topic) }
}

function generatorOf(node: SourceNode): DataGeneratorSource<Item> {
  const rate = node.rate === null ? RateLimiterStrategy.noOp() : RateLimiterStrategy.perSecond(node.rate)
  return new DataGeneratorSource((i) => ({ ...itemAt(i, node.keys), at: timeOf(i, node) }), node.count, rate)
}

/** Its records in turn to its partitions, as they come; null for a source that isn't one. */
function topicOf(node: SourceNode, index: number): NewTopic | null {
  const { partitions = 0, count, keys, rate } = node
  if (partitions === 0) return null
  const records = Array.from({ length: count }, (_, i) => {
    const at = timeOf(i, node)
    const atMs = rate === null ? 0 : Math.floor((i * 1000) / rate)
    return { value: { ...itemAt(i, keys), at }, timestamp: at, partition: i % partitions, atMs }
  })
  return new NewTopic(`in-${index}`, partitions).withRecords(...records)
}

/** Reads all of them, and then ends. */
function logSourceOf({ count }: SourceNode, topic: NewTopic): KafkaSource<Item> {
  const { name, partitions } = topic
  const ends = Array.from({ length: partitions }, (_, partition): [TopicPartition, number] => {
    return [new TopicPartition(name, partition), Math.ceil((count - partition) / partitions)]
  })
  return KafkaSource.builder<Item>()
    .setTopics(name)
    .setBounded(OffsetsInitializer.offsets(new Map(ends)))
    .build()
}

function strategyOf({ watermarks, idlenessMs }: SourceNode): WatermarkStrategy<Item> {
  const strategy = plainStrategy(watermarks)
  return idlenessMs === null ? strategy : strategy.withIdleness(Duration.ofMillis(idlenessMs))
}

function plainStrategy(kind: SourceNode['watermarks']): WatermarkStrategy<Item> {
  const assigner = (item: Item): number => (item as Item & { readonly at: number }).at
  if (kind === 'wild') return WatermarkStrategy.forGenerator<Item>(() => new Wavering()).withTimestampAssigner(assigner)
  if (kind === 'bounded') {
    return WatermarkStrategy.forBoundedOutOfOrderness<Item>(Duration.ofMillis(10)).withTimestampAssigner(assigner)
  }
  const monotonous = WatermarkStrategy.forMonotonousTimestamps<Item>().withTimestampAssigner(assigner)
  return kind === 'perRecord' ? monotonous.withPerRecordWatermarks() : monotonous
}

/** Says whatever comes to its mind, as long as no record is late by it: what goes back counts for nothing. */
class Wavering implements WatermarkGenerator<Item> {
  onEvent({ n }: Item, timestamp: number, output: WatermarkOutput): void {
    output.emitWatermark(timestamp - 1 - (n % 4) * 7)
  }

  onPeriodicEmit(): void {}
}
