// Watermarks of a source whose splits each have a generator of their own: what a generator says on an event counts at
// once, what it says at a probe counts when all have been probed. Beside them the source as a whole has a generator too,
// which sees no events; the source is idle when it and all splits are. Flink's ProgressiveTimestampsAndWatermarks.

import { present } from '../base/assert.ts'
import { hasTimestamp, MIN_TIMESTAMP } from '../base/time.ts'
import { ActivityClock } from '../operators/activity-clock.ts'
import type { EventTimeLogic } from '../operators/event-time.ts'
import type { WatermarkGeneratorLike, WatermarkOutput } from '../operators/functions.ts'
import type { OperatorContext } from '../operators/operator.ts'
import { WatermarkOutputMultiplexer } from '../operators/watermark-multiplexer.ts'

/** A split being read. */
interface SplitOutput {
  readonly generator: WatermarkGeneratorLike<unknown>
  readonly onEvent: WatermarkOutput
  readonly periodic: WatermarkOutput
  /** Stands still while the split is paused. */
  readonly clock: ActivityClock
  watermark: number
}

export class SplitOutputs {
  readonly logic: EventTimeLogic
  readonly context: OperatorContext
  readonly idleness: SharedIdleness
  readonly multiplexer: WatermarkOutputMultiplexer
  readonly splits = new Map<string, SplitOutput>()

  constructor(logic: EventTimeLogic, context: OperatorContext) {
    this.logic = logic
    this.context = context
    this.idleness = new SharedIdleness(logic)
    this.multiplexer = new WatermarkOutputMultiplexer(this.idleness.ofSplits, {
      splitWatermark: (split, timestampMs) => (this.outputOf(split).watermark = timestampMs),
      splitIdle: () => undefined,
    })
  }

  /** From now on the split counts. Does nothing if it counts already. */
  open(split: string): void {
    if (this.splits.has(split)) return
    this.multiplexer.register(split)
    const clock = new ActivityClock()
    this.splits.set(split, {
      generator: this.logic.newGenerator(() => clock.activeMs(this.logic.activeMs())),
      onEvent: this.multiplexer.immediate(split),
      periodic: this.multiplexer.deferred(split),
      clock,
      watermark: MIN_TIMESTAMP,
    })
  }

  /** The split has ended: from the next probe on it no longer counts. */
  release(split: string): void {
    this.splits.delete(split)
    this.multiplexer.unregister(split)
  }

  /** After a record of the split was passed on. */
  recordPassed(split: string, value: unknown, timestamp: number): void {
    this.open(split)
    const { generator, onEvent } = this.outputOf(split)
    generator.onEvent(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP, onEvent)
    if (this.logic.spec.perRecord) generator.onPeriodicEmit(onEvent)
  }

  onPeriodicEmit(): void {
    for (const { generator, periodic } of this.splits.values()) generator.onPeriodicEmit(periodic)
    this.multiplexer.onPeriodicEmit()
    this.logic.generator.onPeriodicEmit(this.idleness.ofMain)
  }

  /** Pauses the splits that are ahead of this watermark, in the set, and takes the others out of it. */
  align(paused: Set<string>, maxWatermark: number): void {
    for (const [split, { watermark, clock }] of this.splits) {
      const isAhead = watermark > maxWatermark
      if (isAhead === paused.has(split)) continue
      if (isAhead) {
        paused.add(split)
        clock.pause(this.logic.activeMs())
      } else {
        paused.delete(split)
        clock.resume(this.logic.activeMs())
      }
    }
  }

  private outputOf(split: string): SplitOutput {
    return present(this.splits.get(split), `split ${split}`)
  }
}

/** Two outputs over one, which is idle once both are. Until they've said something, both count as idle. */
class SharedIdleness {
  isSplitsIdle = true
  isMainIdle = true
  readonly ofSplits: WatermarkOutput
  readonly ofMain: WatermarkOutput

  constructor(output: WatermarkOutput) {
    this.ofSplits = this.sharing(output, (isIdle) => (this.isSplitsIdle = isIdle))
    this.ofMain = this.sharing(output, (isIdle) => (this.isMainIdle = isIdle))
  }

  private sharing(output: WatermarkOutput, set: (isIdle: boolean) => void): WatermarkOutput {
    return {
      emitWatermark: (timestampMs) => {
        output.emitWatermark(timestampMs)
        set(false)
      },
      markIdle: () => {
        set(true)
        if (this.isSplitsIdle && this.isMainIdle) output.markIdle()
      },
      markActive: () => {
        set(false)
        output.markActive()
      },
    }
  }
}
