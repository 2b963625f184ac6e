// The learner's functions over windows as the operators see them, and how each is called. The classes a learner extends
// are in api/window-functions.ts; both sides meet in these types.

import { LearnerError } from '../../base/diagnostic.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { InternalTimerService } from '../../state/timer-service.ts'
import type { TimestampedCollector } from '../collector.ts'
import type { Collector, KeyedStateStore, OutputTagLike, RichFunctionLike } from '../functions.ts'
import type { OperatorContext, StreamOperator } from '../operator.ts'
import { asCall, closeFunction, openFunction, OperatorRuntimeContext, refusePromise } from '../rich-function.ts'
import type { WindowSpec } from './window-spec.ts'
import { WindowStateStore } from './window-state.ts'
import type { AnyWindow, Window } from './windows.ts'

/** What a process window function may ask. */
export interface ProcessWindowContext<W extends Window> {
  window(): W
  /** Milliseconds of processing time. */
  currentProcessingTime(): number
  /** The operator's current watermark in ms; MIN_WATERMARK before the first. */
  currentWatermark(): number
  /** State of the key in this window. Clear it in `clear`. Not with windows that merge. */
  windowState(): KeyedStateStore
  /** State of the key, for all its windows. */
  globalState(): KeyedStateStore
  /** Emits to a side output, with the window's highest timestamp. */
  output<X>(tag: OutputTagLike<X>, value: X): void
}

export interface WindowFunctionLike<K, W extends Window, T, R> extends RichFunctionLike {
  apply(key: K, window: W, values: Iterable<T>, out: Collector<R>): void
}

export interface AllWindowFunctionLike<W extends Window, T, R> extends RichFunctionLike {
  apply(window: W, values: Iterable<T>, out: Collector<R>): void
}

export interface ProcessWindowFunctionLike<K, W extends Window, T, R> extends RichFunctionLike {
  process(key: K, context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void
  clear?(context: ProcessWindowContext<W>): void
}

export interface ProcessAllWindowFunctionLike<W extends Window, T, R> extends RichFunctionLike {
  process(context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void
  clear?(context: ProcessWindowContext<W>): void
}

/** What calls need of the operator they're made for. */
export interface WindowCallParts {
  readonly operator: StreamOperator
  readonly context: OperatorContext
  readonly backend: KeyedStateBackend
  readonly timers: InternalTimerService
  readonly collector: TimestampedCollector
}

/** Hands the contents of a window to the learner's function, or straight to the output. */
export class WindowCall {
  readonly parts: WindowCallParts
  readonly spec: Pick<WindowSpec, 'call'>
  readonly processContext: OperatorWindowContext
  readonly fn: unknown
  readonly isAll: boolean
  /** Whether the function wants to know of a window that is gone. */
  readonly clears: boolean
  /** What the function gets beside the elements: the window, or what it may ask. */
  place: unknown = null
  private readonly call: ((...args: unknown[]) => unknown) | null

  constructor(spec: WindowSpec, parts: WindowCallParts) {
    this.parts = parts
    this.spec = spec
    this.processContext = new OperatorWindowContext(parts, spec.assigner.kind === 'session')
    const fn = spec.call === 'passThrough' ? null : parts.context.userFunction('window')
    openFunction(fn, parts.context)
    this.call = fn === null ? null : asCall<(...args: unknown[]) => unknown>(fn, spec.call)
    this.fn = fn
    this.isAll = spec.isAll
    this.clears = spec.call === 'process' && (fn as { clear?: unknown }).clear !== undefined
  }

  /** `elements`: the records, or the one result of an aggregation. */
  emit(window: AnyWindow, elements: readonly unknown[]): void {
    this.enter(window)
    const { backend } = this.parts
    backend.setCurrentSlot(backend.rootSlot())
    this.emitOf(elements)
  }

  /** From now on it's about this window. */
  enter(window: AnyWindow): void {
    this.parts.collector.timestamp = window.maxTimestamp()
    this.processContext.store.window = window
    this.place = this.spec.call === 'apply' ? window : this.processContext
  }

  /** What the current key holds in the window that was entered. */
  emitOf(elements: readonly unknown[]): void {
    const { call, isAll, place } = this
    const { collector, backend } = this.parts
    if (call === null) {
      for (const element of elements) collector.collect(element)
      return
    }
    const result = isAll ? call(place, elements, collector) : call(backend.currentKey(), place, elements, collector)
    if (result !== undefined) refusePromise(result, this.spec.call, this.parts.context.name)
  }

  /** The window is gone: the learner's function may clear what it kept. */
  clear(window: AnyWindow): void {
    if (!this.clears) return
    const fn = this.fn as { clear(context: OperatorWindowContext): void }
    const { backend } = this.parts
    backend.setCurrentSlot(backend.rootSlot())
    this.processContext.store.window = window
    refusePromise(fn.clear(this.processContext), 'clear', this.parts.context.name)
  }

  close(): void {
    closeFunction(this.fn)
  }
}

/** The ProcessWindowFunction.Context of an operator. */
export class OperatorWindowContext implements ProcessWindowContext<AnyWindow> {
  readonly store: WindowStateStore
  private readonly parts: WindowCallParts
  private readonly isMerging: boolean
  private readonly global: OperatorRuntimeContext

  constructor(parts: WindowCallParts, isMerging: boolean) {
    this.parts = parts
    this.isMerging = isMerging
    this.store = new WindowStateStore(parts.backend, parts.context)
    this.global = new OperatorRuntimeContext(parts.context)
  }

  window(): AnyWindow {
    return this.store.window
  }

  currentProcessingTime(): number {
    return this.parts.context.nowMs()
  }

  currentWatermark(): number {
    return this.parts.timers.currentWatermark
  }

  windowState(): KeyedStateStore {
    if (this.isMerging) throw new LearnerError('WINDOW_STATE_MERGING', { operator: this.parts.context.name })
    return this.store
  }

  globalState(): KeyedStateStore {
    return this.global
  }

  output<X>(tag: OutputTagLike<X>, value: X): void {
    if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: String(tag) })
    const { context, operator } = this.parts
    context.probe?.called('output', tag.id, () => toPrintText(value))
    operator.sideOutputs.get(tag.id)?.processElement(value, this.store.window.maxTimestamp())
  }
}
