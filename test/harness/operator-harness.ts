// One operator alone, as Flink's OneInputStreamOperatorTestHarness has it: a clock that moves only when told, outputs in
// one list with side outputs in their place, state and timers counted. It does not filter repeated watermarks and does
// not fire a timer set in the past before the clock is set again: a task does both.

import { KeyedStateBackend, type KeyedSnapshot } from '../../runtime/state/keyed-backend.ts'
import type { OperatorContext, StreamOperator } from '../../runtime/operators/operator.ts'
import { keyGroupRange } from '../../runtime/record/key-groups.ts'
import type { Receiver } from '../../runtime/record/receiver.ts'
import type { TypeInformation } from '../../runtime/record/type-info.ts'

export type Output =
  | readonly ['record', unknown, number]
  | readonly ['side', string, unknown, number]
  | readonly ['watermark', number]
  | readonly ['idle']
  | readonly ['active']
  | readonly ['row', unknown, number]

/** How the operator under test is made; called again for every restore. */
export interface OperatorUnderTest {
  readonly create: () => StreamOperator
  /** Fresh functions by role. */
  readonly functions: () => Readonly<Record<string, unknown>>
  readonly key: { readonly select: (value: unknown) => unknown; readonly type: TypeInformation<unknown> | null } | null
  readonly sideOutputs?: readonly string[]
  readonly maxParallelism?: number
}

/** Which of several subtasks a harness is, and the state it begins with: those of its own key groups are taken. */
export interface Place {
  readonly subtask: number
  readonly parallelism: number
  readonly restored: KeyedSnapshot | null
}

const ALONE: Place = { subtask: 0, parallelism: 1, restored: null }

export class OperatorHarness {
  readonly subject: OperatorUnderTest
  readonly place: Place
  outputs: Output[] = []
  nowMs = 0
  operator!: StreamOperator
  backend: KeyedStateBackend | null = null

  constructor(subject: OperatorUnderTest, place: Place = ALONE) {
    this.subject = subject
    this.place = place
    this.start(place.restored)
  }

  record(value: unknown, timestamp: number): void {
    const { key } = this.subject
    if (key !== null) this.backend?.setCurrentKey(key.select(value))
    this.operator.processElement(value, timestamp)
  }

  watermark(timestamp: number): void {
    this.operator.processWatermark(timestamp)
  }

  status(isIdle: boolean): void {
    this.operator.processStatus(isIdle)
  }

  /** Sets the clock and fires what is due. */
  setProcessingTime(nowMs: number): void {
    this.nowMs = nowMs
    while (this.operator.nextAlarmMs <= nowMs) this.operator.onAlarm(nowMs)
  }

  end(): void {
    this.operator.finish()
  }

  /** Replaces the operator by a fresh one with its state. */
  snapshotRestore(): void {
    this.start(this.backend?.snapshot() ?? null)
  }

  /** Takes the outputs since the last call. */
  take(): Output[] {
    const taken = this.outputs
    this.outputs = []
    return taken
  }

  private start(before: KeyedSnapshot | null): void {
    const { subject } = this
    const { subtask, parallelism } = this.place
    const maxParallelism = subject.maxParallelism ?? 128
    this.backend = subject.key === null ? null : new KeyedStateBackend(subject.key.type, maxParallelism)
    if (before !== null) this.backend?.restore(before, keyGroupRange(subtask, parallelism, maxParallelism))
    const functions = subject.functions()
    this.operator = subject.create()
    this.operator.output = this.receiver((value, timestamp) => ['record', value, timestamp])
    for (const tag of subject.sideOutputs ?? []) {
      this.operator.sideOutputs.set(
        tag,
        this.receiver((value, timestamp) => ['side', tag, value, timestamp]),
      )
    }
    const context: OperatorContext = {
      name: 'under test',
      subtask,
      parallelism,
      maxParallelism,
      attempt: 0,
      probe: null,
      keyed: this.backend,
      userFunction: (role) => functions[role],
      nowMs: () => this.nowMs,
      alarmChanged: () => undefined,
      timerFired: () => undefined,
      rowArrived: (value, timestamp) => void this.outputs.push(['row', value, timestamp]),
    }
    this.operator.open(context)
  }

  private receiver(record: (value: unknown, timestamp: number) => Output): Receiver {
    return {
      processElement: (value, timestamp) => void this.outputs.push(record(value, timestamp)),
      processWatermark: (timestamp) => void this.outputs.push(['watermark', timestamp]),
      processStatus: (isIdle) => void this.outputs.push(isIdle ? ['idle'] : ['active']),
    }
  }
}
