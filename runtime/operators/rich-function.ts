// Life cycle and runtime context of the learner's functions, wired once for all operators: a plain function, an object
// with the method and a rich class are all the same to an operator after this.

import { LearnerError } from '../base/diagnostic.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../state/descriptors.ts'
import type { AggregatingState, ReducingState } from '../state/folding-state.ts'
import { KeyedStates } from '../state/keyed-states.ts'
import type { ListState } from '../state/list-state.ts'
import type { MapState } from '../state/map-state.ts'
import type { ValueState } from '../state/value-state.ts'
import type {
  CheckpointedFunctionLike,
  CheckpointListenerLike,
  FunctionInitializationContext,
  FunctionSnapshotContext,
  KeyedStateStore,
  RichFunctionLike,
  RuntimeContext,
  TaskInfo,
} from './functions.ts'
import type { OperatorContext, StreamOperator } from './operator.ts'
import { ProbedStates } from './state-probes.ts'

/** The RuntimeContext of an operator's function. */
export class OperatorRuntimeContext implements RuntimeContext {
  private readonly context: OperatorContext
  /** Made when a state is first asked for. */
  private states: KeyedStateStore | null = null

  constructor(context: OperatorContext) {
    this.context = context
    context.runtimeContexts.push(this)
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    return this.#store(descriptor).getState(descriptor)
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.#store(descriptor).getListState(descriptor)
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    return this.#store(descriptor).getMapState(descriptor)
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return this.#store(descriptor).getReducingState(descriptor)
  }

  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT> {
    return this.#store(descriptor).getAggregatingState(descriptor)
  }

  getTaskInfo(): TaskInfo {
    const { name, subtask, parallelism, maxParallelism, attempt } = this.context
    return {
      getTaskName: () => name,
      getIndexOfThisSubtask: () => subtask,
      getNumberOfParallelSubtasks: () => parallelism,
      getMaxNumberOfParallelSubtasks: () => maxParallelism,
      getAttemptNumber: () => attempt,
    }
  }

  getIndexOfThisSubtask(): number {
    return this.context.subtask
  }

  getNumberOfParallelSubtasks(): number {
    return this.context.parallelism
  }

  getTaskName(): string {
    return this.context.name
  }

  #store(descriptor: { readonly name: string } | null | undefined): KeyedStateStore {
    return (this.states ??= this.#makeStore(String(descriptor?.name)))
  }

  #makeStore(state: string): KeyedStateStore {
    const context = this.context
    const { keyed, probe } = context
    if (keyed === null) throw new LearnerError('STATE_NOT_KEYED', { state, operator: context.name })
    const states = new KeyedStates(keyed, () => context.nowMs())
    return probe === null ? states : new ProbedStates(states, probe)
  }
}

/** A function with the runtime context that it was given, which nobody can read from it. */
export class GivenContext {
  readonly fn: RichFunctionLike
  readonly runtimeContext: RuntimeContext

  constructor(fn: RichFunctionLike, runtimeContext: RuntimeContext) {
    this.fn = fn
    this.runtimeContext = runtimeContext
  }

  /** Also when a run is put back to where the function had it. */
  give(): void {
    this.fn.setRuntimeContext?.(this.runtimeContext)
  }
}

/** Gives a function object its runtime context and its state, and calls its `open`; a plain function has none of it. */
export function openFunction(
  fn: unknown,
  context: OperatorContext,
  runtimeContext: RuntimeContext = new OperatorRuntimeContext(context),
): void {
  if (typeof fn !== 'object' || fn === null) return
  const rich = fn as RichFunctionLike
  const given = new GivenContext(rich, runtimeContext)
  given.give()
  context.runtimeContexts.push(given)
  if (isListener(fn)) context.listeners.push(fn)
  if (isCheckpointed(fn)) {
    context.checkpointed.push(fn)
    refusePromise(fn.initializeState(initializationContext(context, runtimeContext)), 'initializeState', context.name)
  }
  refusePromise(rich.open?.(runtimeContext), 'open', context.name)
}

/** Lets an operator and its functions write what must survive into the operator state. Then a snapshot may be taken. */
export function prepareSnapshot(
  operator: StreamOperator,
  { name, checkpointed }: OperatorContext,
  snapshot: FunctionSnapshotContext,
): void {
  operator.snapshotState(snapshot)
  for (const fn of checkpointed) refusePromise(fn.snapshotState(snapshot), 'snapshotState', name)
}

/** Tells the functions that a checkpoint is complete. */
export function notifyFunctions({ name, listeners }: OperatorContext, checkpoint: number): void {
  for (const fn of listeners) refusePromise(fn.notifyCheckpointComplete(checkpoint), 'notifyCheckpointComplete', name)
}

/** Tells the functions that a checkpoint was given up. */
export function notifyAborted({ name, listeners }: OperatorContext, checkpoint: number): void {
  for (const fn of listeners) refusePromise(fn.notifyCheckpointAborted?.(checkpoint), 'notifyCheckpointAborted', name)
}

function isListener(fn: object): fn is CheckpointListenerLike {
  return typeof (fn as Partial<CheckpointListenerLike>).notifyCheckpointComplete === 'function'
}

/** Whether it keeps state of its own that belongs to no key. */
export function isCheckpointed(fn: object): fn is CheckpointedFunctionLike {
  const { initializeState, snapshotState } = fn as Partial<CheckpointedFunctionLike>
  return typeof initializeState === 'function' && typeof snapshotState === 'function'
}

function initializationContext(context: OperatorContext, keyed: RuntimeContext): FunctionInitializationContext {
  return {
    isRestored: () => context.restoredCheckpointId !== null,
    getRestoredCheckpointId: () => context.restoredCheckpointId,
    getOperatorStateStore: () => context.operatorState,
    getKeyedStateStore: () => keyed,
  }
}

export function closeFunction(fn: unknown): void {
  if (typeof fn === 'object' && fn !== null) (fn as RichFunctionLike).close?.()
}

/** A function, be it a plain one or a method of an object. */
export function asCall<F extends (...args: never[]) => unknown>(fn: unknown, method: string): F {
  if (typeof fn === 'function') return fn as F
  const member = (fn as Record<string, unknown>)[method] as F
  return member.bind(fn as object) as F
}

/** Operators run synchronously; a promise means that the learner's function doesn't. */
export function refusePromise(result: unknown, method: string, operator: string): void {
  if (result instanceof Promise) {
    // Nobody will look at how it ends.
    result.catch(() => undefined)
    throw new LearnerError('PROMISE_RETURNED', { method, operator })
  }
}
