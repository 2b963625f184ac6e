// Watches a job: what was processed last and what processing it did. It stands before the tasks' inputs, passes
// everything on, and keeps references; texts are made when a moment is asked for. The run is the same with and without.

import { MIN_TIMESTAMP } from '../base/time.ts'
import { toPrintText } from '../base/value-text.ts'
import type { Span } from '../base/diagnostic.ts'
import { SourceOperator } from '../connectors/source-operator.ts'
import type { Channel } from '../network/channel.ts'
import type { CallKind, CallProbe } from '../operators/call-probe.ts'
import type { TimeProbe } from '../operators/time-probe.ts'
import type { Receiver } from '../record/receiver.ts'
import { NO_SLOT, type KeyedStateBackend } from '../state/keyed-backend.ts'
import type { Task } from '../task/task.ts'
import type { JobExecution } from './job-execution.ts'
import type { JobWatcher } from './job-observer.ts'
import { keyAt, windowAt, type KeyBefore } from './keyed-moment.ts'
import { RecordLabels, shorten } from './record-labels.ts'
import { TimeTracer } from './time-tracer.ts'

const MOST_CALLS = 50
const MOST_TIMERS = 50
/** Checkpoints of which it's known what had been taken by then: more than can be under way. */
const MOST_SNAPSHOTS = 16

/** A call of the learner's code; where it came from is read from the error's stack when somebody wants to know. */
export interface SeenCall {
  readonly kind: CallKind
  readonly name: string
  readonly text: string
  /** The operator whose function returned, as the plan says where it was made; else the call's stack trace. */
  readonly at: string | null
  readonly error: Error | null
}

/** What was processed last. */
export interface SeenHand {
  readonly task: Task
  readonly kind: 'record' | 'timer'
  readonly value: unknown
  readonly isEventTime: boolean
  readonly timestamp: number
  readonly element: { readonly channel: Channel; readonly id: number } | null
  /** Of every channel of the task: the number of the next element, before. */
  readonly written: readonly number[]
  /** The key's slot, or NO_SLOT, and how its state and timers were before. */
  readonly slot: number
  /** Of a timer: the window it belongs to. */
  readonly window: KeyBefore['window']
  readonly before: readonly KeyBefore[] | null
  readonly rows: number[]
  /** Numbers of the log lines that were written meanwhile. */
  readonly logs: number[]
  calls: SeenCall[]
  /** Of a timer: those that the same watermark, or the same moment, fired before it. */
  readonly earlier: readonly SeenHand[]
  /** The event in which it was processed. */
  readonly event: number
  /** Calls and what was before are known. */
  readonly isDetailed: boolean
}

/** The same, while it is filled in. */
type WritableHand = { -readonly [K in keyof SeenHand]: SeenHand[K] }

/** Where an element is, or was. */
interface Spot {
  channel: Channel | null
  id: number
}

/** How many records a task has taken. */
interface Tally {
  count: number
}

/** How many of what steps end at there have been. */
export interface StepCounts {
  /** Records and timers. */
  readonly processed: number
  readonly watermarks: number
  /** Complete ones. */
  readonly checkpoints: number
}

export class ClusterWatcher implements JobWatcher {
  readonly labels = new RecordLabels()
  readonly times = new TimeTracer((value) => this.labels.textOf(value))
  readonly locate: (stack: string) => Span | null
  readonly recordsIn = new Map<Task, Tally>()
  /** By task, by checkpoint: how many it had taken when it took its snapshot. */
  readonly recordsAt = new Map<Task, Map<number, number>>()
  hand: SeenHand | null = null
  private glimpse: WritableHand | null = null
  private readonly spot: Spot = { channel: null, id: 0 }
  execution: JobExecution | null = null
  /** Counts records and fired timers: whoever steps sees by it that something was processed. */
  processed = 0
  /** Counts watermarks that have risen at some task. */
  watermarks = 0
  /** By task, how high its watermark was last. */
  readonly watermarkOf = new Map<Task, number>()
  /** Keep calls and what state was before; off when nobody could see so much. */
  isDetailed = true

  constructor(locate: (stack: string) => Span | null) {
    this.locate = locate
  }

  /** Puts itself before the inputs of all tasks. Before the first event. */
  attach(execution: JobExecution): void {
    this.execution = execution
    this.watch(execution, execution.tasks)
  }

  redeployed(tasks: readonly Task[]): void {
    for (const task of this.recordsIn.keys()) {
      if (this.execution?.tasks.includes(task) === true) continue
      this.recordsIn.delete(task)
      this.watermarkOf.delete(task)
      this.times.forget(task)
      this.recordsAt.delete(task)
    }
    this.hand = null
    if (this.execution !== null) this.watch(this.execution, tasks)
  }

  private watch(execution: JobExecution, tasks: readonly Task[]): void {
    this.labels.attach(execution)
    for (const task of tasks) {
      const tally = { count: 0 }
      this.recordsIn.set(task, tally)
      if (execution.simulation.trace !== null || this.times.onEvent !== null) this.times.watch(task)
      const { chain } = task
      if (chain.head instanceof SourceOperator)
        chain.head.output = new WatchedInput(this, task, tally, chain.head.output)
      else chain.inputs.forEach((input, i) => (chain.inputs[i] = new WatchedInput(this, task, tally, input)))
    }
  }

  recordStarts(task: Task, value: unknown, timestamp: number): void {
    this.take(task, 'record', value, timestamp, true)
  }

  timerFired(task: Task, timestamp: number, isEventTime: boolean): void {
    this.take(task, 'timer', null, timestamp, isEventTime)
  }

  watermarkPassed(task: Task): void {
    const watermark = task.watermark()
    if (watermark <= (this.watermarkOf.get(task) ?? MIN_TIMESTAMP)) return
    this.watermarkOf.set(task, watermark)
    this.watermarks++
  }

  /** What steps are counted by. */
  counts(): StepCounts {
    const checkpoints = this.execution?.checkpoints?.history.completed ?? 0
    return { processed: this.processed, watermarks: this.watermarks, checkpoints }
  }

  probeOf(task: Task, at: string | null): CallProbe {
    return {
      isOn: () => this.isDetailed,
      called: (kind, name, text) => {
        const { hand } = this
        if (!this.isDetailed || hand?.isDetailed !== true || hand.task !== task) return
        if (hand.calls.length === MOST_CALLS) hand.calls.shift()
        const isResult = kind === 'result'
        const place = isResult ? { at, error: null } : { at: null, error: new Error(kind) }
        hand.calls.push({ kind, name, text: shorten(text()), ...place })
      },
    }
  }

  timeProbeOf(task: Task): TimeProbe | null {
    return task.simulation.trace === null ? null : this.times.probeOf(task)
  }

  rowArrived(row: number): void {
    this.hand?.rows.push(row)
  }

  /** What a subtask writes in the event of what was processed last was written by that. */
  lineWritten(line: number, subtask: number): void {
    const { hand, execution } = this
    if (hand === null || hand.event !== execution?.simulation.event || hand.task.subtask !== subtask) return
    hand.logs.push(line)
  }

  snapshotTaken(task: Task, checkpoint: number): void {
    const taken = this.recordsAt.get(task) ?? new Map<number, number>()
    this.recordsAt.set(task, taken.set(checkpoint, this.countOf(task)))
    const [oldest] = taken.keys()
    if (taken.size > MOST_SNAPSHOTS && oldest !== undefined) taken.delete(oldest)
  }

  /** How many records a task has taken. */
  countOf(task: Task): number {
    return this.recordsIn.get(task)?.count ?? 0
  }

  /** How many records a task has taken since its snapshot for this checkpoint; since it began, where it has taken none. */
  recordsSince(task: Task, checkpoint: number): number {
    return this.countOf(task) - (this.recordsAt.get(task)?.get(checkpoint) ?? 0)
  }

  /** The timers that fired in the same event of the task, without a record between. */
  private earlierOf(task: Task, event: number): readonly SeenHand[] {
    const { hand } = this
    if (hand?.kind !== 'timer' || !hand.isDetailed || hand.task !== task || hand.event !== event) return []
    return [...hand.earlier, hand].slice(-MOST_TIMERS)
  }

  /** Where nobody could see so much it's one object over and over, since there may be millions in a second. */
  private take(task: Task, kind: SeenHand['kind'], value: unknown, timestamp: number, isEventTime: boolean): void {
    const { isDetailed } = this
    const backend = task.keyContext?.backend ?? null
    const slot = backend?.slot ?? NO_SLOT
    const event = this.execution?.simulation.event ?? 0
    const isTimer = kind === 'timer'
    const hand = isDetailed ? newHand(task, true) : (this.glimpse ??= newHand(task, false))
    this.processed++
    hand.task = task
    hand.kind = kind
    hand.value = value
    hand.timestamp = timestamp
    hand.isEventTime = isEventTime
    hand.slot = slot
    hand.event = event
    hand.element = isTimer ? null : elementOf(task, isDetailed ? { channel: null, id: 0 } : this.spot)
    hand.window = backend === null || slot === NO_SLOT || !isTimer ? null : firedWindow(backend, slot)
    if (hand.rows.length > 0) hand.rows = []
    if (hand.logs.length > 0) hand.logs = []
    if (isDetailed) {
      hand.written = channelsOf(task).map(writtenElements)
      hand.before = backend !== null && slot !== NO_SLOT ? keyAt(backend, slot) : null
      hand.earlier = isTimer ? this.earlierOf(task, event) : []
    }
    this.hand = hand
  }
}

/** The window whose timer fires: its slot says so, or the table of windows that are kept as a whole. */
export function firedWindow(backend: KeyedStateBackend, slot: number): KeyBefore['window'] {
  const { firing = null } = backend.panes ?? {}
  return firing === null ? windowAt(backend, slot) : { start: firing.start, end: firing.end }
}

/** Where the element is that the task has at hand, written into `spot`; null where it comes out of no channel. */
function elementOf(task: Task, spot: Spot): SeenHand['element'] {
  const channel = task.gate?.channels[task.channel]
  if (channel === undefined) return null
  spot.channel = channel
  spot.id = channel.consumedElements + task.index + (task.buffer?.controlIndex ?? 0)
  return spot as { readonly channel: Channel; readonly id: number }
}

function newHand(task: Task, isDetailed: boolean): WritableHand {
  return {
    task,
    kind: 'record',
    value: null,
    isEventTime: true,
    timestamp: NaN,
    element: null,
    written: [],
    slot: NO_SLOT,
    window: null,
    before: null,
    rows: [],
    logs: [],
    calls: [],
    earlier: [],
    event: 0,
    isDetailed,
  }
}

/** Stands before an input of a task's first operator. */
class WatchedInput implements Receiver {
  private readonly watcher: ClusterWatcher
  private readonly task: Task
  private readonly tally: Tally
  private readonly input: Receiver

  constructor(watcher: ClusterWatcher, task: Task, tally: Tally, input: Receiver) {
    this.watcher = watcher
    this.task = task
    this.tally = tally
    this.input = input
  }

  processElement(value: unknown, timestamp: number): void {
    this.tally.count++
    this.watcher.recordStarts(this.task, value, timestamp)
    this.input.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.input.processWatermark(timestamp)
    this.watcher.watermarkPassed(this.task)
  }

  processStatus(isIdle: boolean): void {
    this.input.processStatus(isIdle)
  }
}

/** The channels a task writes to, in order. */
export function channelsOf(task: Task): Channel[] {
  return task.writers.flatMap(({ channels }) => channels)
}

/** How many elements were ever written into a channel. */
export function writtenElements(channel: Channel): number {
  let count = channel.consumedElements
  for (const buffers of [channel.arrived, channel.onTheWay, channel.sealed]) {
    for (const buffer of buffers) count += buffer.size + buffer.controlAt.length
  }
  if (channel.open !== null) count += channel.open.size + channel.open.controlAt.length
  return count
}

/** The value of a hand as text. */
export function handText(hand: SeenHand, labels: RecordLabels): string {
  return hand.kind === 'record' ? labels.textOf(hand.value) : toPrintText(hand.timestamp)
}
