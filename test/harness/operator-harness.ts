// One operator alone, as Flink's One- and TwoInputStreamOperatorTestHarness have it: a clock that moves only when told, outputs in
// one list with side outputs in their place, state and timers counted. It does not filter repeated watermarks and does
// not fire a timer set in the past before the clock is set again: a task does both.

import { RandomStream } from '../../runtime/base/random.ts'
import { ActivityClock } from '../../runtime/operators/activity-clock.ts'
import { Outside } from '../../runtime/operators/outside.ts'
import { KeyedStateBackend, NO_SLOT, type KeyedSnapshot } from '../../runtime/state/keyed-backend.ts'
import type { FunctionSnapshotContext } from '../../runtime/operators/functions.ts'
import type { OperatorContext, StreamOperator } from '../../runtime/operators/operator.ts'
import { prepareSnapshot } from '../../runtime/operators/rich-function.ts'
import { TwoInputOperator } from '../../runtime/operators/two-input.ts'
import { keyGroupRange } from '../../runtime/record/key-groups.ts'
import type { Receiver } from '../../runtime/record/receiver.ts'
import type { TypeInformation } from '../../runtime/record/type-info.ts'
import { OperatorStateBackend, redistribute, type OperatorSnapshot } from '../../runtime/state/operator-state.ts'

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
  /** Of the second input; as the first unless given, null where it isn't keyed. */
  readonly secondKey?: { readonly select: (value: unknown) => unknown } | null
  readonly sideOutputs?: readonly string[]
  readonly maxParallelism?: number
}

/** All state of a subtask. */
export interface HarnessSnapshot {
  readonly checkpointId: number
  readonly keyed: KeyedSnapshot | null
  readonly operator: OperatorSnapshot
}

/** Which of several subtasks a harness is, and the state it begins with: of keyed state its own key groups are taken. */
export interface Place {
  readonly subtask: number
  readonly parallelism: number
  readonly restored: HarnessSnapshot | null
}

const ALONE: Place = { subtask: 0, parallelism: 1, restored: null }

export class OperatorHarness {
  readonly subject: OperatorUnderTest
  readonly place: Place
  outputs: Output[] = []
  nowMs = 0
  readonly streams = new Map<string, RandomStream>()
  operator!: StreamOperator
  backend: KeyedStateBackend | null = null
  operatorState!: OperatorStateBackend
  context!: OperatorContext
  checkpoints = 0

  constructor(subject: OperatorUnderTest, place: Place = ALONE) {
    this.subject = subject
    this.place = place
    this.start(place.restored)
  }

  record(value: unknown, timestamp: number, input: 1 | 2 = 1): void {
    const { key, secondKey = key } = this.subject
    const own = input === 1 ? key : secondKey
    if (own !== null) this.backend?.setCurrentKey(own.select(value))
    else this.backend?.setCurrentSlot(NO_SLOT)
    this.input(input).processElement(value, timestamp)
  }

  watermark(timestamp: number, input: 1 | 2 = 1): void {
    this.input(input).processWatermark(timestamp)
  }

  status(isIdle: boolean, input: 1 | 2 = 1): void {
    this.input(input).processStatus(isIdle)
  }

  /** Sets the clock and fires what is due. */
  setProcessingTime(nowMs: number): void {
    this.nowMs = nowMs
    while (this.operator.nextAlarmMs <= nowMs) this.operator.onAlarm(nowMs)
  }

  end(): void {
    this.operator.finish()
  }

  /** Takes a snapshot, as a checkpoint does. */
  snapshot(): HarnessSnapshot {
    return this.beginSnapshot()()
  }

  /** Takes a snapshot to be written later: gives back how. */
  beginSnapshot(): () => HarnessSnapshot {
    const checkpointId = ++this.checkpoints
    const context: FunctionSnapshotContext = {
      getCheckpointId: () => checkpointId,
      getCheckpointTimestamp: () => this.nowMs,
    }
    prepareSnapshot(this.operator, this.context, context)
    const operator = this.operatorState.snapshot()
    const pending = this.backend?.beginSnapshot() ?? null
    return () => ({ checkpointId, keyed: pending?.write() ?? null, operator })
  }

  /** Replaces the operator by a fresh one with its state, or with that of an earlier snapshot. */
  snapshotRestore(snapshot: HarnessSnapshot = this.snapshot()): void {
    this.start(snapshot)
  }

  /** Takes the outputs since the last call. */
  take(): Output[] {
    const taken = this.outputs
    this.outputs = []
    return taken
  }

  /** Engine randomness, as of seed 1. */
  private random(purpose: string): RandomStream {
    const stream = this.streams.get(purpose) ?? new RandomStream(1, purpose)
    this.streams.set(purpose, stream)
    return stream
  }

  private start(before: HarnessSnapshot | null): void {
    const { subject } = this
    const { subtask, parallelism } = this.place
    const maxParallelism = subject.maxParallelism ?? 128
    this.backend = subject.key === null ? null : new KeyedStateBackend(subject.key.type, maxParallelism)
    this.operatorState = new OperatorStateBackend()
    if (before !== null) {
      const range = keyGroupRange(subtask, parallelism, maxParallelism)
      if (before.keyed !== null) this.backend?.restore(before.keyed, range)
      this.operatorState.restore(before.operator)
      this.checkpoints = before.checkpointId
    }
    const functions = subject.functions()
    this.operator = subject.create()
    this.operator.output = this.receiver((value, timestamp) => ['record', value, timestamp])
    for (const tag of subject.sideOutputs ?? []) {
      this.operator.sideOutputs.set(
        tag,
        this.receiver((value, timestamp) => ['side', tag, value, timestamp]),
      )
    }
    this.context = {
      name: 'under test',
      nodeId: 'n1',
      subtask,
      parallelism,
      maxParallelism,
      attempt: 0,
      probe: null,
      timeProbe: null,
      keyed: this.backend,
      operatorState: this.operatorState,
      restoredCheckpointId: before?.checkpointId ?? null,
      checkpointed: [],
      listeners: [],
      runtimeContexts: [],
      userFunction: (role) => functions[role],
      seed: 1,
      activity: new ActivityClock(),
      outside: new Outside(),
      nowMs: () => this.nowMs,
      alarmChanged: () => undefined,
      inputArrived: () => undefined,
      log: () => undefined,
      random: (purpose) => this.random(purpose),
      timerFired: () => undefined,
      isObserved: () => false,
      commitNoted: () => undefined,
      rowArrived: (value, timestamp) => void this.outputs.push(['row', value, timestamp]),
    }
    this.operator.open(this.context)
  }

  private input(input: 1 | 2): Receiver {
    const { operator } = this
    return operator instanceof TwoInputOperator ? (operator.inputs[input - 1] as Receiver) : operator
  }

  private receiver(record: (value: unknown, timestamp: number) => Output): Receiver {
    return {
      processElement: (value, timestamp) => void this.outputs.push(record(value, timestamp)),
      processWatermark: (timestamp) => void this.outputs.push(['watermark', timestamp]),
      processStatus: (isIdle) => void this.outputs.push(isIdle ? ['idle'] : ['active']),
    }
  }
}

/** Fresh subtasks with the state of these, redistributed; the clock stands where it stood. */
export function rescaled(harnesses: readonly OperatorHarness[], parallelism: number): OperatorHarness[] {
  const snapshots = harnesses.map((harness) => harness.snapshot())
  const [first] = harnesses
  const keyed = snapshots.flatMap((snapshot) => snapshot.keyed ?? [])
  // A subtask knows only the states that were asked for on it: a trigger asks at its first record.
  const states = new Map(keyed.flatMap((snapshot) => snapshot.states.map((meta) => [meta.name, meta] as const)))
  const merged =
    keyed[0] === undefined
      ? null
      : { ...keyed[0], states: Array.from(states.values()), groups: keyed.flatMap(({ groups }) => groups) }
  const operatorStates = redistribute(
    snapshots.map(({ operator }) => operator),
    parallelism,
  )
  return operatorStates.map((operator, subtask) => {
    const restored = { checkpointId: first?.checkpoints ?? 1, keyed: merged, operator }
    const harness = new OperatorHarness((first as OperatorHarness).subject, { subtask, parallelism, restored })
    harness.nowMs = first?.nowMs ?? 0
    return harness
  })
}
