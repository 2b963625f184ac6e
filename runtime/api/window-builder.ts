// What keyed and unkeyed windows have in common while they're being described: settings with their checks, and the
// operator that comes of them. Flink's WindowOperatorBuilder.

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { AggregationKind } from '../operators/field-aggregation.ts'
import type { OperatorSpec } from '../graph/stream-graph.ts'
import { canMerge } from '../operators/window/built-in-triggers.ts'
import type { Evictor } from '../operators/window/evictors.ts'
import { Trigger } from '../operators/window/trigger.ts'
import type { ContentsSpec, EvictorSpec, TriggerSpec, WindowSpec } from '../operators/window/window-spec.ts'
import type { Window } from '../operators/window/windows.ts'
import type { SingleOutputStreamOperator } from './data-stream.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { evictorParts, type BuiltInEvictor } from './evictors.ts'
import { RichFunction } from './functions.ts'
import type { OutputTag } from './output-tag.ts'
import { requireFunction, requireObject } from './require.ts'
import { triggerParts } from './triggers.ts'
import { WindowAssigner } from './window-assigners.ts'
import {
  ProcessAllWindowFunction,
  ProcessWindowFunction,
  RichAllWindowFunction,
  RichWindowFunction,
} from './window-functions.ts'

type Functions = Readonly<Record<string, unknown>>

/** How to add the operator: made by the stream that is windowed. */
export interface WindowInput {
  readonly isAll: boolean
  transform<R>(
    spec: OperatorSpec,
    name: string,
    functions: Functions,
    description: string,
  ): SingleOutputStreamOperator<R>
}

/** How records are gathered, and the learner's function for it. */
interface Gathering {
  readonly contents: ContentsSpec
  readonly functions: Functions
  readonly names: readonly string[]
}

/** Settings of a windowed stream. */
export class WindowBuilder<T, W extends Window> {
  readonly #input: WindowInput
  readonly #assigner: WindowAssigner<T, W>
  #trigger: { readonly spec: TriggerSpec; readonly functions: Functions }
  #evictor: { readonly spec: EvictorSpec; readonly functions: Functions } | null = null
  #allowedLatenessMs = 0
  #lateTag: string | null = null

  constructor(input: WindowInput, assigner: WindowAssigner<T, W>) {
    if (!(assigner instanceof WindowAssigner)) throw new LearnerError('ASSIGNER_WANTED', { value: valueName(assigner) })
    this.#input = input
    this.#assigner = assigner
    this.#trigger = { spec: assigner.defaultTrigger(), functions: {} }
  }

  trigger(trigger: Trigger<T, W>): void {
    const parts = triggerParts(trigger, 'trigger')
    const { kind } = this.#assigner.spec
    if (kind === 'session') requireMerging(trigger, parts.spec)
    if (kind === 'global') requireForGlobal(parts.spec)
    this.#trigger = parts
  }

  evictor(evictor: BuiltInEvictor<T> | Evictor<T, W>): void {
    this.#evictor = evictorParts(evictor)
  }

  allowedLateness(lateness: Duration | Time): void {
    this.#requireEventTime('allowedLateness')
    this.#allowedLatenessMs = durationMs(lateness, 'allowedLateness')
  }

  sideOutputLateData(tag: OutputTag<T>): void {
    this.#requireEventTime('sideOutputLateData')
    if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: valueName(tag) })
    this.#lateTag = tag.id
  }

  /** Reduces on arrival; the window's function, if there's one, gets the one result. */
  reduce<R>(reduce: unknown, window: unknown): SingleOutputStreamOperator<R> {
    requireFunction(reduce, 'reduce', 'reduce')
    requireNotRich(reduce, 'reduce')
    const gathering = { contents: { kind: 'reduce' }, functions: { reduce }, names: [nameOf(reduce)] } as const
    return this.#add(gathering, window, 'reduce')
  }

  /** Aggregates on arrival; the window's function, if there's one, gets the one result. */
  aggregate<R>(aggregate: unknown, window: unknown): SingleOutputStreamOperator<R> {
    for (const method of ['createAccumulator', 'add', 'getResult', 'merge'])
      requireMethod(aggregate, method, 'aggregate')
    requireNotRich(aggregate, 'aggregate')
    const gathering = { contents: { kind: 'aggregate' }, functions: { aggregate }, names: [nameOf(aggregate)] } as const
    return this.#add(gathering, window, 'aggregate')
  }

  /** Keeps all records and hands them to the window's function. */
  apply<R>(window: unknown, call: 'apply' | 'process'): SingleOutputStreamOperator<R> {
    if (call === 'process') requireMethod(window, 'process', 'process')
    else requireFunction(window, 'apply', 'apply')
    return this.#add({ contents: { kind: 'list' }, functions: {}, names: [] }, window, call)
  }

  field(kind: AggregationKind, field: string | number, first: boolean): SingleOutputStreamOperator<T> {
    if (typeof field !== 'string' && typeof field !== 'number') throw new LearnerError('FIELD_WANTED', { kind })
    const name = kind === 'sum' ? 'SumAggregator' : 'ComparableAggregator'
    const contents = { kind: 'field', aggregation: { kind, field, first } } as const
    return this.#add({ contents, functions: {}, names: [name] }, undefined, kind)
  }

  #add<R>({ contents, functions, names }: Gathering, window: unknown, call: string): SingleOutputStreamOperator<R> {
    const { isAll } = this.#input
    requireWindowFunction(window, isAll, call)
    const calls = callOf(window, call)
    const spec: WindowSpec = {
      assigner: this.#assigner.spec,
      trigger: this.#trigger.spec,
      evictor: this.#evictor?.spec ?? null,
      allowedLatenessMs: this.#allowedLatenessMs,
      lateTag: this.#lateTag,
      contents,
      call: calls,
      isAll,
    }
    const all = {
      ...this.#assigner.functions,
      ...this.#trigger.functions,
      ...this.#evictor?.functions,
      ...functions,
      ...(calls === 'passThrough' ? {} : { window }),
    }
    const passThrough = isAll ? 'PassThroughAllWindowFunction' : 'PassThroughWindowFunction'
    const description = this.#description([...names, calls === 'passThrough' ? passThrough : nameOf(window)])
    return this.#input.transform({ kind: 'window', window: spec }, this.#assigner.name, all, description)
  }

  /** As Flink describes the operator. */
  #description(functions: readonly string[]): string {
    const { name, parameters } = this.#assigner
    const trigger = TRIGGER_NAMES[this.#trigger.spec.kind] ?? nameOf(this.#trigger.functions['trigger'])
    const evictor = this.#evictor === null ? [] : [EVICTOR_NAMES[this.#evictor.spec.kind] ?? 'Evictor']
    return `Window(${[`${name}(${parameters.join(', ')})`, trigger, ...evictor, ...functions].join(', ')})`
  }

  #requireEventTime(call: string): void {
    const assigner = this.#assigner
    if (!assigner.isEventTime()) throw new LearnerError('LATENESS_NOT_EVENT_TIME', { call, assigner: assigner.name })
  }
}

const TRIGGER_NAMES: Readonly<Partial<Record<TriggerSpec['kind'], string>>> = {
  eventTime: 'EventTimeTrigger',
  processingTime: 'ProcessingTimeTrigger',
  endOfStream: 'EndOfStreamTrigger',
  never: 'NeverTrigger',
  count: 'CountTrigger',
  continuousEventTime: 'ContinuousEventTimeTrigger',
  continuousProcessingTime: 'ContinuousProcessingTimeTrigger',
  delta: 'DeltaTrigger',
  purging: 'PurgingTrigger',
  processingTimeout: 'ProcessingTimeoutTrigger',
}

const EVICTOR_NAMES: Readonly<Partial<Record<EvictorSpec['kind'], string>>> = {
  count: 'CountEvictor',
  time: 'TimeEvictor',
  delta: 'DeltaEvictor',
}

/** Sessions merge, so their trigger must be able to bring its state over. */
function requireMerging<T, W extends Window>(trigger: Trigger<T, W>, spec: TriggerSpec): void {
  if (!canMerge(spec)) throw new LearnerError('TRIGGER_CANNOT_MERGE', { trigger: nameOf(trigger) })

  if (trigger.onMerge === Trigger.prototype.onMerge)
    throw new LearnerError('TRIGGER_ON_MERGE', { trigger: nameOf(trigger) })
}

/** Triggers at the end of a window need windows that end. */
function requireForGlobal(spec: TriggerSpec): void {
  if (spec.kind === 'eventTime' || spec.kind === 'processingTime') {
    const trigger = spec.kind === 'eventTime' ? 'EventTimeTrigger' : 'ProcessingTimeTrigger'
    throw new LearnerError('TRIGGER_NEEDS_TIME_WINDOW', { trigger })
  }
  if (spec.kind === 'purging' || spec.kind === 'processingTimeout') requireForGlobal(spec.of)
}

/** Functions that aggregate on arrival have no life cycle, as in Flink: state that is written calls them. */
function requireNotRich(fn: unknown, call: string): void {
  if (fn instanceof RichFunction) throw new LearnerError('WINDOW_RICH', { call })
}

function requireMethod(fn: unknown, method: string, call: string): void {
  if (typeof fn === 'function') requireFunction(fn, null, call)
  else requireObject(fn, method, call)
}

function callOf(window: unknown, call: string): WindowSpec['call'] {
  if (window === undefined) return 'passThrough'
  const isProcess = typeof window === 'object' && window !== null && 'process' in window
  if (isProcess) return 'process'
  requireFunction(window, 'apply', call)
  return 'apply'
}

/** What a function is called: its own name, or its class's. */
function nameOf(fn: unknown): string {
  if (typeof fn === 'function') return fn.name === '' ? 'Function' : fn.name
  const name = (fn as { constructor?: { name?: string } } | undefined)?.constructor?.name
  return name === undefined || name === '' || name === 'Object' ? 'Function' : name
}

/** Without types, the one would be called with what the other expects. */
function requireWindowFunction(window: unknown, isAll: boolean, call: string): void {
  const isProcess = isAll ? window instanceof ProcessWindowFunction : window instanceof ProcessAllWindowFunction
  const isRich = isAll ? window instanceof RichWindowFunction : window instanceof RichAllWindowFunction
  if (!isProcess && !isRich) return
  const names = isProcess
    ? ['ProcessWindowFunction', 'ProcessAllWindowFunction']
    : ['RichWindowFunction', 'RichAllWindowFunction']
  const [got, wanted] = isAll ? names : [names[1], names[0]]
  throw new LearnerError('WINDOW_FUNCTION', { call, got: got as string, wanted: wanted as string })
}
