// The learner's functions as operators see them: what they're called with and what they may ask for. The classes a
// learner extends are in api/functions.ts; both sides meet in these types.

import type { TypeInformation } from '../record/type-info.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../state/descriptors.ts'
import type { AggregatingState, ReducingState } from '../state/folding-state.ts'
import type { ListState } from '../state/list-state.ts'
import type { BroadcastState, MapState } from '../state/map-state.ts'
import type { ValueState } from '../state/value-state.ts'

/** Takes results. Whatever was collected must not be changed afterwards. */
export interface Collector<T> {
  /** Emits a record with the timestamp of the record or timer being processed. */
  collect(record: T): void
  /** Does nothing; Flink's Collector has it. */
  close(): void
}

/** Names a side output. Two tags with one id are the same output. */
export interface OutputTagLike<T> {
  readonly id: string
  readonly type?: TypeInformation<T> | null
}

/** Where a function runs. */
export interface TaskInfo {
  getTaskName(): string
  /** From 0. */
  getIndexOfThisSubtask(): number
  getNumberOfParallelSubtasks(): number
  getMaxNumberOfParallelSubtasks(): number
  /** 0 for the first attempt, one more after every recovery. */
  getAttemptNumber(): number
}

/** What `open` gets. Empty, as Flink's OpenContext is; functions ask getRuntimeContext instead. */
export type OpenContext = object

/**
 * State of the current key; on keyed streams only. Ask for it in `open`. A name stands for one state of the operator:
 * asking again gives the same one, and asking for another kind is an error. Flink's KeyedStateStore.
 */
export interface KeyedStateStore {
  /** One value per key. */
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>
  /** A list per key. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>
  /** A map per key. */
  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>
  /** One value per key, into which what is added is reduced. */
  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>
  /** One accumulator per key, into which what is added is aggregated. */
  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT>
}

/** What a rich function's getRuntimeContext gives: where it runs, and its state. */
export interface RuntimeContext extends KeyedStateStore {
  getTaskInfo(): TaskInfo
  /** From 0. The older way to ask getTaskInfo. */
  getIndexOfThisSubtask(): number
  getNumberOfParallelSubtasks(): number
  getTaskName(): string
}

/** State of an operator's subtask that belongs to no key. Flink's OperatorStateStore. */
export interface OperatorStateStore {
  /** A list. Restored at another parallelism, the elements of all subtasks are split evenly. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>
  /** A list. Restored, every subtask gets the elements of all, and takes what it needs. */
  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>
  /** A map that's meant to be the same on every subtask. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>
  getRegisteredStateNames(): ReadonlySet<string>
  getRegisteredBroadcastStateNames(): ReadonlySet<string>
}

/** What `initializeState` of a CheckpointedFunction gets. */
export interface FunctionInitializationContext {
  /** Whether the job starts from a checkpoint or savepoint, be there something in it for this function or not. */
  isRestored(): boolean
  /** Null on a first start. */
  getRestoredCheckpointId(): number | null
  getOperatorStateStore(): OperatorStateStore
  /** On keyed streams only. */
  getKeyedStateStore(): KeyedStateStore
}

/** What `snapshotState` of a CheckpointedFunction gets. */
export interface FunctionSnapshotContext {
  getCheckpointId(): number
  /** When the checkpoint was triggered, in ms of processing time. */
  getCheckpointTimestamp(): number
}

/** A function that keeps state of its own through failures. */
export interface CheckpointedFunctionLike {
  /** Called before `open`, on a first start and on every recovery: asks for the states and takes what they hold. */
  initializeState(context: FunctionInitializationContext): void
  /** Called before each snapshot: writes what must survive into the states. */
  snapshotState(context: FunctionSnapshotContext): void
}

/** A function that wants to know when a checkpoint is complete: what it stands for can't be lost any more. */
export interface CheckpointListenerLike {
  notifyCheckpointComplete(checkpointId: number): void
  /** The checkpoint was given up. Nothing need be done: a later one has all that this one would have had. */
  notifyCheckpointAborted?(checkpointId: number): void
}

/** The two clocks, and timers on them. */
export interface TimerService {
  /** Milliseconds of processing time: the virtual clock. */
  currentProcessingTime(): number
  /** The operator's current watermark in ms; MIN_WATERMARK before the first. */
  currentWatermark(): number
  /** Calls onTimer for the current key once the watermark reaches the time. Registering it twice is registering it once. */
  registerEventTimeTimer(timestampMs: number): void
  /** Calls onTimer for the current key once the clock reaches the time; soon, if it's past. */
  registerProcessingTimeTimer(timestampMs: number): void
  deleteEventTimeTimer(timestampMs: number): void
  deleteProcessingTimeTimer(timestampMs: number): void
}

/** Which of the two clocks a timer is on. */
export type TimeDomain = 'EVENT_TIME' | 'PROCESSING_TIME'

/** What a process function may ask while it processes a record. */
export interface ProcessContext {
  /** The record's timestamp in ms; null if it has none. */
  timestamp(): number | null
  timerService(): TimerService
  /** Emits to a side output, with the record's timestamp. */
  output<X>(tag: OutputTagLike<X>, value: X): void
}

export interface KeyedProcessContext<K> extends ProcessContext {
  getCurrentKey(): K
}

export interface OnTimerContext<K> extends KeyedProcessContext<K> {
  timeDomain(): TimeDomain
}

/** The life cycle a function object may have. All parts are optional, so a plain object will do. */
export interface RichFunctionLike {
  open?(context: OpenContext): void
  close?(): void
  setRuntimeContext?(context: RuntimeContext): void
}

export interface MapFunctionLike<T, R> extends RichFunctionLike {
  map(value: T): R
}

export interface FilterFunctionLike<T> extends RichFunctionLike {
  filter(value: T): boolean
}

export interface FlatMapFunctionLike<T, R> extends RichFunctionLike {
  flatMap(value: T, out: Collector<R>): void
}

export interface ReduceFunctionLike<T> extends RichFunctionLike {
  reduce(accumulated: T, value: T): T
}

export interface ProcessFunctionLike<T, R> extends RichFunctionLike {
  processElement(value: T, context: ProcessContext, out: Collector<R>): void
}

export interface KeyedProcessFunctionLike<K, T, R> extends RichFunctionLike {
  processElement(value: T, context: KeyedProcessContext<K>, out: Collector<R>): void
  onTimer?(timestamp: number, context: OnTimerContext<K>, out: Collector<R>): void
}

/** What a sink function may ask about the record it is given. */
export interface SinkContext {
  timestamp(): number | null
  currentProcessingTime(): number
  currentWatermark(): number
}

export interface SinkFunctionLike<T> extends RichFunctionLike {
  invoke(value: T, context: SinkContext): void
}

/** Takes the watermarks a generator makes. */
export interface WatermarkOutput {
  /** Everything with this timestamp or an earlier one has been seen. Lower ones than before are ignored. */
  emitWatermark(timestampMs: number): void
  markIdle(): void
  markActive(): void
}

/** Makes watermarks out of the events it sees. */
export interface WatermarkGeneratorLike<T> {
  onEvent(event: T, timestampMs: number, output: WatermarkOutput): void
  /** Called every auto-watermark interval of processing time. */
  onPeriodicEmit(output: WatermarkOutput): void
}
