// A running cluster as plain data, for whoever watches: what was deployed, and how everything stands at one position.
// Nothing in it is alive, so it crosses to the page as it is, and a picture drawn from it needs no memory of its own.

import type { TaskState } from '../task/task-contract.ts'
import type { TaskTimes } from '../task/task-time.ts'
import type { StateKind } from '../state/descriptors.ts'
import type { ListMode } from '../state/operator-state.ts'
import type { Span } from '../base/diagnostic.ts'
import type { ChannelColumns } from './channel-columns.ts'
import type { CheckpointStats, SubtaskStats, UnfinishedSubtask } from './checkpoint-history.ts'
import type { CommitStats } from './commit-history.ts'
import type { MachinesMoment } from './task-manager-moment.ts'

/** What was deployed, made from the plan. Indices into `tasks` and `channels` are the same in every moment. */
export interface Topology {
  readonly vertices: readonly VertexView[]
  readonly tasks: readonly TaskView[]
  readonly channels: readonly ChannelView[]
}

/** A chain of operators that run in one task. */
export interface VertexView {
  readonly id: string
  /** Flink's name of the chain: `Source: a -> b`. */
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  /** Before the job was rescaled last; null, or none, if it never was. */
  readonly formerParallelism?: number | null
  readonly nodes: readonly NodeView[]
  /** Edges into the chain's head. */
  readonly inputs: readonly EdgeView[]
}

export interface NodeView {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly isKeyed: boolean
  /** Of an operator of windows in time. */
  readonly windows?: WindowsView
  /** Of a sink that writes into a table of the database. */
  readonly isDatabaseSink?: boolean
  /** Where the learner's code made it. */
  readonly at: Span | null
}

/** Which windows an operator has; of sessions, whose bounds the records decide, no size. */
export interface WindowsView {
  readonly kind: 'tumbling' | 'sliding' | 'session'
  readonly time: 'event' | 'processing'
  readonly sizeMs: number | null
  /** From one window's start to the next's. */
  readonly slideMs: number | null
  readonly offsetMs: number
}

export interface EdgeView {
  /** Index of the vertex it comes from. */
  readonly from: number
  /** Flink's name: FORWARD, HASH, REBALANCE, BROADCAST, … */
  readonly partitioner: string
  /** Where the learner's code keyed the stream, if it did. */
  readonly keyedAt: Span | null
}

export interface TaskView {
  /** Index into `vertices`. */
  readonly vertex: number
  readonly subtask: number
  /** What trace entries call it. */
  readonly traceId: number
}

export interface ChannelView {
  /** Indices into `tasks`. */
  readonly from: number
  readonly to: number
  readonly partitioner: string
  readonly traceId: number
}

/** The whole cluster at one position: everything the stage draws, and nothing it has to remember. */
export interface Moment {
  readonly tasks: readonly TaskMoment[]
  readonly channels: ChannelColumns
  /** What was processed last, null before anything was. */
  readonly hand: Hand | null
  /** Null for a job without. */
  readonly checkpoints: CheckpointsMoment | null
  /** What it all runs on. */
  readonly machines: MachinesMoment
  /** Only where somebody looks closely. */
  readonly state?: StateMoment | null
}

/** What somebody who looks closely at state wants to see of it. */
export interface StateDetail {
  /** Keys whose text contains this, upper and lower case alike; none for ''. */
  readonly filter: string
  /** A key that is opened: by index into `tasks`, and its text. */
  readonly open: { readonly task: number; readonly key: string } | null
}

export interface StateMoment {
  /** As in `tasks`. */
  readonly tasks: readonly TaskStateMoment[]
  /** Null where none is open, and where it isn't there. */
  readonly opened: OpenedKey | null
}

export interface TaskStateMoment {
  /** Key groups in use, in order. */
  readonly groups: readonly { readonly group: number; readonly keys: number }[]
  /** There are more keys than were looked at for `groups` and `found`. */
  readonly isPartial: boolean
  /** Of keyed state: what was searched for; null if nothing was. */
  readonly found: KeyedMoment | null
  readonly operators: readonly OperatorStateMoment[]
}

/** A key with everything it holds. */
export interface OpenedKey {
  readonly task: number
  readonly key: string
  readonly keyGroup: number
  /** Of the key alone, then of its windows. */
  readonly rows: readonly { readonly window: KeyMoment['window']; readonly states: readonly StateContents[] }[]
}

/** What is in a state: one entry, or those of its list or map, the first 200. */
export interface StateContents {
  readonly name: string
  readonly kind: StateKind
  readonly count: number
  readonly entries: readonly {
    /** Of a map. */
    readonly key: string | null
    readonly text: string
    /** In virtual ms; null for never. */
    readonly expiresAt: number | null
  }[]
}

/** State of an operator that belongs to no key. */
export interface OperatorStateMoment {
  readonly operator: string
  readonly states: readonly {
    readonly name: string
    readonly mode: ListMode | 'broadcast'
    readonly count: number
    /** The first 200; keys are those of a broadcast map. */
    readonly entries: readonly { readonly key: string | null; readonly text: string }[]
  }[]
}

export interface CheckpointsMoment {
  readonly counts: {
    readonly total: number
    readonly completed: number
    readonly failed: number
    readonly inProgress: number
    readonly restored: number
  }
  /** The last ten, the newest first. */
  readonly history: readonly CheckpointMoment[]
  /** In full the one that is looked at; null where there has been none. */
  readonly shown: CheckpointDetail | null
}

/** Times in virtual µs, sizes in bytes as estimated. */
export interface CheckpointMoment extends Readonly<Omit<CheckpointStats, 'subtasks' | 'unfinished'>> {
  readonly acknowledged: number
}

/** A checkpoint under way or over, subtask by subtask. */
export interface CheckpointDetail {
  readonly id: number
  /** Who has handed in a snapshot, in that order. */
  readonly subtasks: readonly SubtaskStats[]
  /** Who is waited for, or was when it was given up. */
  readonly unfinished: readonly UnfinishedSubtask[]
  /** What committers have to do with it. */
  readonly commits: readonly Readonly<CommitStats>[]
}

export interface TaskMoment {
  readonly state: TaskState
  readonly recordsIn: number
  readonly recordsOut: number
  /** In ms; null before the first one; MAX is Infinity. */
  readonly watermark: number | null
  /** Waits for credit. */
  readonly isBackpressured: boolean
  readonly load: TaskLoad
  /** The TaskManager, from 1, and the slot of it, from 0; null while it waits for one. */
  readonly place: { readonly taskManager: number; readonly slot: number } | null
  readonly keyed: KeyedMoment | null
}

/** How busy a subtask is, by Flink's names of the metrics. */
export interface TaskLoad extends TaskTimes {
  /** Share of the buffers of its inputs, and of its outputs, that are in use: above 1 where one overdraws. */
  readonly inPoolUsage: number
  readonly outPoolUsage: number
  /** Most buffers that it ever had under way beyond its credits, over all its channels. */
  readonly overdraftBuffers: number
}

/** Keyed state and timers of one subtask. */
export interface KeyedMoment {
  /** Names of the states, in the order in which they were asked for. */
  readonly states: readonly string[]
  /** Keys, and windows of keys, with state or timers, and the key at hand; the first 200. */
  readonly keys: readonly KeyMoment[]
  readonly keyCount: number
}

export interface KeyMoment {
  readonly key: string
  /** The window whose state and timers these are, from start to before end, in ms; null for those of the key alone. */
  readonly window: { readonly start: number; readonly end: number } | null
  readonly keyGroup: number
  /**
   * By state; `text` is null where nothing is stored. `was` is there if the last step changed it, `expiresAt` in virtual ms
   * where the state has a time to live: of several values, when the first goes.
   */
  readonly cells: readonly { readonly text: string | null; readonly was?: string | null; readonly expiresAt?: number }[]
  readonly timers: readonly TimerMoment[]
  /** It's the key of what is at hand. */
  readonly isCurrent: boolean
}

export interface TimerMoment {
  /** When it is due, in ms: of processing time as virtual ms since the start, of event time as a timestamp. */
  readonly at: number
  readonly isEventTime: boolean
  /** What the last step did to it; a deleted or fired one is still listed until the next. */
  readonly change: 'registered' | 'deleted' | 'fired' | null
}

/** What was processed last, and what processing it did. */
export interface Hand {
  /** Index into `tasks`. */
  readonly task: number
  readonly kind: 'record' | 'timer'
  /** Where the record came from; null at a source. */
  readonly element: { readonly channel: number; readonly id: number } | null
  /** Elements it sent on. */
  readonly sent: readonly { readonly channel: number; readonly id: number }[]
  /** Numbers of the rows it gave, counted from 0 over the whole run. */
  readonly rows: readonly number[]
  /** Numbers of the log lines it wrote, likewise. */
  readonly logs: readonly number[]
  readonly text: string
  readonly key: string | null
  /** Event timestamp in ms, null for none; of a timer the time it was set for. */
  readonly timestamp: number | null
  /** Of timers: all that fired in this step, one after the other, in order; this one is the last. */
  readonly timers: readonly FiredTimer[]
  /** What the learner's code did meanwhile, in order. Only the last 50. */
  readonly calls: readonly CallMoment[]
}

export interface FiredTimer {
  readonly key: string | null
  /** As in TimerMoment. */
  readonly at: number
  readonly isEventTime: boolean
}

/** A call of the learner's code into the engine, or what a function of the learner's returned. */
export interface CallMoment {
  readonly kind:
    'read' | 'update' | 'add' | 'remove' | 'clear' | 'collect' | 'register' | 'delete' | 'output' | 'result'
  /** The state's name, or the clock of a timer. */
  readonly name: string
  /** What was read, written, collected, of a map's entry `key=value`; the timer's time. */
  readonly text: string
  /** The line of the learner's code, as far as it's known. */
  readonly at: Span | null
}
