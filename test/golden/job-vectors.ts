// jobs: whole jobs written with the public API, as the recordings describe them, and the lines they print.

import { toPrintText } from '../../runtime/base/value-text.ts'
import { timestampText } from '../../runtime/base/time.ts'
import {
  Duration,
  KeyedProcessFunction,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WatermarkStrategy,
  type Collector,
  type Context,
  type DataStream,
  type KeyedStream,
  type OnTimerContext,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { runJob, type Build } from '../harness/run-job.ts'
import { failed, notYetRun, PASSED, type Vector, type Verdict } from './format.ts'

interface RecordedJob {
  readonly source?: string
  readonly text?: readonly string[]
  readonly values?: readonly string[]
  readonly range?: readonly [number, number]
  readonly steps: readonly string[]
}

type Pair = readonly [key: string, n: number]
type Events = KeyedStream<Pair, string>

const EVENTS: readonly Pair[] = [1, 4, 12, 3, 25, 9, 31].map((n) => [n % 2 === 0 ? 'even' : 'odd', n])

export function runPrintedJob(vector: Vector): Verdict {
  const { job, parallelism, mode } = vector as unknown as {
    job: RecordedJob
    parallelism: number
    mode: 'STREAMING' | 'BATCH'
  }
  const build = buildOf(job)
  if (build === null) return notYetRun(`a job of: ${job.steps.join('; ')}`)
  const { rows, execution } = runJob((env) => build(env.setRuntimeMode(mode)), { parallelism })
  const printing = execution.graph.vertices.find(({ nodes }) => nodes.at(-1)?.kind === 'sink')
  const lines = rows.map(({ subtask, value }) => {
    return `${printing?.parallelism === 1 ? '' : `${subtask + 1}> `}${toPrintText(value)}`
  })
  const [want, got] = [vector.cases as string[], lines].map((list) => JSON.stringify([...list].sort()))
  return want === got ? PASSED : failed(`expected ${want}\n     got ${got}`)
}

/** Null for what can't be built yet. */
function buildOf({ source = '', text, values, range, steps }: RecordedJob): Build | null {
  if (text !== undefined) {
    const split = (line: string, out: Collector<string>): void =>
      line
        .toLowerCase()
        .split(/\W+/)
        .filter((word) => word !== '')
        .forEach((word) => out.collect(word))
    return (env) => count(env.fromData(text).flatMap(split))
  }
  if (values !== undefined) return (env) => count(env.fromData(values))
  if (range !== undefined) {
    const sum = (a: number, b: number): number => a + b
    return (env) =>
      void env
        .fromSequence(...range)
        .keyBy((n) => n)
        .reduce(sum)
        .print()
  }
  if (steps[0] === 'union') return unionOf(source)
  return steps[0] === 'keyBy f0' && steps.at(-1) === 'print' ? keyedOf(steps.slice(1, -1)) : null
}

/** `two sequences 1..3 and 11..12`. */
function unionOf(source: string): Build {
  const bounds = Array.from(
    source.matchAll(/(-?\d+)\.\.(-?\d+)/g),
    ([, from, to]) => [Number(from), Number(to)] as const,
  )
  return (env) => {
    const [first, ...others] = bounds.map(([from, to]): DataStream<number> => env.fromSequence(from, to))
    first
      ?.union(...others)
      .map((n) => n * 10)
      .print()
  }
}

type Aggregation = 'sum' | 'min' | 'max' | 'minBy' | 'maxBy'
type Aggregated = Readonly<Record<Aggregation, (field: 1) => DataStream<Pair>>>

/** What stands between keyBy and print: a process function, or an aggregation, in windows or without. */
function keyedOf(steps: readonly string[]): Build | null {
  if (steps[0]?.startsWith('process') === true) return (env) => void events(env).process(new Pending()).print()
  const [, aggregation] = /^(sum|min|max|minBy|maxBy) of field 1$/.exec(steps.at(-1) ?? '') ?? []
  const grouped = steps.length === 1 ? (stream: Events): Aggregated => stream : windowsOf(steps[0] ?? '')
  if (aggregation === undefined || grouped === null || steps.length > 2) return null
  return (env) => void grouped(events(env))[aggregation as Aggregation](1).print()
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

function windowsOf(step: string): ((stream: Events) => Aggregated) | null {
  const [, count] = /^countWindow (\d+)$/.exec(step) ?? []
  if (count !== undefined) return (stream) => stream.countWindow(Number(count))
  const [, time, size, unit = ''] = /^tumbling (event|processing)-time window of (\d+) (\w+?)s?$/.exec(step) ?? []
  const ms = Duration.ofMillis(Number(size) * (UNITS[unit] ?? UNITS[`${unit}s`] ?? 0) || 1)
  if (time === undefined) return null
  if (time === 'event') return (stream) => stream.window(TumblingEventTimeWindows.of(ms))
  return (stream) => stream.window(TumblingProcessingTimeWindows.of(ms))
}

function count(words: DataStream<string>): void {
  words
    .map((word): Pair => [word, 1])
    .keyBy(([word]) => word)
    .sum(1)
    .print()
}

function events(env: StreamExecutionEnvironment): KeyedStream<Pair, string> {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<Pair>().withTimestampAssigner(([, n]) => n)
  return env
    .fromData(EVENTS)
    .assignTimestampsAndWatermarks(strategy)
    .keyBy(([kind]) => kind)
}

class Pending extends KeyedProcessFunction<string, Pair, string> {
  override processElement([, n]: Pair, context: Context<string>): void {
    context.timerService().registerEventTimeTimer(1_000_000 + n)
    context.timerService().registerProcessingTimeTimer(4_000_000_000_000 + n)
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
    const watermark = timestampText(context.timerService().currentWatermark())
    out.collect(`${context.timeDomain()} ${timestamp} ${context.getCurrentKey()} wm=${watermark}`)
  }
}
