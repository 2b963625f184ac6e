// What the functions of a stream connected with a broadcast one may ask, one object per side and operator: nothing is
// allocated per record.

import { LearnerError } from '../../base/diagnostic.ts'
import { hasTimestamp, MIN_TIMESTAMP } from '../../base/time.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { MapStateDescriptor } from '../../state/descriptors.ts'
import type { BroadcastState } from '../../state/map-state.ts'
import type { BroadcastContext, ReadOnlyContext } from '../broadcast-functions.ts'
import type { TimestampedCollector } from '../collector.ts'
import type { OutputTagLike } from '../functions.ts'
import type { OperatorContext, StreamOperator } from '../operator.ts'
import { BroadcastStates } from './broadcast-states.ts'

/** What a context is made of. */
export interface ContextParts {
  readonly operator: StreamOperator
  readonly context: OperatorContext
  readonly collector: TimestampedCollector
  readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[]
}

/** What both sides may ask. */
abstract class SideContext {
  readonly parts: ContextParts
  readonly states: BroadcastStates

  constructor(parts: ContextParts, canWrite: boolean) {
    this.parts = parts
    this.states = statesOf(parts, canWrite)
  }

  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    return this.states.get(descriptor)
  }

  currentProcessingTime(): number {
    return this.parts.context.nowMs()
  }

  currentWatermark(): number {
    return this.parts.operator.currentWatermark
  }

  /** Of the record, or of the timer that fires. */
  abstract timestamp(): number | null

  output<X>(tag: OutputTagLike<X>, value: X): void {
    sideOutput(this.parts, tag, value, this.timestamp())
  }
}

/** Of the side that isn't broadcast. */
export class ElementSideContext extends SideContext implements ReadOnlyContext {
  constructor(parts: ContextParts) {
    super(parts, false)
  }

  timestamp(): number | null {
    const { timestamp } = this.parts.collector
    return hasTimestamp(timestamp) ? timestamp : null
  }
}

/** Of the broadcast side. */
export class BroadcastSideContext extends SideContext implements BroadcastContext {
  constructor(parts: ContextParts) {
    super(parts, true)
  }

  timestamp(): number {
    const { timestamp } = this.parts.collector
    return hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP
  }

  /** Not part of the type; whoever asks all the same hears why there are none. */
  timerService(): never {
    throw new LearnerError('BROADCAST_NO_TIMERS', { operator: this.parts.context.name })
  }
}

function statesOf({ context, descriptors }: ContextParts, canWrite: boolean): BroadcastStates {
  const { operatorState: backend, name: operator, probe } = context
  return new BroadcastStates({ descriptors, backend, canWrite, operator, probe })
}

/** `own` is the timestamp of the record or timer at hand. */
function sideOutput<X>({ operator, context }: ContextParts, tag: OutputTagLike<X>, value: X, own: number | null): void {
  if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: String(tag) })
  context.probe?.called('output', tag.id, () => toPrintText(value))
  // As from every process function: a side record of a record without timestamp is stamped with Long.MIN.
  const timestamp = own ?? MIN_TIMESTAMP
  operator.sideOutputs.get(tag.id)?.processElement(value, timestamp)
}
