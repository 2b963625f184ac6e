// The contract of every operator: records and control elements are pushed in, results are pushed on, into a Receiver that
// is the next operator of the chain itself or what writes to channels. Duties of the caller: state restored before `open`,
// and `open` first; the current key set before a record of a keyed input; no record at or below a watermark already
// pushed is promised; snapshots between records, through `prepareSnapshot`; `finish` once, after the MAX watermark, then
// `close`. Everything mutable is a plain field, and what must survive a failure is in keyed or operator state once
// `snapshotState` returns.

import type { RandomStream } from '../base/random.ts'
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../base/time.ts'
import { NOWHERE, type Receiver } from '../record/receiver.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'
import type { OperatorStateBackend } from '../state/operator-state.ts'
import type { ActivityClock } from './activity-clock.ts'
import type { Outside } from './outside.ts'
import type { CallProbe } from './call-probe.ts'
import type { TimeProbe } from './time-probe.ts'
import type { CheckpointedFunctionLike, CheckpointListenerLike, FunctionSnapshotContext } from './functions.ts'

/** What an operator gets of its surroundings. */
export interface OperatorContext {
  readonly name: string
  readonly nodeId: string
  readonly subtask: number
  readonly parallelism: number
  readonly maxParallelism: number
  readonly attempt: number
  /** Keyed state, where the input is keyed. */
  readonly keyed: KeyedStateBackend | null
  /** State of this subtask that belongs to no key. */
  readonly operatorState: OperatorStateBackend
  /** The checkpoint the state comes from; null on a first start. */
  readonly restoredCheckpointId: number | null
  /** Functions that take part in snapshots. `openFunction` adds them, whoever takes a snapshot calls them. */
  readonly checkpointed: CheckpointedFunctionLike[]
  /** Functions that want to know of completed checkpoints. `openFunction` adds them. */
  readonly listeners: CheckpointListenerLike[]
  /** Runtime contexts, which know what states were asked for, and which function was given which. */
  readonly runtimeContexts: object[]
  /** Told what the learner's function calls; null where nobody watches. */
  readonly probe: CallProbe | null
  /** Told of late records and of windows that fire; null where nobody watches. */
  readonly timeProbe: TimeProbe | null
  /** The learner's function in this role; fresh for every subtask and attempt. */
  userFunction(role: string): unknown
  /** Of the run. */
  readonly seed: number
  /** Stands still while the task waits for credit, or its source for alignment. */
  readonly activity: ActivityClock
  /** What sinks write to. */
  readonly outside: Outside
  /** Processing time in ms. */
  nowMs(): number
  /** The operator's alarm changed, or whether it takes input: ask again. */
  alarmChanged(): void
  /** A source has something to read where it had nothing. */
  inputArrived(): void
  /** Engine randomness of this operator and subtask, by purpose: the same for the same seed. */
  random(purpose: string): RandomStream
  /** A line of the cluster's log. */
  log(level: 'info' | 'warn' | 'error', text: string): void
  /** Tells the observers that a timer fired, and spends a step of the budget: timers can set timers for ever. */
  timerFired(timestamp: number, isEventTime: boolean): void
  /** Whether there are observers, who want to be told of every timer. */
  isObserved(): boolean
  /** Tells the observers what a committer was handed for a checkpoint, and that it committed that. */
  commitNoted(phase: 'prepared' | 'committed', checkpoint: number, count: number): void
  /** Hands a row that reached a sink to whoever runs the job. */
  rowArrived(value: unknown, timestamp: number): void
}

/** Base of all operators: passes control elements on. Flink's stream operators. */
export class StreamOperator implements Receiver {
  output: Receiver = NOWHERE
  /** By tag id; a tag nobody reads isn't there. */
  readonly sideOutputs = new Map<string, Receiver>()
  /** When `onAlarm` wants to be called, in ms of processing time; Infinity for never. */
  nextAlarmMs = Infinity
  currentWatermark = MIN_TIMESTAMP
  /** It takes no more input for now: its task reads nothing. What is pushed all the same must be kept. */
  isFull = false
  /** Records that came too late and went nowhere. Flink's metric of this name. */
  numLateRecordsDropped = 0
  /** False while something taken in is still to be emitted: after `finish` the end of the task waits for it. */
  isDrained = true

  open(_context: OperatorContext): void {}

  processElement(value: unknown, timestamp: number): void {
    this.output.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.output.processStatus(isIdle)
  }

  /** Processing time has reached `nextAlarmMs`. */
  onAlarm(_nowMs: number): void {}

  /** Batch mode: no more records of the current key come. Its timers fire, those in event time first. */
  endKey(): void {
    this.processWatermark(MAX_TIMESTAMP)
    this.onAlarm(Infinity)
    this.processWatermark(MIN_TIMESTAMP)
  }

  /** A barrier is about to be sent: last chance to emit something that the checkpoint still covers. */
  prepareSnapshotPreBarrier(_checkpoint: number): void {}

  /** A snapshot is about to be taken: what isn't in keyed state must go into `context.operatorState` now. */
  snapshotState(_context: FunctionSnapshotContext): void {}

  /** The checkpoint is complete: a failure after it comes back to this snapshot or a later one. */
  notifyCheckpointComplete(_checkpoint: number): void {}

  /** The checkpoint was given up. A later one may be complete all the same. */
  notifyCheckpointAborted(_checkpoint: number): void {}

  /** The input has ended: last chance to emit, now or, unless it's drained, at later alarms. */
  finish(): void {}

  close(): void {}
}
