// Writes into the trace what happens to records in event time: when each got its timestamp, which watermarks its source
// emitted, which came too late, which windows fired. It stands behind sources and where timestamps are assigned, in watched
// runs only. Of many records it keeps every so many-th: which ones depends on their number alone, so that a run that's
// executed again gives the same entries again.

import { hasTimestamp } from '../base/time.ts'
import type { LateRecord, FiredPane, TimeProbe } from '../operators/time-probe.ts'
import { TimestampsAndWatermarksOperator } from '../operators/timestamps-watermarks.ts'
import type { Receiver } from '../record/receiver.ts'
import type { Task } from '../task/task.ts'
import {
  EVENT_TURN,
  LATE_RULES,
  TRACE_EMITTED,
  TRACE_EVENT,
  TRACE_LATE,
  TRACE_LATE_RULE,
  TRACE_LATE_WINDOW,
  TRACE_PANE,
  TRACE_PANE_SIZE,
} from '../trace/trace-layout.ts'

/** A record that a trace entry tells of. */
export interface TracedRecord {
  /** Number of the entry in the run. */
  readonly entry: number
  readonly text: string
}

/** So many are kept one by one; of twice as many every second, and so on. */
const ALL = 2048

/** Keeps every so many-th of what is counted: the more there are, the fewer. */
export class Thinning {
  count = 0
  every = 1
  kept = 0

  /** Counts one; whether it's kept. */
  take(): boolean {
    if (this.count++ % this.every !== 0) return false
    if (++this.kept === ALL) {
      this.kept = ALL / 2
      this.every *= 2
    }
    return true
  }
}

export class TimeTracer {
  readonly textOf: (value: unknown) => string
  /** Of the entries since it was asked last. */
  records: TracedRecord[] = []
  /** Told of every record, also of those that the trace leaves out. */
  onEvent: ((task: Task, value: unknown, timestamp: number) => void) | null = null
  readonly lates = new Map<Task, Thinning>()
  readonly panes = new Map<Task, Thinning>()

  constructor(textOf: (value: unknown) => string) {
    this.textOf = textOf
  }

  /** Stands behind where the task's records get their timestamps, if that is in this task. */
  watch(task: Task): void {
    const { operators } = task.chain
    const assigner = operators.filter((one) => one instanceof TimestampsAndWatermarksOperator).at(-1)
    const origin = assigner ?? (task.source === null ? undefined : task.source)
    if (origin !== undefined) origin.output = new TracedTime(this, task, origin.output)
    this.lates.set(task, new Thinning())
    this.panes.set(task, new Thinning())
  }

  /** These tasks are gone. */
  forget(task: Task): void {
    this.lates.delete(task)
    this.panes.delete(task)
  }

  probeOf(task: Task): TimeProbe {
    return { late: (record) => this.late(task, record), paneFired: (pane) => this.paneFired(task, pane) }
  }

  /** The records of the entries since it was asked last. */
  drain(): readonly TracedRecord[] {
    const { records } = this
    this.records = []
    return records
  }

  eventTime(task: Task, value: unknown, timestamp: number, number: number): void {
    this.note(task, value)
    add(task, TRACE_EVENT, timestamp, number * EVENT_TURN + ((task.index - task.start) % EVENT_TURN))
  }

  private late(task: Task, { value, timestamp, watermark, rule, maxTimestamp, allowedLatenessMs, isKept }: LateRecord) {
    if (this.lates.get(task)?.take() !== true) return
    this.note(task, value)
    add(task, TRACE_LATE, timestamp, watermark)
    add(task, TRACE_LATE_RULE, LATE_RULES.indexOf(rule), isKept ? 1 : 0)
    if (maxTimestamp !== undefined) add(task, TRACE_LATE_WINDOW, maxTimestamp, allowedLatenessMs ?? 0)
  }

  private paneFired(task: Task, { start, end, keys, records }: FiredPane): void {
    if (this.panes.get(task)?.take() !== true) return
    add(task, TRACE_PANE, start, end)
    add(task, TRACE_PANE_SIZE, keys, records ?? NaN)
  }

  private note({ simulation: { trace } }: Task, value: unknown): void {
    if (trace !== null) this.records.push({ entry: trace.written, text: this.textOf(value) })
  }
}

function add(task: Task, kind: number, a: number, b: number): void {
  const { simulation } = task
  simulation.trace?.add(simulation.event, task.nowUs(), kind, task.id, a, b)
}

/** Passes everything on, and tells of records that have a timestamp and of watermarks. */
class TracedTime implements Receiver {
  readonly tracer: TimeTracer
  readonly task: Task
  readonly output: Receiver
  readonly thinning = new Thinning()

  constructor(tracer: TimeTracer, task: Task, output: Receiver) {
    this.tracer = tracer
    this.task = task
    this.output = output
  }

  processElement(value: unknown, timestamp: number): void {
    const { thinning } = this
    const number = thinning.count
    this.tracer.onEvent?.(this.task, value, timestamp)
    if (hasTimestamp(timestamp) && thinning.take()) this.tracer.eventTime(this.task, value, timestamp, number)
    this.output.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    add(this.task, TRACE_EMITTED, timestamp, 0)
    this.output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.output.processStatus(isIdle)
  }
}
