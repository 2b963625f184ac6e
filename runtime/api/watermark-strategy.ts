// How a stream gets its event time: timestamps from the records, watermarks from a generator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/

import { LearnerError } from '../base/diagnostic.ts'
import type { WatermarkGeneratorLike } from '../operators/functions.ts'
import type { WatermarkStrategySpec } from '../operators/watermark-generators.ts'
import { Duration, durationMs, type Time } from './duration.ts'
import type { TimestampAssigner } from './functions.ts'
import { requireFunction, requireName } from './require.ts'

/** Makes watermarks out of the events it sees; its state is its fields. */
export type WatermarkGenerator<T> = WatermarkGeneratorLike<T>

/**
 * A rule for timestamps and watermarks. Immutable: each method returns a new strategy.
 *
 * ```ts
 * WatermarkStrategy.forBoundedOutOfOrderness<Ride>(Duration.ofSeconds(5))
 *   .withTimestampAssigner((ride) => ride.eventTime)
 *   .withIdleness(Duration.ofMinutes(1))
 * ```
 */
export class WatermarkStrategy<T> {
  /** As the plan holds it. */
  readonly spec: WatermarkStrategySpec
  readonly generator: (() => WatermarkGenerator<T>) | null
  readonly assigner: TimestampAssigner<T> | ((element: T, recordTimestamp: number) => number) | null

  private constructor(
    spec: WatermarkStrategySpec,
    generator: WatermarkStrategy<T>['generator'],
    assigner: WatermarkStrategy<T>['assigner'],
  ) {
    this.spec = spec
    this.generator = generator
    this.assigner = assigner
  }

  /** Records come at most so much later than the newest one: the watermark is the highest timestamp, less the bound, less 1 ms. */
  static forBoundedOutOfOrderness<T>(bound: Duration | Time): WatermarkStrategy<T> {
    const outOfOrdernessMs = durationMs(bound, 'forBoundedOutOfOrderness')
    return new WatermarkStrategy<T>({ ...PLAIN, generator: 'bounded', outOfOrdernessMs }, null, null)
  }

  /** Timestamps never go back: the watermark is the highest timestamp, less 1 ms. */
  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ ...PLAIN, generator: 'monotonous' }, null, null)
  }

  /** No watermarks but the one at the end of input: for processing time only. */
  static noWatermarks<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ ...PLAIN, generator: 'none' }, null, null)
  }

  /** Your own generator, made anew for every subtask. Emitting in `onEvent` makes punctuated watermarks. */
  static forGenerator<T>(supplier: () => WatermarkGenerator<T>): WatermarkStrategy<T> {
    requireFunction(supplier, null, 'forGenerator')
    return new WatermarkStrategy<T>({ ...PLAIN, generator: 'custom' }, supplier, null)
  }

  /** Where a record's event time stands, in ms since 1970, a whole number. */
  withTimestampAssigner(
    assigner: TimestampAssigner<T> | ((element: T, recordTimestamp: number) => number),
  ): WatermarkStrategy<T> {
    requireFunction(assigner, 'extractTimestamp', 'withTimestampAssigner')
    return new WatermarkStrategy({ ...this.spec, assignsTimestamps: true }, this.generator, assigner)
  }

  /** Without records for longer than this, downstream no longer waits for this stream. Judged at the periodic probes only. */
  withIdleness(timeout: Duration | Time): WatermarkStrategy<T> {
    const idlenessMs = durationMs(timeout, 'withIdleness', 1)
    return new WatermarkStrategy({ ...this.spec, idlenessMs }, this.generator, this.assigner)
  }

  /**
   * For sources only: where this source's watermark is more than `maxDrift` ahead of the lowest in the group, the source
   * pauses until the others have caught up. Sources of one `group` (any name) compare themselves every `updateInterval`,
   * 1 s unless given. Differs from Flink: refused behind `assignTimestampsAndWatermarks`, where Flink ignores it.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/#watermark-alignment
   */
  withWatermarkAlignment(
    group: string,
    maxDrift: Duration | Time,
    updateInterval: Duration | Time = Duration.ofSeconds(1),
  ): WatermarkStrategy<T> {
    const alignment = {
      group: requireName(group, 'withWatermarkAlignment'),
      maxDriftMs: durationMs(maxDrift, 'maxDrift', 1),
      updateIntervalMs: durationMs(updateInterval, 'updateInterval', 1),
    }
    return new WatermarkStrategy({ ...this.spec, alignment }, this.generator, this.assigner)
  }

  /**
   * Probes the generator after every record instead of every auto-watermark interval: then watermarks don't depend on
   * the clock. Differs from Flink: there it takes a generator of one's own.
   */
  withPerRecordWatermarks(): WatermarkStrategy<T> {
    return new WatermarkStrategy({ ...this.spec, perRecord: true }, this.generator, this.assigner)
  }
}

const PLAIN = { assignsTimestamps: false, perRecord: false } as const

/** Throws LearnerError if what a call got for a strategy isn't one. */
export function requireStrategy(strategy: unknown, call: string): void {
  if (!(strategy instanceof WatermarkStrategy)) throw new LearnerError('STRATEGY_WANTED', { call })
}

/** The functions of a watermark strategy, by role. */
export function strategyFunctions<T>(strategy: WatermarkStrategy<T>): Record<string, unknown> {
  return {
    ...(strategy.assigner === null ? {} : { timestampAssigner: strategy.assigner }),
    ...(strategy.generator === null ? {} : { watermarkGenerator: strategy.generator }),
  }
}
