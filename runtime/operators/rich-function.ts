// Life cycle and runtime context of the learner's functions, wired once for all operators: a plain function, an object
// with the method and a rich class are all the same to an operator after this.

import { LearnerError } from '../base/diagnostic.ts'
import type { ValueStateDescriptor } from '../state/descriptors.ts'
import { ExpiringValueState, KeyedValueState, type ValueState } from '../state/value-state.ts'
import { ProbedValueState } from './call-probe.ts'
import type {
  CheckpointedFunctionLike,
  FunctionInitializationContext,
  FunctionSnapshotContext,
  RichFunctionLike,
  RuntimeContext,
  TaskInfo,
} from './functions.ts'
import type { OperatorContext, StreamOperator } from './operator.ts'

/** The RuntimeContext of an operator's function. */
export class OperatorRuntimeContext implements RuntimeContext {
  readonly #context: OperatorContext
  readonly #states = new Map<string, ValueState<unknown>>()

  constructor(context: OperatorContext) {
    this.#context = context
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    const name = descriptor?.name
    if (typeof name !== 'string' || name === '') throw new LearnerError('STATE_NAME_MISSING', { value: String(name) })
    const backend = this.#context.keyed
    if (backend === null) throw new LearnerError('STATE_NOT_KEYED', { state: name, operator: this.#context.name })
    const known = this.#states.get(name)
    if (known !== undefined) return known as ValueState<T>
    const plain =
      descriptor.ttl === null
        ? new KeyedValueState(backend, descriptor)
        : new ExpiringValueState(backend, descriptor, () => this.#context.nowMs())
    const { probe } = this.#context
    const state: ValueState<T> = probe === null ? plain : new ProbedValueState(plain, name, probe)
    this.#states.set(name, state as ValueState<unknown>)
    return state
  }

  getTaskInfo(): TaskInfo {
    const { name, subtask, parallelism, maxParallelism, attempt } = this.#context
    return {
      getTaskName: () => name,
      getIndexOfThisSubtask: () => subtask,
      getNumberOfParallelSubtasks: () => parallelism,
      getMaxNumberOfParallelSubtasks: () => maxParallelism,
      getAttemptNumber: () => attempt,
    }
  }

  getIndexOfThisSubtask(): number {
    return this.#context.subtask
  }

  getNumberOfParallelSubtasks(): number {
    return this.#context.parallelism
  }

  getTaskName(): string {
    return this.#context.name
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
  rich.setRuntimeContext?.(runtimeContext)
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

function isCheckpointed(fn: object): fn is CheckpointedFunctionLike {
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
