// Several streams of watermarks, one per split of a source, combined into one: the lowest of those that aren't idle.
// Flink's WatermarkOutputMultiplexer, held to golden/datastream/watermark-multiplexer.json.
//
// What comes through an immediate output counts at once; what comes through a deferred one, at the next periodic emit.

import { assert, present } from '../base/assert.ts'
import { MIN_TIMESTAMP } from '../base/time.ts'
import type { WatermarkOutput } from './functions.ts'
import { refuseWatermark } from './watermark-generators.ts'

/** Told what becomes of a split, before anything is combined. */
export interface SplitWatermarkListener {
  splitWatermark(split: string, timestampMs: number): void
  splitIdle(split: string, isIdle: boolean): void
}

interface PartialWatermark {
  watermark: number
  isIdle: boolean
}

export class WatermarkOutputMultiplexer {
  readonly output: WatermarkOutput
  readonly listener: SplitWatermarkListener
  readonly partials = new Map<string, PartialWatermark>()
  combined = MIN_TIMESTAMP
  /** Whether all were idle when they were combined last. */
  isIdle = false

  constructor(output: WatermarkOutput, listener: SplitWatermarkListener) {
    this.output = output
    this.listener = listener
  }

  register(split: string): void {
    assert(!this.partials.has(split), () => `split ${split} is registered already`)
    this.partials.set(split, { watermark: MIN_TIMESTAMP, isIdle: false })
  }

  /** The split no longer holds the others back, from the next time they're combined. */
  unregister(split: string): void {
    this.partials.delete(split)
  }

  immediate(split: string): WatermarkOutput {
    const partial = this.partialOf(split)
    return {
      emitWatermark: (timestampMs) => {
        if (this.set(split, partial, timestampMs) && timestampMs > this.combined) this.combine()
      },
      markIdle: () => {
        this.setIdle(split, partial, true)
        this.combine()
      },
      markActive: () => {
        this.setIdle(split, partial, false)
        this.combine()
      },
    }
  }

  deferred(split: string): WatermarkOutput {
    const partial = this.partialOf(split)
    return {
      emitWatermark: (timestampMs) => void this.set(split, partial, timestampMs),
      markIdle: () => this.setIdle(split, partial, true),
      markActive: () => this.setIdle(split, partial, false),
    }
  }

  onPeriodicEmit(): void {
    this.combine()
  }

  private partialOf(split: string): PartialWatermark {
    return present(this.partials.get(split), `split ${split}`)
  }

  /** A watermark, even a low one, says that the split is at work. Whether it's higher than the last. */
  private set(split: string, partial: PartialWatermark, timestampMs: number): boolean {
    this.setIdle(split, partial, false)
    if (!(timestampMs > partial.watermark)) {
      refuseWatermark(timestampMs)
      return false
    }
    this.listener.splitWatermark(split, timestampMs)
    partial.watermark = timestampMs
    return true
  }

  private setIdle(split: string, partial: PartialWatermark, isIdle: boolean): void {
    partial.isIdle = isIdle
    this.listener.splitIdle(split, isIdle)
  }

  /** The lowest of the active ones; once all are idle, the highest of all, so that none holds back what others said. */
  private combine(): void {
    const partials = Array.from(this.partials.values())
    if (partials.length > 0) {
      const active = partials.filter(({ isIdle }) => !isIdle)
      this.isIdle = active.length === 0
      const watermark = this.isIdle
        ? Math.max(...partials.map(({ watermark }) => watermark))
        : Math.min(...active.map(({ watermark }) => watermark))
      if (watermark > this.combined) {
        this.combined = watermark
        this.output.emitWatermark(watermark)
      }
    }
    if (this.isIdle) this.output.markIdle()
  }
}
