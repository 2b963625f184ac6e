// Clocks in a running job: what the harness can't show, because there the clock moves only when told. Traps 3, 13, 14.

import { describe, expect, test } from 'vitest'
import {
  DataGeneratorSource,
  KeyedProcessFunction,
  RateLimiterStrategy,
  TransactionSource,
  ValueStateDescriptor,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type { Collector, Context, OnTimerContext, Transaction, ValueState } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, runJob, type Build, type JobOptions } from '../harness/run-job.ts'

type Timers = ReturnType<Context['timerService']>

/** Registers what `first` says for each record, and `again` in each onTimer; emits `domain time@clock`. */
class Registering extends KeyedProcessFunction<number, number, string> {
  readonly first: (timers: Timers, n: number) => void
  readonly again: (timers: Timers, timestamp: number) => void

  constructor(first: Registering['first'], again: Registering['again'] = () => undefined) {
    super()
    this.first = first
    this.again = again
  }

  override processElement(n: number, context: Context<number>): void {
    this.first(context.timerService(), n)
  }

  override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<string>): void {
    const domain = context.timeDomain() === 'EVENT_TIME' ? 'e' : 'p'
    out.collect(`${domain}${timestamp}@${context.timerService().currentProcessingTime()}`)
    this.again(context.timerService(), timestamp)
  }
}

/** One record every 100 ms: 0, 1, 2, … */
function ticking(count: number, fn: () => Registering): Build {
  return (env) => {
    const source = new DataGeneratorSource((index) => index, count, RateLimiterStrategy.perSecond(10))
    env
      .fromSource(source, WatermarkStrategy.noWatermarks(), 'ticks')
      .keyBy(() => 0)
      .process(fn())
      .print()
  }
}

function printed(build: Build, options: JobOptions = {}): unknown[] {
  return runJob(build, options).rows.map(({ value }) => value)
}

describe('processing time', () => {
  test('a timer that is still to fire when the job is over keeps nobody waiting', () => {
    const minute = (fails: boolean) => () =>
      new Registering((timers, n) => {
        timers.registerProcessingTimeTimer(60_000)
        if (fails && n === 2) throw new Error('third record')
      })
    const { simulation, execution } = runJob(ticking(3, minute(false)))
    expect([execution.state, Math.floor(simulation.nowUs / 100_000)]).toEqual(['FINISHED', 2])
    const failing = deployJob(ticking(9, minute(true)), {})
    expect(failing.simulation.run(NO_LIMIT)).toBe('quiescent')
    expect([failing.execution.state, Math.floor(failing.simulation.nowUs / 100_000)]).toEqual(['FAILED', 2])
  })

  test('a timer fires at its time, not with the next record', () => {
    expect(
      printed(ticking(3, () => new Registering((timers, n) => timers.registerProcessingTimeTimer(n * 100 + 37)))),
    ).toEqual(['p37@37', 'p137@137'])
  })

  test('one registered in the past fires soon, not within the call and not with the next record', () => {
    const rows = printed(ticking(2, () => new Registering((timers) => timers.registerProcessingTimeTimer(-5))))
    expect(rows[0]).toBe('p-5@0')
  })

  test('re-registering at now lets time go on', () => {
    const again = (timers: Timers): void => timers.registerProcessingTimeTimer(timers.currentProcessingTime())
    const build = ticking(3, () => new Registering((timers) => timers.registerProcessingTimeTimer(0), again))
    const { simulation, execution, rows } = deployJob(build)
    expect(simulation.run({ ...NO_LIMIT, untilEvent: 5_000 })).toBe('quiescent')
    expect(execution.state).toBe('FINISHED')
    expect(rows.length).toBeGreaterThan(100)
  })

  test('a deleted timer does not fire; the next one does', () => {
    const first = (timers: Timers, n: number): void => {
      timers.registerProcessingTimeTimer(n * 100 + 10)
      timers.registerProcessingTimeTimer(n * 100 + 20)
      timers.deleteProcessingTimeTimer(n * 100 + 10)
    }
    expect(printed(ticking(2, () => new Registering(first)))).toEqual(['p20@20'])
  })

  test('a busy task fires late, in order, before it reads on', () => {
    const seen: string[] = []
    class Noting extends Registering {
      override processElement(n: number, context: Context<number>): void {
        seen.push(`n${n}`)
        super.processElement(n, context)
      }
      override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<string>): void {
        seen.push(`t${timestamp}`)
        super.onTimer(timestamp, context, out)
      }
    }
    const build: Build = (env) => {
      const fn = new Noting((timers, n) =>
        n === 0 ? [30, 10, 20].forEach((at) => timers.registerProcessingTimeTimer(at)) : undefined,
      )
      env
        .fromElements(0, 1, 2, 3)
        .keyBy(() => 0)
        .process(fn)
        .print()
    }
    // A record takes 12 ms: timers come between records, each once it's due.
    printed(build, { cluster: { recordUs: 12_000, latencyUs: 0, turnUs: 0 } })
    expect(seen.filter((name) => name.startsWith('n'))).toEqual(['n0', 'n1', 'n2', 'n3'])
    expect(seen.filter((name) => name.startsWith('t'))).toEqual(['t10', 't20', 't30'])
    expect(seen.indexOf('t10')).toBeLessThan(seen.indexOf('n2'))
  })
})

describe('end of input', () => {
  const both = (timers: Timers, n: number): void => {
    timers.registerEventTimeTimer(1000 + n)
    timers.registerProcessingTimeTimer(1_000_000 + n)
  }
  test('event-time timers fire with the watermark MAX, processing-time ones give nothing', () => {
    const { rows, execution } = runJob(ticking(2, () => new Registering(both)))
    expect(rows.map(({ value, timestamp }) => [String(value).split('@')[0], timestamp])).toEqual([
      ['e1000', 1000],
      ['e1001', 1001],
    ])
    expect(execution.deployment.backends.map(({ processingTimers }) => processingTimers.count)).toEqual([2])
  })
  test('what they register fires in the same pass', () => {
    const again = (timers: Timers, timestamp: number): void => {
      if (timestamp < 1003) timers.registerEventTimeTimer(timestamp + 1)
    }
    const rows = printed(ticking(1, () => new Registering((timers) => timers.registerEventTimeTimer(1000), again)))
    expect(rows.map((row) => String(row).split('@')[0])).toEqual(['e1000', 'e1001', 'e1002', 'e1003'])
  })
})

/** The tutorial's fraud detector: alerts when a small purchase is followed at once by a large one. */
class FraudDetector extends KeyedProcessFunction<number, Transaction, { id: number; amount: number }> {
  #flag!: ValueState<boolean>

  override open(): void {
    this.#flag = this.getRuntimeContext().getState(new ValueStateDescriptor<boolean>('flag'))
  }

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<{ id: number; amount: number }>,
  ): void {
    if (this.#flag.value() !== null) {
      if (transaction.amount > 500) out.collect({ id: context.getCurrentKey(), amount: transaction.amount })
      this.#flag.clear()
    }
    if (transaction.amount < 1) this.#flag.update(true)
  }
}

describe('the fraud detector', () => {
  const job =
    (isBounded: boolean): Build =>
    (env) => {
      const source = new TransactionSource(isBounded)
      env
        .fromSource(source, WatermarkStrategy.noWatermarks(), 'transactions')
        .keyBy(({ accountId }) => accountId)
        .process(new FraudDetector())
        .print('alerts')
    }

  test.each([1, 2, 3, 4])(
    'parallelism %i: account 3 once in a cycle, at the transaction with index 27',
    (parallelism) => {
      const { rows } = runJob(job(true), { parallelism })
      expect(rows.map(({ sink, value, atMs }) => [sink, value, atMs])).toEqual([
        ['alerts', { id: 3, amount: 871.15 }, 2700],
      ])
    },
  )

  test.each([1, 2, 3, 4])('parallelism %i: endless, until 20 s', (parallelism) => {
    const { rows, execution } = runJob(job(false), { parallelism }, { untilUs: 20_000_000 })
    expect(rows.map(({ value, atMs }) => [(value as { id: number }).id, atMs])).toEqual(
      [2700, 7700, 12700, 17700].map((at) => [3, at]),
    )
    expect(execution.state).toBe('RUNNING')
  })
})
