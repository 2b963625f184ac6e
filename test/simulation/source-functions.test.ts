// Sources written as functions, in jobs: when their records come, what stands between them, how they end, and what is said
// of those that can't be run.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import {
  Duration,
  EventTimeSessionWindows,
  RichParallelSourceFunction,
  RichSourceFunction,
  SourceFunction,
  type SourceContext,
  type SourcePause,
} from '../../runtime/index.ts'
import { runJob, type Build, type JobOptions } from '../harness/run-job.ts'

type Run<T> = (context: SourceContext<T>) => Generator<SourcePause, void, void>

/** The tutorials' shape, with `yield` where they sleep. */
class Ticks extends SourceFunction<number> {
  running = true;

  override *run(context: SourceContext<number>): Generator<SourcePause, void, void> {
    for (let i = 0; this.running; i++) {
      context.collect(i)
      yield Duration.ofMillis(100)
    }
  }

  override cancel(): void {
    this.running = false
  }
}

function rowsOf(run: Run<unknown>, options: JobOptions = {}): [value: unknown, atMs: number][] {
  const { rows } = runJob((env) => void env.addSource({ run, cancel() {} }).print(), options)
  return rows.map(({ value, atMs }) => [value, atMs])
}

function codeOf(build: Build): string {
  try {
    runJob(build)
  } catch (error) {
    return (error as LearnerError).code
  }
  return 'none'
}

test('a source that goes on for ever is interleaved with the clock', () => {
  const { rows } = runJob((env) => void env.addSource(new Ticks()).print(), {}, { untilUs: 350_000 })
  expect(rows.map(({ value, atMs }) => [value, atMs])).toEqual([
    [0, 0],
    [1, 100],
    [2, 200],
    [3, 300],
  ])
})

describe('a parallel one', () => {
  /** Subtask and number, each with a pause. */
  class Counts extends RichParallelSourceFunction<string> {
    override *run(context: SourceContext<string>): Generator<SourcePause, void, void> {
      const subtask = this.getRuntimeContext().getIndexOfThisSubtask()
      for (let i = 0; i < 3; i++) {
        context.collect(`${subtask}: ${i}`)
        yield 100
      }
    }
  }

  test('runs in every subtask, each from its beginning', () => {
    const { rows } = runJob((env) => void env.addSource(new Counts()).print(), { parallelism: 3 })
    const expected = ['0: 0', '0: 1', '0: 2', '1: 0', '1: 1', '1: 2', '2: 0', '2: 1', '2: 2']
    expect(rows.map(({ value }) => value).sort()).toEqual(expected)
    expect(rows.filter(({ value }) => String(value).startsWith('2')).map(({ subtask }) => subtask)).toEqual([2, 2, 2])
  })

  test('may have a parallelism of its own, another may not', () => {
    const counts = { run: Counts.prototype.run, cancel() {} }
    expect(codeOf((env) => void env.addSource(counts).setParallelism(2).print())).toBe('NOT_PARALLEL')
    const build: Build = (env) => void env.addSource(new Counts()).setParallelism(2).print()
    expect(runJob(build, { parallelism: 1 }).rows).toHaveLength(6)
  })

  test('goes on where it was when the job failed; a run that had ended is in no checkpoint any more and begins again', () => {
    class Uneven extends RichParallelSourceFunction<string> {
      override *run(context: SourceContext<string>): Generator<SourcePause, void, void> {
        const subtask = this.getRuntimeContext().getIndexOfThisSubtask()
        for (let i = 0; i < (subtask === 0 ? 1 : 6); i++) {
          context.collect(`${subtask}: ${i}`)
          yield 100
        }
      }
    }
    const seen = (isOneRegion: boolean): string[] => {
      const found: string[] = []
      const build: Build = (env) => {
        env.enableCheckpointing(50)
        const source = env.addSource(new Uneven())
        const stream = isOneRegion ? source.rebalance() : source
        stream
          .map((text) => {
            found.push(text)
            if (text === '1: 4' && found.filter((other) => other === text).length === 1) throw new Error('once')
            return text
          })
          .print()
      }
      expect(runJob(build, { parallelism: 2 }).execution.state).toBe('FINISHED')
      return found
    }
    const running = ['1: 0', '1: 1', '1: 2', '1: 3', '1: 4', '1: 4', '1: 5']
    expect(seen(false).sort()).toEqual(['0: 0', ...running])
    // As Flink restores an operator of which some subtasks have finished.
    expect(seen(true).sort()).toEqual(['0: 0', '0: 0', ...running])
  })
})

test('two of them take turns', () => {
  const build: Build = (env) => void env.addSource(new Ticks(), 'a').union(env.addSource(new Ticks(), 'b')).print()
  const { rows } = runJob(build, {}, { untilUs: 150_000 })
  expect(rows.map(({ value }) => value)).toEqual([0, 0, 1, 1])
})

test('pauses are Durations, ms, or nothing; what is collected before one comes before it', () => {
  function* run(context: SourceContext<string>): Generator<SourcePause, void, void> {
    context.collect('a')
    context.collect('b')
    yield 5
    context.collect('c')
    yield
    context.collect('d')
    yield Duration.ofSeconds(1)
    context.collect('e')
  }
  expect(rowsOf(run)).toEqual([
    ['a', 0],
    ['b', 0],
    ['c', 5],
    ['d', 5],
    ['e', 1005],
  ])
})

test('a collected record is a copy', () => {
  const reused = { n: 0 }
  function* run(context: SourceContext<object>): Generator<SourcePause, void, void> {
    for (reused.n = 1; reused.n < 3; reused.n++) context.collect(reused)
    yield 1
    context.collect(reused)
  }
  expect(rowsOf(run).map(([value]) => value)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

describe('between records', () => {
  const sessions =
    (run: Run<[string, number]>): Build =>
    (env) =>
      void env
        .addSource({ run, cancel() {} })
        .keyBy(([key]) => key)
        .window(EventTimeSessionWindows.withGap(Duration.ofMillis(5)))
        .reduce((a, b) => [a[0], a[1] + b[1]])
        .print()

  test('a watermark of the function’s own fires windows where it stands', () => {
    const build = sessions(function* (context) {
      context.collectWithTimestamp(['a', 1], 10)
      context.collectWithTimestamp(['a', 2], 12)
      context.emitWatermark(20)
      context.emitWatermark(19)
      context.collectWithTimestamp(['a', 9], 11)
      yield 50
      context.collectWithTimestamp(['a', 4], 30)
    })
    const { rows } = runJob(build)
    expect(rows.map(({ value, atMs }) => [value, atMs])).toEqual([
      [['a', 3], 0],
      [['a', 4], 50],
    ])
  })

  test('an idle source lets the other’s watermark pass, until its next record', () => {
    const quiet: Run<[string, number]> = function* (context) {
      context.collectWithTimestamp(['q', 1], 0)
      context.markAsTemporarilyIdle()
      yield 100
      context.collectWithTimestamp(['q', 2], 100)
      yield 100
    }
    const busy: Run<[string, number]> = function* (context) {
      context.collectWithTimestamp(['b', 1], 0)
      yield 10
      context.emitWatermark(50)
      yield 100
      context.emitWatermark(90)
      yield 100
    }
    const build: Build = (env) =>
      void env
        .addSource({ run: quiet, cancel() {} }, 'quiet')
        .union(env.addSource({ run: busy, cancel() {} }, 'busy'))
        .keyBy(([key]) => key)
        .window(EventTimeSessionWindows.withGap(Duration.ofMillis(5)))
        .reduce((a) => a)
        .print()
    const { rows } = runJob(build)
    expect(rows.map(({ value, atMs }) => [value, atMs])).toEqual([
      [['q', 1], 10],
      [['b', 1], 10],
      [['q', 2], 210],
    ])
  })
})

test('open before, cancel only if it hasn’t returned, close at the end', () => {
  const calls: string[] = []
  class Source extends RichSourceFunction<string> {
    readonly most: number
    constructor(most: number) {
      super()
      this.most = most
    }
    override open(): void {
      calls.push(`open ${this.getRuntimeContext().getIndexOfThisSubtask()}`)
    }
    override *run(context: SourceContext<string>): Generator<SourcePause, void, void> {
      try {
        for (let i = 0; i < this.most; i++) {
          context.collect('x')
          yield 10
        }
      } finally {
        calls.push('finally')
      }
    }
    override cancel(): void {
      calls.push('cancel')
    }
    override close(): void {
      calls.push('close')
    }
  }
  runJob((env) => void env.addSource(new Source(2)).print())
  expect(calls.splice(0)).toEqual(['open 0', 'finally', 'close'])
  const endless = runJob((env) => void env.addSource(new Source(Infinity)).print(), {}, { untilUs: 50_000 })
  endless.execution.cancel()
  expect(calls).toEqual(['open 0', 'cancel', 'finally', 'close'])
})

describe('refused', () => {
  const adding =
    (run: unknown): Build =>
    (env) =>
      void env.addSource({ run, cancel() {} } as unknown as SourceFunction<number>).print()
  test.each<[string, unknown, string]>([
    ['an async run', async () => undefined, 'SOURCE_ASYNC'],
    ['an async generator', async function* () {}, 'SOURCE_ASYNC'],
    ['a promise all the same', () => Promise.resolve(), 'PROMISE_RETURNED'],
    ['no run', undefined, 'NOT_A_FUNCTION'],
    [
      'a record yielded',
      function* () {
        yield { temperature: 7 }
      },
      'SOURCE_YIELD',
    ],
    [
      'a pause back in time',
      function* () {
        yield -1
      },
      'SOURCE_YIELD',
    ],
    [
      'no end and no pause',
      (context: SourceContext<number>) => {
        for (;;) context.collect(1)
      },
      'SOURCE_ENDLESS',
    ],
    [
      'a generator that never yields',
      // eslint-disable-next-line require-yield -- the mistake itself.
      function* (context: SourceContext<number>) {
        for (;;) context.collect(1)
      },
      'SOURCE_ENDLESS',
    ],
    [
      'a watermark that is none',
      (context: SourceContext<number>) => context.emitWatermark(NaN),
      'WATERMARK_NOT_NUMBER',
    ],
    [
      'a timestamp that is none',
      (context: SourceContext<number>) => context.collectWithTimestamp(1, NaN),
      'COLLECTED_TIMESTAMP',
    ],
  ])('%s', (_what, run, code) => expect(codeOf(adding(run))).toBe(code))

  test('in batch mode, if it yields', () => {
    const build: Build = (env) => {
      env.setRuntimeMode('BATCH')
      env.addSource(new Ticks()).print()
    }
    expect(codeOf(build)).toBe('BATCH_ENDLESS')
  })
})

// Only types are looked at: such a source is an error in the editor.
export function wrong(): unknown[] {
  return [
    class extends SourceFunction<number> {
      // @ts-expect-error -- async functions can't be sources.
      override async run(): Promise<void> {}
    },
    class extends SourceFunction<number> {
      // @ts-expect-error -- what's yielded is a pause, not a record.
      override *run(): Generator<string, void, void> {
        yield 'record'
      }
    },
  ]
}
