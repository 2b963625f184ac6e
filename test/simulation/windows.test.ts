// A small job for every kind of window, from the API to the rows; what learners do wrong with windows, at their line; and
// windows in what a watcher sees.

import { describe, expect, test } from 'vitest'
import { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import { takeMoment } from '../../runtime/cluster/take-moment.ts'
import { DEFAULT_CLUSTER } from '../../runtime/cluster/cluster-settings.ts'
import { JobExecution } from '../../runtime/cluster/job-execution.ts'
import { NO_LIMIT, Simulation } from '../../runtime/kernel/simulation.ts'
import {
  CollectSink,
  CountTrigger,
  Duration,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  OutputTag,
  ProcessingTimeSessionWindows,
  ProcessWindowFunction,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  Time,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WatermarkStrategy,
  type Collector,
  type KeyedStream,
  type ProcessWindowContext,
  type StreamExecutionEnvironment,
  type TimeWindow,
} from '../../runtime/index.ts'
import { render } from '../../runtime/messages/index.ts'
import { newSession, runText } from '../harness/compiled-job.ts'
import { evaluateJob, planOf, runJob, type Build } from '../harness/run-job.ts'

interface Ride {
  readonly taxi: string
  readonly tip: number
  readonly at: number
}

const RIDES: readonly Ride[] = [
  ['a', 1, 0],
  ['b', 5, 2],
  ['a', 2, 9],
  ['a', 3, 11],
  ['b', 7, 31],
].map(([taxi, tip, at]) => ({ taxi, tip, at }) as Ride)

const strategy = WatermarkStrategy.forMonotonousTimestamps<Ride>().withTimestampAssigner((ride) => ride.at)
const ms = (n: number): Duration => Duration.ofMillis(n)

class Busy extends ProcessWindowFunction<Ride, string, string, TimeWindow> {
  override process(
    taxi: string,
    context: ProcessWindowContext<TimeWindow>,
    rides: Iterable<Ride>,
    out: Collector<string>,
  ): void {
    out.collect(`${taxi} ${context.window().getStart()}-${context.window().getEnd()} ${Array.from(rides).length}`)
  }
}

function rides(env: StreamExecutionEnvironment): KeyedStream<Ride, string> {
  return env
    .fromCollection(RIDES)
    .assignTimestampsAndWatermarks(strategy)
    .keyBy((ride) => ride.taxi)
}

const tips = {
  createAccumulator: () => ({ sum: 0, count: 0 }),
  add: (ride: Ride, { sum, count }: { sum: number; count: number }) => ({ sum: sum + ride.tip, count: count + 1 }),
  getResult: ({ sum, count }: { sum: number; count: number }) => sum / count,
  merge: (a: { sum: number; count: number }, b: { sum: number; count: number }) => ({
    sum: a.sum + b.sum,
    count: a.count + b.count,
  }),
}

/** In one subtask each: what counts records depends on their order. */
function rowsOf(build: Build, parallelism = 1): string[] {
  return runJob(build, { parallelism })
    .rows.map(({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .sort()
}

describe('a job for every kind of window', () => {
  test.each<[name: string, build: Build, expected: string[]]>([
    [
      'tumbling, counted by a process function',
      (env) =>
        rides(env)
          .window(TumblingEventTimeWindows.of(ms(10)))
          .process(new Busy())
          .sinkTo(new CollectSink()),
      ['a 0-10 2', 'a 10-20 1', 'b 0-10 1', 'b 30-40 1'],
    ],
    [
      'sliding, summed',
      (env) =>
        rides(env)
          .window(SlidingEventTimeWindows.of(Time.milliseconds(20), Time.milliseconds(10)))
          .sum('tip')
          .map(({ taxi, tip }) => `${taxi} ${tip}`)
          .sinkTo(new CollectSink()),
      ['a 3', 'a 3', 'a 6', 'b 5', 'b 5', 'b 7', 'b 7'],
    ],
    [
      'sessions, averaged, with a window function on the result',
      (env) =>
        rides(env)
          .window(EventTimeSessionWindows.withGap(ms(10)))
          .aggregate(tips, (taxi: string, window: TimeWindow, averages: Iterable<number>, out: Collector<string>) => {
            for (const average of averages) out.collect(`${taxi} ${window.start}-${window.end} ${average}`)
          })
          .sinkTo(new CollectSink()),
      ['a 0-21 2', 'b 2-12 5', 'b 31-41 7'],
    ],
    [
      'sessions of each record’s own gap',
      (env) =>
        rides(env)
          .window(EventTimeSessionWindows.withDynamicGap((ride: Ride) => ride.tip))
          .reduce((a, b) => ({ ...a, tip: a.tip + b.tip }))
          .map(({ taxi, tip }) => `${taxi} ${tip}`)
          .sinkTo(new CollectSink()),
      ['a 1', 'a 5', 'b 5', 'b 7'],
    ],
    [
      'two at a time',
      (env) =>
        rides(env)
          .countWindow(2)
          .maxBy('tip')
          .map(({ taxi, tip }) => `${taxi} ${tip}`)
          .sinkTo(new CollectSink()),
      ['a 2', 'b 7'],
    ],
    [
      'the last two at every record',
      (env) =>
        rides(env)
          .countWindow(2, 1)
          .sum('tip')
          .map(({ taxi, tip }) => `${taxi} ${tip}`)
          .sinkTo(new CollectSink()),
      ['a 1', 'a 3', 'a 5', 'b 12', 'b 5'],
    ],
    [
      'everything, at the end',
      (env) =>
        rides(env)
          .window(GlobalWindows.createWithEndOfStreamTrigger())
          .min('tip')
          .map(({ taxi, tip }) => `${taxi} ${tip}`)
          .sinkTo(new CollectSink()),
      ['a 1', 'b 5'],
    ],
    [
      'the whole stream in one subtask',
      (env) =>
        env
          .fromCollection(RIDES)
          .assignTimestampsAndWatermarks(strategy)
          .windowAll(TumblingEventTimeWindows.of(ms(20)))
          .reduce(
            (a, b) => (a.tip > b.tip ? a : b),
            (window: TimeWindow, best: Iterable<Ride>, out: Collector<string>) => {
              for (const { taxi, tip } of best) out.collect(`${window.end} ${taxi} ${tip}`)
            },
          )
          .sinkTo(new CollectSink()),
      ['20 b 5', '40 b 7'],
    ],
    [
      'late ones aside',
      (env) => {
        const late = new OutputTag<Ride>('late')
        const perRecord = WatermarkStrategy.forMonotonousTimestamps<Ride>()
          .withTimestampAssigner((ride) => ride.at)
          .withPerRecordWatermarks()
        const windows = env
          .fromCollection([...RIDES, { taxi: 'a', tip: 9, at: 1 }])
          .assignTimestampsAndWatermarks(perRecord)
          .keyBy((ride) => ride.taxi)
          .window(TumblingEventTimeWindows.of(ms(10)))
          .allowedLateness(ms(5))
          .sideOutputLateData(late)
          .sum('tip')
        windows
          .getSideOutput(late)
          .map(({ tip }) => `late ${tip}`)
          .sinkTo(new CollectSink())
        windows.map(({ tip }) => `sum ${tip}`).sinkTo(new CollectSink())
      },
      ['late 9', 'sum 3', 'sum 3', 'sum 5', 'sum 7'],
    ],
  ])('%s', (_name, build, expected) => expect(rowsOf(build)).toEqual(expected))

  test.each([
    ['tumbling', TumblingProcessingTimeWindows.of(ms(10))],
    ['sliding', SlidingProcessingTimeWindows.of(ms(10), ms(10))],
    ['sessions', ProcessingTimeSessionWindows.withGap(ms(5))],
  ] as const)('%s by the clock: the open window gives nothing at the end of the input', (_name, assigner) => {
    const slow: Build = (env) => {
      env
        .fromCollection(RIDES)
        .keyBy((ride) => ride.taxi)
        .window(assigner)
        .sum('tip')
        .print()
    }
    expect(rowsOf(slow)).toEqual([])
  })

  test('several subtasks give the same', () => {
    const build: Build = (env) => {
      rides(env)
        .window(SlidingEventTimeWindows.of(ms(20), ms(10)))
        .sum('tip')
        .map(({ taxi, tip }) => `${taxi} ${tip}`)
        .print()
    }
    expect(rowsOf(build, 3)).toEqual(rowsOf(build, 1))
  })

  test('operators are named as Flink names them', () => {
    const plan = planOf((env) => {
      rides(env)
        .window(TumblingEventTimeWindows.of(ms(5000)))
        .sum('tip')
        .print()
      rides(env).countWindow(3).sum('tip').print()
    })
    const nodes = plan.nodes.filter(({ kind }) => kind === 'window')
    expect(nodes.map(({ name }) => name)).toEqual(['TumblingEventTimeWindows', 'GlobalWindows'])
    expect(nodes[0]?.description).toBe(
      'Window(TumblingEventTimeWindows(5000), EventTimeTrigger, SumAggregator, PassThroughWindowFunction)',
    )
  })
})

const HEAD = `import * as s from 'streambed'; const env = s.StreamExecutionEnvironment.getExecutionEnvironment(); const ms = s.Duration.ofMillis; const keyed = env.fromElements(1, 2, 3).keyBy((n) => n)`
const timed = `env.fromElements(1, 2).assignTimestampsAndWatermarks(s.WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n)).keyBy((n) => 1)`

describe('a mistake', () => {
  test.each<[code: string, line: number, text: string]>([
    ['WINDOW_NO_TIMESTAMP', 3, `keyed\n  .window(s.TumblingEventTimeWindows.of(ms(5))).sum(0).print()`],
    ['WINDOW_NO_TIMESTAMP', 3, `keyed\n  .window(s.EventTimeSessionWindows.withGap(ms(5))).sum(0).print()`],
    ['WINDOW_LENGTH', 2, `keyed.window(s.TumblingEventTimeWindows.of(ms(0))).sum(0).print()`],
    ['WINDOW_LENGTH', 2, `keyed.window(s.TumblingProcessingTimeWindows.of(ms(-5))).sum(0).print()`],
    ['WINDOW_LENGTH', 2, `keyed.window(s.SlidingEventTimeWindows.of(ms(10), ms(0))).sum(0).print()`],
    ['WINDOW_LENGTH', 2, `keyed.window(s.EventTimeSessionWindows.withGap(ms(0))).sum(0).print()`],
    ['WINDOW_OFFSET', 2, `keyed.window(s.TumblingEventTimeWindows.of(ms(5), ms(-5))).sum(0).print()`],
    ['WINDOW_OFFSET', 2, `keyed.window(s.SlidingEventTimeWindows.of(ms(9), ms(3), ms(3))).sum(0).print()`],
    ['WINDOW_TOO_MANY', 2, `keyed.window(s.SlidingEventTimeWindows.of(s.Duration.ofDays(1), ms(1))).sum(0).print()`],
    ['WINDOW_STAGGER', 2, `keyed.window(s.TumblingEventTimeWindows.of(ms(9), ms(0), 'EVEN')).sum(0).print()`],
    ['DURATION_WANTED', 2, `keyed.window(s.TumblingEventTimeWindows.of(5)).sum(0).print()`],
    ['ASSIGNER_WANTED', 2, `keyed.window('hour').sum(0).print()`],
    ['SESSION_GAP', 2, `${timed}.window(s.EventTimeSessionWindows.withDynamicGap((n) => 0)).sum(0).print()`],
    ['LATENESS_NOT_EVENT_TIME', 2, `keyed.window(s.TumblingProcessingTimeWindows.of(ms(5))).allowedLateness(ms(1))`],
    ['LATENESS_NOT_EVENT_TIME', 2, `keyed.countWindow(5).sideOutputLateData(new s.OutputTag('late'))`],
    ['DURATION_WANTED', 2, `keyed.window(s.TumblingEventTimeWindows.of(ms(5))).allowedLateness(ms(-1))`],
    [
      'TRIGGER_CANNOT_MERGE',
      2,
      `keyed.window(s.EventTimeSessionWindows.withGap(ms(5))).trigger(s.DeltaTrigger.of(1, () => 1))`,
    ],
    [
      'TRIGGER_NEEDS_TIME_WINDOW',
      2,
      `keyed.window(s.GlobalWindows.create()).trigger(s.PurgingTrigger.of(s.EventTimeTrigger.create()))`,
    ],
    ['TRIGGER_WANTED', 2, `keyed.countWindow(2).trigger(5)`],
    [
      'TRIGGER_ON_MERGE',
      2,
      `class T extends s.Trigger<number, s.TimeWindow> { override onElement() { return s.TriggerResult.FIRE } override onEventTime() { return s.TriggerResult.FIRE } override onProcessingTime() { return s.TriggerResult.FIRE } override canMerge() { return true } override clear() {} }; keyed.window(s.EventTimeSessionWindows.withGap(ms(5))).trigger(new T())`,
    ],
    ['EVICTOR_WANTED', 2, `keyed.countWindow(2).evictor(5)`],
    ['WINDOW_COUNT', 2, `keyed.countWindow(0).sum(0).print()`],
    ['WINDOW_COUNT', 2, `keyed.countWindow(2, 0.5).sum(0).print()`],
    ['WINDOW_COUNT', 2, `env.fromElements(1).countWindowAll(-1).sum(0).print()`],
    [
      'WINDOW_RICH',
      2,
      `class R extends s.RichReduceFunction<number> { override reduce(a: number) { return a } }; keyed.countWindow(2).reduce(new R())`,
    ],
    ['NOT_A_FUNCTION', 2, `keyed.countWindow(2).aggregate({ createAccumulator: () => 0 })`],
    [
      'AGGREGATE_NOTHING',
      2,
      `keyed.countWindow(1).aggregate({ createAccumulator: () => 0, add() {}, getResult: (n) => n, merge: (a) => a }).print()`,
    ],
    ['REDUCE_NOTHING', 2, `${timed}.countWindow(2).reduce((a, b) => {}).print()`],
    [
      'WINDOW_STATE_MERGING',
      3,
      `class P extends s.ProcessWindowFunction<number, number, number, s.TimeWindow> {\n  override process(k: number, c: any) { c.windowState() } }; ${timed}.window(s.EventTimeSessionWindows.withGap(ms(5))).process(new P()).print()`,
    ],
    [
      'TRIGGER_RESULT',
      3,
      `class T extends s.Trigger<number, s.GlobalWindow> { override onElement(): any {} override onEventTime(): any {} override onProcessingTime(): any {} override clear() {} }\nkeyed.countWindow(2).trigger(new T()).sum(0).print()`,
    ],
  ])('%s', async (code, line, text) => {
    const { diagnostics } = await runText(newSession(), `${HEAD}\n${text}\nawait env.execute('job')`)
    expect(diagnostics.map((found) => [found.code, found.span?.line])).toEqual([[code, line]])
    for (const found of diagnostics)
      for (const language of ['en', 'zh'] as const) {
        const { what, todo } = render(found, language)
        expect(`${what}${todo}`).not.toMatch(/\{\w+\}/)
      }
  })

  test('a trigger at the end of windows on a global one is a type error too', () => {
    // @ts-expect-error -- an EventTimeTrigger needs windows with an end
    expect(() => evaluateJob((env) => void rides(env).countWindow(2).trigger(EventTimeTrigger.create()))).toThrow()
  })
})

describe('what a watcher sees', () => {
  function watched(build: Build): (until: (text: string) => boolean) => ReturnType<typeof takeMoment> {
    const simulation = new Simulation({ seed: 1, startMs: 0, isHashed: false })
    const watcher = new ClusterWatcher(() => null)
    const execution = new JobExecution({
      plan: planOf(build),
      simulation,
      settings: { ...DEFAULT_CLUSTER, bufferRecords: 1 },
      observer: null,
      watcher,
      instantiate: () => ({
        registry: evaluateJob(build).graph.registry,
        memory: {},
        beginTurn: () => undefined,
        tick: () => undefined,
      }),
    })
    watcher.attach(execution)
    return (until) => {
      for (;;) {
        const moment = takeMoment(execution, watcher, simulation.nowUs)
        if (until(JSON.stringify(moment.tasks.map(({ keyed }) => keyed)))) return moment
        simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
      }
    }
  }

  test.each([
    ['kept by window', (env: StreamExecutionEnvironment) => rides(env).window(TumblingEventTimeWindows.of(ms(10)))],
    [
      'kept by slot',
      (env: StreamExecutionEnvironment) =>
        rides(env)
          .window(TumblingEventTimeWindows.of(ms(10)))
          .trigger(CountTrigger.of<TimeWindow>(9)),
    ],
  ])('the contents of each key’s windows, %s', (_name, windows) => {
    const until = watched((env) => void windows(env).sum('tip').print())
    const moment = until((text) => text.includes('"start":10'))
    const keys = moment.tasks.flatMap(({ keyed }) => keyed?.keys ?? [])
    const shown = keys.map(({ key, window, cells }) => [key, window, cells.flatMap(({ text }) => text ?? [])[0]])
    expect(shown).toContainEqual(['a', { start: 0, end: 10 }, expect.stringContaining('3')])
    expect(shown).toContainEqual(['a', { start: 10, end: 20 }, expect.stringContaining('3')])
    expect(shown).toContainEqual(['b', { start: 0, end: 10 }, expect.stringContaining('5')])
    expect(keys.find(({ window }) => window?.start === 10)?.timers).toEqual([
      { at: 19, isEventTime: true, change: 'registered' },
    ])
  })
})
