// Batch mode: the same final rows as the model of the swarm, whatever the job and the cluster; one key after the other;
// and the few things that differ on purpose.

import { describe, expect, test } from 'vitest'
import {
  BroadcastProcessFunction,
  DataGeneratorSource,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  MapStateDescriptor,
  RateLimiterStrategy,
  RuntimeExecutionMode,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type {
  BroadcastContext,
  Collector,
  Context,
  DataStream,
  KeyedStream,
  OnTimerContext,
  ReadOnlyContext,
  ValueState,
} from '../../runtime/index.ts'
import { buildJob } from '../harness/build-random-job.ts'
import { drawJob } from '../harness/random-job.ts'
import { modelOf, rowText } from '../harness/random-model.ts'
import type { Item } from '../harness/watching-functions.ts'
import { newSession, runText } from '../harness/compiled-job.ts'
import { evaluateJob, runJob, type Build } from '../harness/run-job.ts'

const batch =
  (build: Build): Build =>
  (env) =>
    build(env.setRuntimeMode(RuntimeExecutionMode.BATCH))

describe('random bounded jobs give in batch mode what they give in the end in streaming mode', () => {
  test.each([1, 31, 61, 91])('seeds from %i', (first) => {
    for (let seed = first; seed < first + 30; seed++) {
      const job = drawJob(seed)
      const violations: string[] = []
      // From key to key the watermark begins again, and a key's timers on the clock, which loose jobs set, fire at its end.
      const report = (text: string): void => {
        const isEarly = job.isLoose && text.endsWith('fired before its time')
        if (!isEarly && !text.startsWith('watermark went back')) violations.push(text)
      }
      const { rows, execution } = runJob(batch(buildJob(job, report)), {
        parallelism: job.parallelism,
        seed,
        cluster: job.cluster,
      })
      const got = Array.from(modelOf(job.nodes).rows.keys(), (sink) => {
        const own = rows.filter((row) => row.sink === sink)
        const texts = own.map(({ value, timestamp }) =>
          sink.startsWith('sum') ? `${(value as Item).key}=${(value as Item).n}` : rowText(value, timestamp),
        )
        return [sink, texts.sort()] as const
      })
      expect(violations, `seed ${seed}`).toEqual([])
      expect(got, `seed ${seed}`).toEqual([...modelOf(job.nodes).rows])
      for (const backend of execution.deployment.backends) expect(backend.entryCount(), `state of seed ${seed}`).toBe(0)
    }
  })
})

type Pair = readonly [key: string, at: number]

/** Writes down what it sees, and sets timers, one of them out of a timer. */
class Diary extends KeyedProcessFunction<string, Pair, string> {
  seen!: ValueState<number>

  override open(): void {
    this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('seen', null, 0))
  }

  override processElement([key, at]: Pair, context: Context<string>, out: Collector<string>): void {
    const count = (this.seen.value() ?? 0) + 1
    this.seen.update(count)
    context.timerService().registerEventTimeTimer(at + 1000)
    context.timerService().registerProcessingTimeTimer(500)
    out.collect(`${key}${count}@${at} wm=${context.timerService().currentWatermark()}`)
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
    // Ignored, as in Flink: a key that has ended takes no more timers.
    context.timerService().registerEventTimeTimer(timestamp + 1)
    const watermark = context.timerService().currentWatermark()
    out.collect(`${context.timeDomain()} ${context.getCurrentKey()} ${timestamp} wm=${watermark}`)
  }
}

describe('batch mode', () => {
  test('goes through the keys one by one, each in order of time, and fires all its timers at its end', () => {
    const pairs: readonly Pair[] = [
      ['b', 3],
      ['a', 2],
      ['b', 1],
      ['a', 4],
    ]
    const strategy = WatermarkStrategy.forMonotonousTimestamps<Pair>().withTimestampAssigner(([, at]) => at)
    const { rows } = runJob(
      batch((env) => {
        const stream = env.fromData(pairs).assignTimestampsAndWatermarks(strategy)
        stream
          .keyBy(([key]) => key)
          .process(new Diary())
          .print()
      }),
    )
    expect(rows.map(({ value }) => value)).toEqual([
      'a1@2 wm=-Infinity',
      'a2@4 wm=-Infinity',
      'EVENT_TIME a 1002 wm=Infinity',
      'EVENT_TIME a 1004 wm=Infinity',
      'PROCESSING_TIME a 500 wm=Infinity',
      'b1@1 wm=-Infinity',
      'b2@3 wm=-Infinity',
      'EVENT_TIME b 1001 wm=Infinity',
      'EVENT_TIME b 1003 wm=Infinity',
      'PROCESSING_TIME b 500 wm=Infinity',
    ])
  })

  test('of two keyed inputs goes through one key after the other, too', () => {
    class Both extends KeyedCoProcessFunction<string, Pair, Pair, string> {
      override processElement1([key, at]: Pair, _context: unknown, out: Collector<string>): void {
        out.collect(`1 ${key} ${at}`)
      }
      override processElement2([key, at]: Pair, context: Context<string>, out: Collector<string>): void {
        context.timerService().registerEventTimeTimer(at)
        out.collect(`2 ${key} ${at}`)
      }
      override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
        out.collect(`end of ${context.getCurrentKey()} ${timestamp}`)
      }
    }
    const strategy = WatermarkStrategy.forMonotonousTimestamps<Pair>().withTimestampAssigner(([, at]) => at)
    const { rows } = runJob(
      batch((env) => {
        const [one, other] = ['ba', 'bab'].map((keys, i) => {
          const pairs = Array.from(keys, (key, n): Pair => [key, 10 * n + i])
          return env
            .fromData(pairs)
            .assignTimestampsAndWatermarks(strategy)
            .keyBy(([key]) => key)
        }) as [KeyedStream<Pair, string>, KeyedStream<Pair, string>]
        one.connect(other).process(new Both()).print()
      }),
    )
    const lines = rows.map(({ value }) => value)
    expect(lines).toEqual(['1 a 10', '2 a 11', 'end of a 11', '1 b 0', '2 b 1', '2 b 21', 'end of b 1', 'end of b 21'])
  })

  test('of a broadcast stream reads everything first, also where nothing is keyed', () => {
    const state = new MapStateDescriptor<string, number>('rules', Types.STRING)
    class Rules extends BroadcastProcessFunction<Pair, Pair, string> {
      override processElement([key]: Pair, context: ReadOnlyContext, out: Collector<string>): void {
        out.collect(`${key}: ${Array.from(context.getBroadcastState(state).immutableEntries()).length}`)
      }
      override processBroadcastElement([key, at]: Pair, context: BroadcastContext, out: Collector<string>): void {
        context.getBroadcastState(state).put(key, at)
        out.collect(`rule ${key}`)
      }
    }
    const strategy = WatermarkStrategy.forMonotonousTimestamps<Pair>().withTimestampAssigner(([, at]) => at)
    const { rows } = runJob(
      batch((env) => {
        const [items, rules] = ['ba', 'xyz'].map((keys, i): DataStream<Pair> =>
          env
            .fromData(Array.from(keys, (key, n): Pair => [key, 10 * (9 - n) + i]))
            .assignTimestampsAndWatermarks(strategy),
        ) as [DataStream<Pair>, DataStream<Pair>]
        items.connect(rules.broadcast(state)).process(new Rules()).print()
      }),
    )
    expect(rows.map(({ value }) => value)).toEqual(['rule x', 'rule y', 'rule z', 'b: 3', 'a: 3'])
  })

  test('leaves inputs without a key in the order in which they came, of two in turn', () => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n)
    const { rows } = runJob(
      batch((env) => {
        const [one, two] = [
          [5, 1, 2],
          [14, 11],
        ].map((numbers) => env.fromData(numbers).assignTimestampsAndWatermarks(strategy).rebalance()) as [
          DataStream<number>,
          DataStream<number>,
        ]
        one
          .connect(two)
          .map({ map1: (n) => n, map2: (n) => n })
          .print()
      }),
    )
    expect(rows.map(({ value }) => value)).toEqual([5, 14, 1, 11, 2])
  })

  test('waits for the whole input before it begins with it', () => {
    const source = new DataGeneratorSource((n) => n, 20, RateLimiterStrategy.perSecond(10))
    const { rows } = runJob(
      batch((env) => {
        const numbers = env.fromSource(source, WatermarkStrategy.noWatermarks<number>(), 'numbers')
        numbers.rebalance().print()
      }),
    )
    expect(rows.length).toBe(20)
    expect(new Set(rows.map(({ atMs }) => Math.floor(atMs / 100)))).toEqual(new Set([19]))
  })

  test('AUTOMATIC is batch if every source ends', () => {
    const modeOf = (count: number): string =>
      evaluateJob((env) => {
        env.setRuntimeMode(RuntimeExecutionMode.AUTOMATIC)
        env.fromSequence(1, 2).print()
        env.fromSource(new DataGeneratorSource((n) => n, count), WatermarkStrategy.noWatermarks(), 'source').print()
      }).graph.resolvedMode()
    expect([modeOf(5), modeOf(Infinity)]).toEqual(['BATCH', 'STREAMING'])
  })

  test.each([
    [
      'an endless source',
      `env.fromSource(new DataGeneratorSource((n) => n, Infinity), WatermarkStrategy.noWatermarks(), 's').print()`,
      'BATCH_ENDLESS',
      2,
    ],
    ['an unknown mode', `env.setRuntimeMode('FAST')`, 'RUNTIME_MODE', 2],
  ])('%s is refused', async (_name, text, code, line) => {
    const head = `import { StreamExecutionEnvironment, DataGeneratorSource, WatermarkStrategy, RuntimeExecutionMode } from 'streambed'; const env = StreamExecutionEnvironment.getExecutionEnvironment().setRuntimeMode(RuntimeExecutionMode.BATCH)`
    const { diagnostics } = await runText(newSession(), `${head}\n${text}\nawait env.execute()`)
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.span?.line])).toEqual([[code, line]])
  })
})
