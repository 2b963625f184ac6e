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
  readonly text?: readonly string[]
  readonly values?: readonly string[]
  readonly range?: readonly [number, number]
  readonly steps: readonly string[]
}

type Pair = readonly [key: string, n: number]

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
function buildOf({ text, values, range, steps }: RecordedJob): Build | null {
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
  switch (steps.join('; ').replace(/: .*;/, ';')) {
    case 'union; times ten; print':
      return (env) => {
        const both = env.fromSequence(1, 3).union(env.fromSequence(11, 12))
        both.map((n) => n * 10).print()
      }
    case 'keyBy f0; sum of field 1; print':
      return (env) => void events(env).sum(1).print()
    case 'keyBy f0; min of field 1; print':
      return (env) => void events(env).min(1).print()
    case 'keyBy f0; tumbling event-time window of 10 ms; sum of field 1; print':
      return (env) =>
        void events(env)
          .window(TumblingEventTimeWindows.of(Duration.ofMillis(10)))
          .sum(1)
          .print()
    case 'keyBy f0; tumbling processing-time window of 1 day; sum of field 1; print':
      return (env) =>
        void events(env)
          .window(TumblingProcessingTimeWindows.of(Duration.ofDays(1)))
          .sum(1)
          .print()
    case 'keyBy f0; countWindow 2; sum of field 1; print':
      return (env) => void events(env).countWindow(2).sum(1).print()
    case 'keyBy f0; process; print':
      return (env) => void events(env).process(new Pending()).print()
    default:
      return null
  }
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
