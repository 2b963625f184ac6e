// Runs a KeyedBroadcastProcessFunction: a keyed stream with state and timers, and one whose records every subtask gets and
// keeps in broadcast state. Flink's CoBroadcastWithKeyedOperator.
//
// Differs from Flink: keyed state is refused on the broadcast side always. There the key of the last keyed record leaks
// through, so it works or fails by chance.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/

import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateDescriptor,
  ValueStateDescriptor,
} from '../../state/descriptors.ts'
import { NO_SLOT } from '../../state/keyed-backend.ts'
import type {
  BroadcastOnTimerContext,
  KeyedBroadcastContext,
  KeyedBroadcastProcessFunctionLike,
  StateOf,
} from '../broadcast-functions.ts'
import type { KeyedStateStore, TimeDomain, TimerService } from '../functions.ts'
import type { OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, OperatorRuntimeContext, refusePromise } from '../rich-function.ts'
import { TwoInputOperator } from '../two-input.ts'
import { BroadcastSideContext, ElementSideContext, type ContextParts } from './broadcast-contexts.ts'
import { FunctionTimers } from './function-timers.ts'

type KeyedFunction = KeyedBroadcastProcessFunctionLike<unknown, unknown, unknown, unknown>

export class KeyedBroadcastProcessOperator extends TwoInputOperator {
  readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[]
  name = ''
  timers!: FunctionTimers
  elementContext!: KeyedElementContext
  broadcastContext!: KeyedBroadcastSideContext
  fn!: KeyedFunction

  constructor(descriptors: readonly MapStateDescriptor<unknown, unknown>[]) {
    super()
    this.descriptors = descriptors
  }

  override open(context: OperatorContext): void {
    const { descriptors } = this
    this.name = context.name
    this.timers = new FunctionTimers(this, context, (timestamp, domain) => this.fire(timestamp, domain))
    const parts = { operator: this, context, collector: this.timers.collector, descriptors }
    this.elementContext = new KeyedElementContext(parts, this.timers)
    this.broadcastContext = new KeyedBroadcastSideContext(parts, this.timers)
    this.fn = context.userFunction('broadcastProcess') as KeyedFunction
    openFunction(this.fn, context)
    this.timers.updateAlarm()
  }

  override processElement1(value: unknown, timestamp: number): void {
    const { collector } = this.timers
    collector.timestamp = timestamp
    this.elementContext.timer = NaN
    const result: unknown = this.fn.processElement(value, this.elementContext, collector)
    if (result !== undefined) refusePromise(result, 'processElement', this.name)
  }

  override processElement2(value: unknown, timestamp: number): void {
    const { collector } = this.timers
    collector.timestamp = timestamp
    const result: unknown = this.fn.processBroadcastElement(value, this.broadcastContext, collector)
    if (result !== undefined) refusePromise(result, 'processBroadcastElement', this.name)
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.timers.processWatermark(timestamp)
  }

  override onAlarm(nowMs: number): void {
    this.timers.onAlarm(nowMs)
  }

  override close(): void {
    closeFunction(this.fn)
  }

  private fire(timestamp: number, domain: TimeDomain): void {
    if (this.fn.onTimer === undefined) return
    this.elementContext.timer = timestamp
    this.elementContext.domain = domain
    const result: unknown = this.fn.onTimer(timestamp, this.elementContext, this.timers.collector)
    if (result !== undefined) refusePromise(result, 'onTimer', this.name)
  }
}

/** Of a record of the keyed stream, and of a timer. */
class KeyedElementContext extends ElementSideContext implements BroadcastOnTimerContext<unknown> {
  readonly timers: FunctionTimers
  domain: TimeDomain = 'EVENT_TIME'
  /** The time of the timer that fires; NaN for a record. */
  timer = NaN

  constructor(parts: ContextParts, timers: FunctionTimers) {
    super(parts)
    this.timers = timers
  }

  override timestamp(): number {
    // A record may have none; BroadcastOnTimerContext, whose type this is too, is only for timers.
    return Number.isNaN(this.timer) ? (super.timestamp() as number) : this.timer
  }

  getCurrentKey(): unknown {
    return this.timers.backend.currentKey()
  }

  timerService(): TimerService {
    return this.timers.service
  }

  timeDomain(): TimeDomain {
    return this.domain
  }
}

class KeyedBroadcastSideContext extends BroadcastSideContext implements KeyedBroadcastContext<unknown> {
  readonly timers: FunctionTimers

  constructor(parts: ContextParts, timers: FunctionTimers) {
    super(parts)
    this.timers = timers
  }

  applyToKeyedState<D extends StateDescriptor>(descriptor: D, fn: (key: unknown, state: StateOf<D>) => void): void {
    const { backend, context } = this.timers
    const state = stateOf(new OperatorRuntimeContext(context), descriptor) as StateOf<D>
    const column = backend.column(descriptor.name)
    // All of them first: the function may add keys' state or take it away.
    const slots = Array.from(backend.liveSlots()).filter((slot) => column.get(slot) !== undefined)
    try {
      for (const slot of slots) {
        backend.setCurrentSlot(slot)
        fn(backend.currentKey(), state)
      }
    } finally {
      backend.setCurrentSlot(NO_SLOT)
    }
  }
}

function stateOf(store: KeyedStateStore, descriptor: StateDescriptor): unknown {
  switch (descriptor.kind) {
    case 'value':
      return store.getState(descriptor as ValueStateDescriptor<unknown>)
    case 'list':
      return store.getListState(descriptor as ListStateDescriptor<unknown>)
    case 'map':
      return store.getMapState(descriptor as MapStateDescriptor<unknown, unknown>)
    case 'reducing':
      return store.getReducingState(descriptor as ReducingStateDescriptor<unknown>)
    case 'aggregating':
      return store.getAggregatingState(descriptor as AggregatingStateDescriptor<unknown, unknown, unknown>)
  }
}
