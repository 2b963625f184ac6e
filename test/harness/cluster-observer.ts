// Watches a cluster event by event and says which invariant broke. It reads plain fields and the trace, and computes what
// must hold by itself: nothing of the engine's own arithmetic is asked. The numbers are those of the engine study, §8.

import { present } from '../../runtime/base/assert.ts'
import type { JobExecution } from '../../runtime/cluster/job-execution.ts'
import type { Channel } from '../../runtime/network/channel.ts'
import { BARRIER, WATERMARK, type Buffer } from '../../runtime/record/buffer.ts'
import type { Task } from '../../runtime/task/task.ts'
import {
  TRACE_DELIVER,
  TRACE_SEND,
  TRACE_STATE,
  TRACE_STRIDE,
  TRACE_TURN,
  TRACE_WATERMARK,
} from '../../runtime/trace/trace-layout.ts'
import type { TraceRing } from '../../runtime/trace/trace-ring.ts'
import { TASK_STATES } from '../../runtime/task/task-contract.ts'

const SCHEDULED = TASK_STATES.indexOf('SCHEDULED')

/** What broke, and how. */
export interface Violation {
  readonly invariant: string
  readonly text: string
}

/** What is known of a channel of the attempt under way. */
interface Seen {
  readonly channel: Channel
  /** Buffers sent and not yet delivered, oldest first. */
  onTheWay: readonly Buffer[]
  watermark: number
  /** Records delivered so far, and of each checkpoint how many came before its barrier. */
  records: number
  readonly before: Map<number, number>
}

export class ClusterObserver {
  readonly violations: Violation[] = []
  readonly #execution: JobExecution
  readonly #isAligned: boolean
  #seen = new Map<Channel, Seen>()
  /** By task: the last checkpoint of which it took a snapshot. */
  readonly #snapshots = new Map<Task, number>()
  readonly #watermarks = new Map<number, number>()
  #lastUs = 0
  #lastEvent = 0
  #completed = 0

  constructor(execution: JobExecution, isAligned: boolean) {
    this.#execution = execution
    this.#isAligned = isAligned
    const taken = execution.snapshotTaken.bind(execution)
    execution.snapshotTaken = (task, checkpoint, ...rest) => {
      this.#snapshotTaken(task, checkpoint)
      return taken(task, checkpoint, ...rest)
    }
  }

  /** After every event: at most one buffer was delivered, and at most one task had a turn. */
  look(): void {
    const { simulation, checkpoints } = this.#execution
    this.#require('11 time', simulation.nowUs >= this.#lastUs && Number.isInteger(simulation.nowUs), () => {
      return `from ${this.#lastUs} to ${simulation.nowUs} µs`
    })
    this.#lastUs = simulation.nowUs
    const id = checkpoints?.completed?.id ?? 0
    this.#require('14 checkpoints', id >= this.#completed, () => `checkpoint ${id} after ${this.#completed}`)
    this.#completed = id
    const trace = simulation.trace as TraceRing
    if (trace.written > trace.drained) this.#readTrace(trace)
  }

  /** After the end. */
  finish(): void {
    const { channels, simulation } = this.#execution
    for (const { id, inFlight, sealed, onTheWay, arrived, open, sentRecords, consumedRecords } of channels) {
      const left = inFlight + sealed.length + onTheWay.length + arrived.length + (open === null ? 0 : 1)
      this.#require('25 memory', left === 0, () => `channel ${id} holds ${left} buffers at the end`)
      this.#require('8 conservation', sentRecords === consumedRecords, () => {
        return `channel ${id}: ${sentRecords} sent, ${consumedRecords} consumed`
      })
    }
    this.#require('25 memory', simulation.heap.size === 0, () => `${simulation.heap.size} events at the end`)
  }

  /** Buffers arrive in the order in which they were sent, and none is lost or comes twice. */
  #channelChanged(channel: Channel, hasDelivered: boolean): void {
    const { id, inFlight, onTheWay, arrived, overdraft, settings } = channel
    const seen = this.#seenOf(channel)
    const queued = [...onTheWay, ...arrived].filter(takesCredit).length
    this.#require('7 credits', queued <= inFlight && inFlight <= settings.credits + overdraft, () => {
      return `channel ${id}: ${queued} buffers, ${inFlight} in flight, ${settings.credits} credits`
    })
    const expected = hasDelivered ? seen.onTheWay.slice(1) : seen.onTheWay
    const areThere = expected.every((buffer, i) => buffer === onTheWay[i])
    this.#require('8 conservation', areThere, () => `channel ${id} lost a buffer, or changed their order`)
    if (hasDelivered) {
      const delivered = arrived.at(-1)
      this.#require('8 conservation', delivered === seen.onTheWay[0], () => `channel ${id} delivered another buffer`)
      if (delivered !== undefined) this.#readBuffer(seen, delivered)
    }
    seen.onTheWay = onTheWay.slice()
  }

  #readBuffer(seen: Seen, { controlAt, controlKinds, controlValues, size }: Buffer): void {
    controlKinds.forEach((kind, i) => {
      const value = present(controlValues[i], 'value')
      if (kind === WATERMARK) {
        this.#require(
          '1 watermarks',
          value >= seen.watermark,
          () => `channel ${seen.channel.id}: ${value} after ${seen.watermark}`,
        )
        seen.watermark = value
      } else if (kind === BARRIER) seen.before.set(value, seen.records + present(controlAt[i], 'place'))
    })
    seen.records += size
  }

  /** The watermark of an input is the lowest of the channels that count. */
  #lookAtValves(task: Task): void {
    for (const { watermarks, isIdle, isAligned, lastWatermark, isOutputIdle } of task.gate?.valves ?? []) {
      const counting = watermarks.filter((_, i) => isAligned[i] === true && isIdle[i] === false)
      if (counting.length === 0 || isOutputIdle) continue
      const lowest = Math.min(...counting)
      this.#require('2 valve', lowest === lastWatermark, () => {
        return `task ${task.name} ${task.subtask}: ${lastWatermark} out of ${watermarks.join()}`
      })
    }
  }

  /** Aligned: what a subtask has read of each channel is what came before the barrier. */
  #snapshotTaken(task: Task, checkpoint: number): void {
    const last = this.#snapshots.get(task) ?? 0
    this.#require(
      '5 one checkpoint',
      checkpoint > last,
      () => `task ${task.name}: snapshot ${checkpoint} after ${last}`,
    )
    this.#snapshots.set(task, checkpoint)
    if (!this.#isAligned) return
    for (const channel of task.gate?.channels ?? []) {
      const before = this.#seenOf(channel).before.get(checkpoint)
      const read = channel.consumedRecords + (channel.arrived[0]?.position ?? 0)
      this.#require('4 alignment', before === undefined || read === before, () => {
        return `task ${task.name} ${task.subtask}: ${read} records of channel ${channel.id} in snapshot ${checkpoint}, ${before} before its barrier`
      })
    }
  }

  /** Straight from the ring: an array for each event would cost more than all else. */
  #readTrace(trace: TraceRing): void {
    const { targets } = this.#execution.simulation
    const lost = trace.written - trace.drained > trace.capacity
    this.#require('11 time', !lost, () => 'trace entries lost')
    for (; trace.drained < trace.written; trace.drained++) {
      const at = (trace.drained % trace.capacity) * TRACE_STRIDE
      const event = trace.entries[at] as number
      const kind = trace.entries[at + 2] as number
      const task = trace.entries[at + 3] as number
      const a = trace.entries[at + 4] as number
      this.#require('11 time', event >= this.#lastEvent, () => `event ${event} after ${this.#lastEvent}`)
      this.#lastEvent = event
      if (kind === TRACE_SEND) this.#channelChanged(targets[a] as Channel, false)
      else if (kind === TRACE_DELIVER) this.#channelChanged(targets[a] as Channel, true)
      else if (kind === TRACE_TURN) this.#lookAtValves(targets[task] as Task)
      // A new attempt begins without a watermark.
      else if (kind === TRACE_STATE && a === SCHEDULED) this.#watermarks.delete(task)
      else if (kind === TRACE_WATERMARK) {
        const before = this.#watermarks.get(task) ?? -Infinity
        this.#require('1 watermarks', a > before, () => `task ${task}: ${a} after ${before}`)
        this.#watermarks.set(task, a)
      }
    }
  }

  #seenOf(channel: Channel): Seen {
    let seen = this.#seen.get(channel)
    if (seen === undefined) {
      // Of channels that are gone nothing needs to be kept.
      const current = new Set(this.#execution.channels)
      this.#seen = new Map(Array.from(this.#seen).filter(([known]) => current.has(known)))
      seen = { channel, onTheWay: [], watermark: -Infinity, records: 0, before: new Map() }
      this.#seen.set(channel, seen)
    }
    return seen
  }

  #require(invariant: string, holds: boolean, text: () => string): void {
    if (!holds) this.violations.push({ invariant, text: text() })
  }
}

/** As in Flink a barrier on its own needs none. */
function takesCredit({ size, controlKinds }: Buffer): boolean {
  return size > 0 || controlKinds.some((kind) => kind !== BARRIER)
}
