// watermark-multiplexer: splits inside one source, step by step, with the callbacks of each split among the outputs.

import type { WatermarkOutput } from '../../runtime/operators/functions.ts'
import { WatermarkOutputMultiplexer } from '../../runtime/operators/watermark-multiplexer.ts'
import { compareOutputs, failed, notYetRun, PASSED, timestampFrom, type Vector, type Verdict } from './format.ts'

export function runMultiplexer(vector: Vector): Verdict {
  const out: unknown[][] = []
  const output: WatermarkOutput = {
    emitWatermark: (timestamp) => void out.push(['watermark', timestamp]),
    markIdle: () => void out.push(['idle']),
    markActive: () => void out.push(['active']),
  }
  const multiplexer = new WatermarkOutputMultiplexer(output, {
    splitWatermark: (split, timestamp) => void out.push(['splitWatermark', split, timestamp]),
    splitIdle: (split, isIdle) => void out.push(['splitIdle', split, isIdle]),
  })
  for (const [i, step] of (vector.steps ?? []).entries()) {
    out.length = 0
    const [kind, split, timestamp] = step.in as [string, string, unknown]
    if (kind === 'register') multiplexer.register(split)
    else if (kind === 'unregister') multiplexer.unregister(split)
    else if (kind === 'periodic') multiplexer.onPeriodicEmit()
    else if (kind === 'immediate') multiplexer.immediate(split).emitWatermark(timestampFrom(timestamp))
    else if (kind === 'deferred') multiplexer.deferred(split).emitWatermark(timestampFrom(timestamp))
    else if (kind === 'immediateIdle') multiplexer.immediate(split).markIdle()
    else if (kind === 'deferredIdle') multiplexer.deferred(split).markIdle()
    else return notYetRun(`input ${kind}`)
    const difference = compareOutputs(step.out, out)
    if (difference !== null) return failed(`step ${i + 1}: ${difference}`)
  }
  return PASSED
}
