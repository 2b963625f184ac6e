// Watches a cluster from within its events and says which invariant broke. It hears of every entry of the trace when it's
// written, reads plain fields, and computes what must hold by itself: nothing of the engine's own arithmetic is asked. The
// numbers are those of the engine study, §8; 26 is ours: nothing of a failed attempt goes on.

import type { JobExecution } from '../../runtime/cluster/job-execution.ts'
import type { SavepointRequest } from '../../runtime/cluster/savepoint-request.ts'
import type { Channel } from '../../runtime/network/channel.ts'
import { RECORD } from '../../runtime/record/buffer.ts'
import type { ChainSnapshot } from '../../runtime/task/operator-chain.ts'
import { TASK_STATES } from '../../runtime/task/task-contract.ts'
import type { Task } from '../../runtime/task/task.ts'
import {
  TRACE_CHECKPOINT,
  TRACE_DELIVER,
  TRACE_RESTART,
  TRACE_SEND,
  TRACE_STATE,
  TRACE_TURN,
  TRACE_WATERMARK,
} from '../../runtime/trace/trace-layout.ts'
import { ChannelRecord, countCredits, readOf } from './channel-record.ts'
import { ownershipProblem } from './key-ownership.ts'
import { ObservedTrace } from './observed-trace.ts'

const SCHEDULED = TASK_STATES.indexOf('SCHEDULED')
const FAILED = TASK_STATES.indexOf('FAILED')

/** What broke, and how. */
export interface Violation {
  readonly invariant: string
  readonly text: string
}

/** Something that happens to a job, at which something may be done to it. */
export type Moment = 'checkpoint begun' | 'checkpoint complete' | 'deployed anew'

export class ClusterObserver {
  readonly violations: Violation[] = []
  readonly completedCheckpoints = new Set<number>()
  /** Told of what happens to the job. */
  onMoment: (moment: Moment) => void = () => undefined
  readonly #execution: JobExecution
  readonly #isExact: boolean
  readonly #channels = new Map<Channel, ChannelRecord>()
  /** By task: the last checkpoint of which it took a snapshot. */
  readonly #snapshots = new WeakMap<Task, number>()
  /** By task: the checkpoint whose barriers overtake, and what had been read of each channel when the first did. */
  readonly #overtaken = new WeakMap<Task, { readonly checkpoint: number; readonly read: readonly number[] }>()
  /** Tasks of regions that have failed. */
  readonly #lost = new WeakSet<Task>()
  /** Valves of which no channel counted, and that have given no watermark since. */
  readonly #woken = new WeakSet<object>()
  readonly #watermarks = new Map<number, number>()
  /** By split of a source, as it is read. */
  readonly #splitWatermarks = new WeakMap<object, number>()
  readonly #begun = new Set<number>()
  /** Complete, or given up. */
  readonly #over = new Set<number>()
  /** Of those that somebody asked for, what for. */
  readonly #savepoints = new Map<number, SavepointRequest>()
  #lastUs = 0
  #lastEvent = 0
  #lastCompleted = 0

  /** From now on. `isExact`: no record may be in a snapshot before whose barrier it doesn't stand. */
  constructor(execution: JobExecution, isExact: boolean) {
    this.#execution = execution
    this.#isExact = isExact
    this.#lastUs = execution.simulation.nowUs
    this.#lastCompleted = execution.checkpoints?.completed?.id ?? 0
    if (this.#lastCompleted > 0) this.completedCheckpoints.add(this.#lastCompleted)
    const taken = execution.snapshotTaken.bind(execution)
    execution.snapshotTaken = (task, checkpoint, snapshot, figures) => {
      this.#snapshotTaken(task, checkpoint, snapshot)
      return taken(task, checkpoint, snapshot, figures)
    }
    execution.simulation.trace = new ObservedTrace((kind, task, a, b) => this.#entry(kind, task, a, b))
    this.#meetChannels()
    this.#requireOwnership()
  }

  /** Something was committed that is in no checkpoint before this one. */
  committed(checkpoint: number): void {
    this.#require('14 commits', checkpoint <= this.#lastCompleted, () => {
      return `what is in checkpoint ${checkpoint} at the earliest was committed after ${this.#lastCompleted}`
    })
  }

  /** After the end. */
  finish(): void {
    const { channels, simulation, tasks } = this.#execution
    for (const { id, inFlight, returning, sealed, onTheWay, arrived, open, ...channel } of channels) {
      const { sentRecords, consumedRecords } = channel
      const unacknowledged = inFlight - returning.length
      const left = unacknowledged + sealed.length + onTheWay.length + arrived.length + (open === null ? 0 : 1)
      this.#require('25 memory', left === 0, () => `channel ${id} holds ${left} buffers at the end`)
      this.#require('8 conservation', sentRecords === consumedRecords, () => {
        return `channel ${id}: ${sentRecords} sent, ${consumedRecords} consumed`
      })
    }
    this.#require('25 memory', simulation.heap.size === 0, () => `${simulation.heap.size} events at the end`)
    this.#requireOwnership()
    // A job that was stopped with a savepoint has its timers still before it.
    if (!tasks.every(({ hasEmittedAll }) => hasEmittedAll)) return
    const timers = tasks.reduce((sum, { keyContext }) => sum + (keyContext?.backend.eventTimers.count ?? 0), 0)
    this.#require('9 timers', timers === 0, () => `${timers} timers are left at the end`)
  }

  #entry(kind: number, task: number, a: number, b: number): void {
    const { simulation } = this.#execution
    const { nowUs, event, targets } = simulation
    if (nowUs < this.#lastUs || !Number.isInteger(nowUs) || event < this.#lastEvent) {
      this.#say('11 time', `from event ${this.#lastEvent} at ${this.#lastUs} µs to event ${event} at ${nowUs} µs`)
    }
    this.#lastUs = nowUs
    this.#lastEvent = event
    if (kind === TRACE_SEND) this.#channelOf(targets[a] as Channel).sent()
    else if (kind === TRACE_DELIVER) this.#delivered(targets[a] as Channel)
    else if (kind === TRACE_TURN) this.#hadTurn(targets[task] as Task)
    else if (kind === TRACE_WATERMARK) this.#hasWatermark(task, a)
    else if (kind === TRACE_STATE) this.#isInState(targets[task] as Task, a)
    else if (kind === TRACE_CHECKPOINT) this.#checkpoint(a, b)
    else if (kind === TRACE_RESTART) this.#deployedAnew(b)
  }

  /** Buffers arrive in the order in which they were sent, and none is lost or comes twice. */
  #delivered(channel: Channel): void {
    const { id, inFlight, overdraft, settings } = channel
    const seen = this.#channelOf(channel)
    const problem = seen.delivered()
    if (problem !== null) this.#say(problem.invariant, problem.text)
    const queued = countCredits(channel.onTheWay) + countCredits(channel.arrived)
    if (queued > inFlight || inFlight > settings.credits + overdraft) {
      const text = `channel ${id}: ${queued} buffers, ${inFlight} in flight, ${settings.credits} credits`
      this.#say('7 credits', text)
    }
  }

  /** Nothing goes on of what has failed; and the watermark of an input is the lowest of the channels that count. */
  #hadTurn(task: Task): void {
    if (this.#lost.has(task))
      this.#say('26 attempts', `${task.name} ${task.subtask} had a turn after its region failed`)
    for (const valve of task.gate?.valves ?? []) {
      const { watermarks, isIdle, isAligned, lastWatermark, isOutputIdle } = valve
      if (isOutputIdle) {
        this.#woken.add(valve)
        continue
      }
      let lowest = Infinity
      let count = 0
      for (let i = 0; i < watermarks.length; i++) {
        if (isAligned[i] !== true || isIdle[i] === true) continue
        lowest = Math.min(lowest, watermarks[i] as number)
        count++
      }
      // Those that are active may all have to catch up: then as well the next to wake is the only one that counts.
      if (count === 0) this.#woken.add(valve)
      if (lowest === lastWatermark) this.#woken.delete(valve)
      if (count === 0 || lowest === lastWatermark) continue
      // A channel that wakes brings no watermark, in Flink's valve neither: the last one may lie below until the next comes.
      if (lowest > lastWatermark && this.#woken.has(valve)) continue
      this.#say('2 valve', `task ${task.name} ${task.subtask}: ${lastWatermark} out of ${watermarks.join()}`)
    }
    for (const [split, output] of task.source?.outputs?.splits ?? []) {
      const before = this.#splitWatermarks.get(output) ?? -Infinity
      this.#require('1 watermarks', output.watermark >= before, () => `${split}: ${output.watermark} after ${before}`)
      this.#splitWatermarks.set(output, output.watermark)
    }
    const checkpoint = task.checkpoints.capture?.checkpoint ?? 0
    if (checkpoint > 0 && this.#overtaken.get(task)?.checkpoint !== checkpoint) {
      this.#overtaken.set(task, { checkpoint, read: readOf(task) })
    }
  }

  #hasWatermark(task: number, watermark: number): void {
    const before = this.#watermarks.get(task) ?? -Infinity
    this.#require('1 watermarks', watermark > before, () => `task ${task}: ${watermark} after ${before}`)
    this.#watermarks.set(task, watermark)
  }

  #isInState(task: Task, state: number): void {
    // A new attempt begins without a watermark.
    if (state === SCHEDULED) this.#watermarks.delete(task.id)
    if (state !== FAILED || this.#lost.has(task)) return
    // All that it's connected with fails with it: Flink's pipelined regions.
    const region = new Set<unknown>([task])
    for (let before = 0; before < region.size;) {
      before = region.size
      for (const { producer, consumer } of this.#execution.channels) {
        if (region.has(producer)) region.add(consumer)
        else if (region.has(consumer)) region.add(producer)
      }
    }
    for (const one of region) this.#lost.add(one as Task)
  }

  #checkpoint(id: number, what: number): void {
    if (what === 0) {
      const isNew = id > this.#lastCompleted && !this.#begun.has(id)
      this.#require('5 one checkpoint', isNew, () => `checkpoint ${id} is begun after ${this.#lastCompleted}`)
      this.#begun.add(id)
      const { pending = [] } = this.#execution.checkpoints ?? {}
      const request = pending.find((one) => one.id === id)?.savepoint ?? null
      if (request !== null) this.#savepoints.set(id, request)
      this.onMoment('checkpoint begun')
    } else if (what === 1) {
      this.#completed(id)
      this.onMoment('checkpoint complete')
    }
    if (what !== 0) this.#over.add(id)
  }

  /** By a savepoint with which the job goes on nothing is committed; from one that is somebody's nothing is started again. */
  #completed(id: number): void {
    const request = this.#savepoints.get(id) ?? null
    const isAside = request?.stop === 'none'
    // It may be complete after checkpoints that were begun later.
    const isNext = this.#begun.has(id) && !this.#over.has(id) && (isAside || id > this.#lastCompleted)
    this.#require('14 commits', isNext, () => `checkpoint ${id} is complete after ${this.#lastCompleted}`)
    if (!isAside) this.#lastCompleted = id
    if (request === null || request.goesOn === true) this.completedCheckpoints.add(id)
  }

  #deployedAnew(checkpoint: number): void {
    const isKnown = checkpoint === 0 || this.completedCheckpoints.has(checkpoint)
    this.#require('14 commits', isKnown, () => `started from checkpoint ${checkpoint}, which isn't complete`)
    this.#meetChannels()
    this.#requireOwnership()
    this.onMoment('deployed anew')
  }

  /** What a subtask has read of each channel, and taken in of what barriers overtook, is what came before the barrier. */
  #snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot | null): void {
    const last = this.#snapshots.get(task) ?? 0
    const place = `task ${task.name} ${task.subtask}`
    this.#require('5 one checkpoint', checkpoint > last, () => `${place}: snapshot ${checkpoint} after ${last}`)
    this.#snapshots.set(task, checkpoint)
    if (!this.#isExact || task.gate === null) return
    const overtaken = this.#overtaken.get(task)
    const read = overtaken?.checkpoint === checkpoint ? overtaken.read : readOf(task)
    const inFlight = snapshot?.inFlight ?? []
    task.gate.channels.forEach((channel, i) => {
      const before = this.#channelOf(channel).before.get(checkpoint)
      const captured = (inFlight[i] ?? []).filter(({ kind }) => kind === RECORD).length
      const has = (read[i] as number) + captured
      this.#require('4 alignment', before === undefined || has === before, () => {
        return `${place}: ${has} records of channel ${channel.id} in snapshot ${checkpoint}, ${before} before its barrier`
      })
    })
  }

  #requireOwnership(): void {
    for (const task of this.#execution.tasks) {
      const problem = ownershipProblem(task)
      if (problem !== null) this.#say('6 key groups', problem)
    }
  }

  #channelOf(channel: Channel): ChannelRecord {
    let seen = this.#channels.get(channel)
    if (seen === undefined) {
      seen = new ChannelRecord(channel)
      this.#channels.set(channel, seen)
    }
    return seen
  }

  /** Channels made anew begin with what was restored. Of those that are gone nothing needs to be kept. */
  #meetChannels(): void {
    const current = new Set(this.#execution.channels)
    for (const channel of this.#channels.keys()) if (!current.has(channel)) this.#channels.delete(channel)
    for (const channel of current) this.#channelOf(channel)
  }

  #require(invariant: string, holds: boolean, text: () => string): void {
    if (!holds) this.#say(invariant, text())
  }

  #say(invariant: string, text: string): void {
    this.violations.push({ invariant, text })
  }
}
