// Event time at the sources of whole jobs: watermarks per split, idleness, and sources of a group that wait for one
// another. Each job says what it must give; and each is the same when it's run again, and in slices.

import { describe, expect, test } from 'vitest'
import type { ScriptRecord } from '../../runtime/connectors/source.ts'
import {
  DataGeneratorSource,
  Duration,
  ProcessFunction,
  RateLimiterStrategy,
  WatermarkStrategy,
  type Collector,
  type UnkeyedContext,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, runJob, type Build, type JobOptions } from '../harness/run-job.ts'

const STRATEGY = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((t) => t)

/** Shows each record with the watermark that it meets. */
class Meets extends ProcessFunction<number, string> {
  override processElement(value: number, context: UnkeyedContext, out: Collector<string>): void {
    out.collect(`${value}@${context.timerService().currentWatermark()}`)
  }
}

function met(strategy: WatermarkStrategy<number>, records: readonly ScriptRecord[], options: JobOptions = {}): string {
  const build: Build = (env) => {
    env.getConfig().setAutoWatermarkInterval(10)
    const source = new DataGeneratorSource((i) => i, 0)
    env.fromSource(source, strategy, 's').disableChaining().process(new Meets()).print()
  }
  return runJob(build, { ...options, inputs: { s: records } })
    .rows.map(({ value }) => value as string)
    .join(' ')
}

function at(atMs: number, value: number, split?: string): ScriptRecord {
  return split === undefined ? { value, atMs } : { value, atMs, split }
}

describe('watermarks per split', () => {
  const records = [at(0, 100, 'a'), at(0, 1, 'b'), at(25, 200, 'a'), at(45, 2, 'b'), at(65, 201, 'a'), at(85, 3, 'b')]
  test('the lowest of the splits counts, so that none is late to the others', () => {
    expect(met(STRATEGY, records)).toBe('100@-Infinity 1@-Infinity 200@0 2@0 201@1 3@1')
  })
  test('without splits the fast ones make the slow ones late', () => {
    const mixed = records.map(({ value, atMs = 0 }) => at(atMs, value as number))
    expect(met(STRATEGY, mixed)).toBe('100@-Infinity 1@-Infinity 200@99 2@199 201@199 3@200')
  })
  test('on another subtask each, the consumer waits for both', () => {
    const build: Build = (env) => {
      env.getConfig().setAutoWatermarkInterval(10)
      const source = env.fromSource(new DataGeneratorSource((i) => i, 0), STRATEGY, 's').setParallelism(2)
      source.process(new Meets()).setParallelism(1).print().setParallelism(1)
    }
    const rows = runJob(build, { inputs: { s: records }, parallelism: 2 }).rows.map(({ value }) => value as string)
    expect(rows.slice(2).join(' ')).toBe('200@0 2@0 201@1 3@1')
  })
  test('a split that has ended holds nothing back', () => {
    const ended = [at(0, 1, 'b'), at(0, 100, 'a'), at(25, 200, 'a'), at(45, 300, 'a')]
    expect(met(STRATEGY, ended)).toBe('1@-Infinity 100@-Infinity 200@99 300@199')
  })
  test('an idle split holds nothing back, and comes back late', () => {
    const idle = [
      at(0, 1, 'b'),
      at(0, 100, 'a'),
      ...[30, 50, 70, 90, 110].map((t) => at(t, 100 + t, 'a')),
      at(125, 2, 'b'),
      at(200, 400, 'a'),
    ]
    const rows = met(STRATEGY.withIdleness(Duration.ofMillis(35)), idle)
    expect(rows).toBe('1@-Infinity 100@-Infinity 130@0 150@0 170@149 190@169 210@189 2@209 400@209')
  })
  test('per record each split’s watermark counts at once', () => {
    expect(met(STRATEGY.withPerRecordWatermarks(), records)).toBe('100@-Infinity 1@-Infinity 200@0 2@0 201@1 3@1')
  })
})

describe('alignment', () => {
  const source = (step: number, count: number): DataGeneratorSource<number> =>
    new DataGeneratorSource((i) => i * step, count, RateLimiterStrategy.perSecond(100))
  const job =
    (align: (strategy: WatermarkStrategy<number>) => WatermarkStrategy<number>): Build =>
    (env) => {
      env.getConfig().setAutoWatermarkInterval(20)
      env.fromSource(source(100, 60), align(STRATEGY), 'fast').print('fast')
      env.fromSource(source(10, 200), align(STRATEGY), 'slow').print('slow')
    }
  const aligned = job((strategy) => strategy.withWatermarkAlignment('g', Duration.ofMillis(300), Duration.ofMillis(50)))
  const free = job((strategy) => strategy)
  const perRecord = job((strategy) =>
    strategy.withPerRecordWatermarks().withWatermarkAlignment('g', Duration.ofMillis(300), Duration.ofMillis(50)),
  )
  /** How far the fast source was ahead of the slow one's newest record, at most; from the second update on, and until the slow one's last. */
  const lead = (build: Build): number => {
    let slow = 0
    let most = 0
    for (const { sink, value, atMs } of runJob(build).rows) {
      if (sink === 'slow') slow = value as number
      else if (atMs > 100 && slow < 1990) most = Math.max(most, (value as number) - slow)
    }
    return most
  }

  test('the fast source stays near the slow one', () => {
    expect(lead(free)).toBeGreaterThan(5000)
    // The drift, the record that goes beyond it, and the slow one's records that aren't in its watermark yet.
    expect(lead(perRecord)).toBeLessThanOrEqual(300 + 100 + 20)
    // With periodic watermarks also what it reads between two probes, having been held back.
    expect(lead(aligned)).toBeLessThan(1500)
  })
  test('nothing is lost: both are read to their end', () => {
    const { rows } = runJob(aligned)
    expect(rows.filter(({ sink }) => sink === 'fast').map(({ value }) => value)).toEqual(
      Array.from({ length: 60 }, (_, i) => i * 100),
    )
    expect(rows.filter(({ sink }) => sink === 'slow').length).toBe(200)
  })
  test('another group doesn’t count', () => {
    const apart: Build = (env) => {
      env.getConfig().setAutoWatermarkInterval(20)
      const in_ = (group: string): WatermarkStrategy<number> =>
        STRATEGY.withWatermarkAlignment(group, Duration.ofMillis(300), Duration.ofMillis(50))
      env.fromSource(source(100, 60), in_('a'), 'fast').print('fast')
      env.fromSource(source(10, 200), in_('b'), 'slow').print('slow')
    }
    expect(lead(apart)).toBeGreaterThan(5000)
  })
  test('a source that is idle or has ended holds nobody back', () => {
    const build: Build = (env) => {
      env.getConfig().setAutoWatermarkInterval(20)
      const strategy = STRATEGY.withWatermarkAlignment('g', Duration.ofMillis(300), Duration.ofMillis(50))
      env.fromSource(source(100, 60), strategy, 'fast').print('fast')
      env.fromSource(source(10, 9), strategy, 'slow').print('slow')
      env.fromSource(source(10, 0), strategy.withIdleness(Duration.ofMillis(100)), 'idle').print('idle')
    }
    const inputs = { idle: [at(10, 5), at(9000, 6)] }
    const { rows } = runJob(build, { inputs })
    expect(rows.filter(({ sink }) => sink === 'fast').at(-1)?.atMs).toBeLessThan(1500)
  })
  test('a split that is too far ahead waits, the others of its source go on', () => {
    const ahead = Array.from({ length: 20 }, (_, i) => at(i * 10, i * 1000, 'ahead'))
    const behind = Array.from({ length: 100 }, (_, i) => at(i * 10, i * 10, 'behind'))
    const strategy = STRATEGY.withWatermarkAlignment('g', Duration.ofMillis(300), Duration.ofMillis(50))
    const order = met(
      strategy,
      [...ahead, ...behind].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)),
    )
      .split(' ')
      .map((text) => Number(text.split('@')[0]))
    expect(order.length).toBe(120)
    const whenAhead = order.indexOf(19_000)
    expect(order.slice(0, whenAhead).filter((n) => n < 1000).length).toBeGreaterThan(95)
  })
  test('waiting isn’t idleness', () => {
    // The fast source waits for seconds; its idle timeout of 100 ms must not run meanwhile.
    const strategy = STRATEGY.withWatermarkAlignment('g', Duration.ofMillis(300), Duration.ofMillis(50))
    const build: Build = (env) => {
      env.getConfig().setAutoWatermarkInterval(20)
      env.fromSource(source(100, 60), strategy.withIdleness(Duration.ofMillis(100)), 'fast').print('fast')
      env.fromSource(source(10, 200), strategy, 'slow').print('slow')
    }
    const { execution, simulation } = deployJob(build)
    let wasWaiting = false
    while (execution.state === 'RUNNING') {
      simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
      const fast = execution.tasks[0]?.source
      if (fast?.isWaiting === true) wasWaiting = true
      if (fast?.isWaiting === true) expect(fast.logic.isIdle).toBe(false)
    }
    expect(wasWaiting).toBe(true)
  })
  test.each<[string, Build]>([
    ['aligned', aligned],
    ['per record', perRecord],
    ['free', free],
  ])('%s: the same again, and in slices', (_name, build) => {
    const whole = runJob(build)
    expect(runJob(build).hash).toBe(whole.hash)
    const sliced = deployJob(build)
    for (let result = 'paused'; result === 'paused';) {
      result = sliced.simulation.run({ ...NO_LIMIT, untilEvent: sliced.simulation.event + 7 })
    }
    sliced.execution.digestState()
    expect(sliced.simulation.fingerprint.hex()).toBe(whole.hash)
  })
})

describe('idleness', () => {
  const fastAndSilent = (idleness: number | null): string => {
    const strategy = idleness === null ? STRATEGY : STRATEGY.withIdleness(Duration.ofMillis(idleness))
    const build: Build = (env) => {
      env.getConfig().setAutoWatermarkInterval(10)
      const fast = env.fromSource(new DataGeneratorSource((i) => i, 0), strategy, 'fast').disableChaining()
      const silent = env.fromSource(new DataGeneratorSource((i) => i, 0), strategy, 'silent').disableChaining()
      fast.union(silent).process(new Meets()).print()
    }
    const fast = Array.from({ length: 8 }, (_, i) => at(i * 20 + 5, i * 20 + 5))
    return runJob(build, { inputs: { fast, silent: [at(5, 1), at(500, 2)] } })
      .rows.map(({ value }) => value as string)
      .join(' ')
  }
  test('a silent source holds the watermark back', () => {
    expect(fastAndSilent(null)).toBe('5@-Infinity 1@-Infinity 25@0 45@0 65@0 85@0 105@0 125@0 145@0 2@0')
  })
  test('an idle one doesn’t: idle at the first probe more than the timeout after the first without a record', () => {
    // Probes at 10, 20, …: the one at 10 sees the record, that at 20 starts the countdown, that at 60 is more than 35 later.
    expect(fastAndSilent(35)).toBe('5@-Infinity 1@-Infinity 25@0 45@0 65@44 85@64 105@84 125@104 145@124 2@Infinity')
  })
})

test('back-pressure isn’t idleness', () => {
  const build: Build = (env) => {
    env.getConfig().setAutoWatermarkInterval(10)
    const source = new DataGeneratorSource((i) => i, 300)
    env
      .fromSource(source, STRATEGY.withIdleness(Duration.ofMillis(25)), 's')
      .disableChaining()
      .print()
  }
  // 20 ms a record at the sink, nearly no room before it: the source waits for seconds in all.
  const { execution, simulation } = deployJob(build, {
    cluster: { recordUs: 20_000, sourceRecords: 1, bufferRecords: 8, credits: 1, latencyUs: 90_000 },
  })
  while (execution.state === 'RUNNING') {
    simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
    expect(execution.tasks[0]?.source?.logic.isIdle).toBe(false)
  }
  expect(execution.tasks[0]?.activity.pausedMs).toBeGreaterThan(1000)
})
