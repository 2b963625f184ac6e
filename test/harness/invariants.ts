// What must hold whatever the job: read off channels and trace between slices of a run, by code that shares nothing with
// the engine. Engine study §8.

import type { JobExecution } from '../../runtime/cluster/job-execution.ts'
import {
  TRACE_DELIVER,
  TRACE_SEND,
  TRACE_STRIDE,
  TRACE_TIMER,
  TRACE_TURN,
  TRACE_WATERMARK,
} from '../../runtime/trace/trace-layout.ts'

export class Invariants {
  readonly violations: string[] = []
  readonly #execution: JobExecution
  readonly #watermarks = new Map<number, number>()
  /** By channel: records of the buffers sent and not yet delivered, and of all consumed turns by task. */
  readonly #onTheWay = new Map<number, number[]>()
  readonly #consumed = new Map<number, number>()
  #lastUs = 0
  #lastEvent = 0

  constructor(execution: JobExecution) {
    this.#execution = execution
  }

  /** Looks between two slices. */
  look(): void {
    const { simulation, channels, settings } = this.#execution
    this.#require(simulation.nowUs >= this.#lastUs, () => `time went back from ${this.#lastUs} to ${simulation.nowUs}`)
    this.#require(Number.isInteger(simulation.nowUs), () => `time ${simulation.nowUs} is no integer`)
    this.#lastUs = simulation.nowUs
    for (const { id, inFlight, onTheWay, arrived, overdraft } of channels) {
      // A barrier takes no credit.
      const queued = [...onTheWay, ...arrived].filter((buffer) => !buffer.isBarrier()).length
      this.#require(queued <= inFlight, () => `channel ${id} holds ${queued} buffers and counts ${inFlight}`)
      this.#require(inFlight <= settings.credits + overdraft, () => `channel ${id}: ${inFlight} buffers in flight`)
      const tooBig = [...onTheWay, ...arrived].find(({ size }) => size > settings.bufferRecords)
      this.#require(tooBig === undefined, () => `channel ${id}: a buffer of ${tooBig?.size} records`)
    }
    this.#readTrace()
  }

  /** Looks once more, after the end. */
  finish(): void {
    this.look()
    const { channels, tasks } = this.#execution
    for (const channel of channels) {
      const { id, sentRecords, consumedRecords, inFlight, returning, open, sealed, onTheWay, arrived } = channel
      this.#require(
        sentRecords === consumedRecords,
        () => `channel ${id}: ${sentRecords} sent, ${consumedRecords} consumed`,
      )
      const unacknowledged = inFlight - returning.length
      const left = unacknowledged + sealed.length + onTheWay.length + arrived.length + (open === null ? 0 : 1)
      this.#require(left === 0, () => `channel ${id} holds ${left} buffers at the end`)
    }
    for (const task of tasks) {
      if (task.gate === null) continue
      const sent = task.gate.channels.reduce((sum, { sentRecords }) => sum + sentRecords, 0)
      const consumed = this.#consumed.get(task.id) ?? 0
      this.#require(
        sent === consumed,
        () => `task ${task.name} ${task.subtask}: ${sent} sent to it, ${consumed} in its turns`,
      )
      const watermark = this.#watermarks.get(task.id)
      this.#require(watermark === Infinity, () => `task ${task.name} ${task.subtask} ended at watermark ${watermark}`)
    }
  }

  #readTrace(): void {
    const { entries, lost } = this.#execution.simulation.trace?.drain() ?? { entries: new Float64Array(0), lost: 0 }
    this.#require(lost === 0, () => `${lost} trace entries lost: look more often`)
    for (let i = 0; i < entries.length; i += TRACE_STRIDE) {
      const [event, , kind, task, a, b] = entries.subarray(i, i + TRACE_STRIDE) as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      this.#require(event >= this.#lastEvent, () => `event ${event} after ${this.#lastEvent}`)
      this.#lastEvent = event
      if (kind === TRACE_WATERMARK) {
        const before = this.#watermarks.get(task) ?? -Infinity
        this.#require(a > before, () => `watermark of task ${task} went from ${before} to ${a}`)
        this.#watermarks.set(task, a)
      } else if (kind === TRACE_SEND) this.#onTheWay.set(a, [...(this.#onTheWay.get(a) ?? []), b])
      else if (kind === TRACE_DELIVER) {
        const [first, ...rest] = this.#onTheWay.get(a) ?? []
        this.#require(first === b, () => `channel ${a} delivered ${b} records, the oldest buffer sent has ${first}`)
        this.#onTheWay.set(a, rest)
      } else if (kind === TRACE_TURN) this.#consume(task, a)
      // A turn of alarms counts the timers that fired in it.
      else if (kind === TRACE_TIMER && b === 0) this.#consume(task, -1)
    }
  }

  #consume(task: number, records: number): void {
    this.#consumed.set(task, (this.#consumed.get(task) ?? 0) + records)
  }

  #require(holds: boolean, message: () => string): void {
    if (!holds) this.violations.push(message())
  }
}
