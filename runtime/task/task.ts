// One subtask at work: mails (alarms) first, then data, a turn at a time. A turn consumes part of one buffer, ends at a
// control element and never runs past the task's own next alarm; so turn boundaries depend on data, settings and seed
// alone. Flink's StreamTask, without threads.

import { broken } from '../base/assert.ts'
import { SourceOperator } from '../connectors/source-operator.ts'
import { ALARM, TURN, type EventTarget, type Simulation, type Turn } from '../kernel/simulation.ts'
import type { Wakeable } from '../network/channel.ts'
import type { InputGate } from '../network/input-gate.ts'
import type { RecordWriter } from '../network/record-writer.ts'
import { ActivityClock } from '../operators/activity-clock.ts'
import { KeyedProcessOperator } from '../operators/process/keyed-process.ts'
import { PaneWindowOperator } from '../operators/window/pane-window-operator.ts'
import type { Buffer } from '../record/buffer.ts'
import { TRACE_FAILURE, TRACE_STATE, TRACE_TASK, TRACE_TIMER, TRACE_TURN } from '../trace/trace-layout.ts'
import { TwoInputOperator } from '../operators/two-input.ts'
import type { Receiver } from '../record/receiver.ts'
import { NO_SLOT } from '../state/keyed-backend.ts'
import type { CheckpointFigures } from './checkpoint-figures.ts'
import { inputAt, takeControl } from './control-elements.ts'
import type { ChainSnapshot, OperatorChain } from './operator-chain.ts'
import type { JobInstance } from './job-instance.ts'
import { sortByKey, type KeyContext, type SelectKey } from './key-context.ts'
import { TaskOutput } from './task-output.ts'
import { TaskTime } from './task-time.ts'
import { SubtaskCheckpoints } from './subtask-checkpoints.ts'
import { TASK_STATES, type TaskCosts, type TaskListener, type TaskState, type TimerWatcher } from './task-contract.ts'

const OPEN_TURN = 1
const ALARM_TURN = 2
const SOURCE_TURN = 3
const DATA_TURN = 4
const MAIL_TURN = 5

export class Task implements EventTarget, Turn, Wakeable {
  id = -1
  readonly name: string
  readonly subtask: number
  readonly simulation: Simulation
  costs: TaskCosts
  /** Null for a source. */
  readonly gate: InputGate | null
  readonly chain: OperatorChain
  readonly source: SourceOperator | null
  readonly keyContext: KeyContext | null
  readonly writers: readonly RecordWriter[]
  readonly output: TaskOutput
  readonly listener: TaskListener<Task>
  readonly checkpoints: SubtaskCheckpoints
  /** Opens the operators; wired by whoever deploys the task. */
  openChain: () => void = () => undefined
  beginTurn: () => void = () => undefined
  /** The learner's module, as evaluated for it. */
  instance: JobInstance | null = null
  tick: () => void = () => undefined
  /** Told of fired timers while somebody watches. */
  watcher: TimerWatcher<Task> | null = null
  state: TaskState = 'CREATED'
  stateBefore: TaskState = 'CREATED'
  /** Its TaskManager is dead: it has no turns, and the JobManager may not know yet. */
  isCut = false
  /** How far its clock is ahead of the others', in ms. */
  clockSkewMs = 0
  /** Stands still while the task waits for credit. */
  readonly activity = new ActivityClock()
  isHeldBack = false
  readonly time: TaskTime
  busyUntilUs = 0
  /** When the first of the operators' alarms is due; kept up to date by alarmChanged. */
  operatorAlarmUs = Infinity
  /** An operator takes no more input for now: nothing is read. */
  isFull = false
  /** All input has been read; operators may still have something on its way. */
  isEnding = false
  /** All operators have finished. The task may still wait for a last checkpoint. */
  hasEmittedAll = false
  /** A TURN event for this task is in the heap. */
  isReady = false
  /** Time of the earliest ALARM event in the heap for this task. */
  alarmAtUs = Infinity
  // The turn under way.
  kind = 0
  kindBefore = 0
  turnStartUs = 0
  channel = -1
  buffer: Buffer | null = null
  /** Place in the buffer (or count of records read, or timers fired) now, at the turn's start, and where it ends. */
  index = 0
  start = 0
  end = 0
  /** Where the turn stopped last for somebody who steps by record. */
  pausedAt = 0

  constructor(
    parts: Pick<
      Task,
      'name' | 'subtask' | 'simulation' | 'costs' | 'gate' | 'chain' | 'writers' | 'listener' | 'keyContext'
    > & { readonly waitsForLast: boolean },
  ) {
    this.name = parts.name
    this.subtask = parts.subtask
    this.simulation = parts.simulation
    this.costs = parts.costs
    this.gate = parts.gate
    this.chain = parts.chain
    this.keyContext = parts.keyContext
    this.source = parts.chain.head instanceof SourceOperator ? parts.chain.head : null
    this.writers = parts.writers
    this.output = new TaskOutput(parts.writers)
    this.listener = parts.listener
    this.checkpoints = new SubtaskCheckpoints(this, parts.waitsForLast)
    this.time = new TaskTime(parts.simulation.nowUs)
    parts.simulation.register(this)
  }

  /** Processing time in ms, as the record at hand sees it: a turn takes virtual time, record by record. */
  nowMs(): number {
    return this.simulation.settings.startMs + this.clockSkewMs + Math.floor(this.nowUs() / 1000)
  }

  /** The watermark that operators have: of a task with two inputs what both make of it. */
  watermark(): number {
    const { head } = this.chain
    if (head instanceof SourceOperator)
      return (head.logic as SourceOperator['logic'] | undefined)?.currentWatermark ?? -Infinity
    return head instanceof TwoInputOperator
      ? head.combined.watermark
      : (this.gate?.valves[0]?.lastWatermark ?? -Infinity)
  }

  wake(): void {
    if (!this.mayBegin()) return
    this.isReady = true
    this.simulation.schedule(Math.max(this.simulation.nowUs, this.busyUntilUs), TURN, this.id)
  }

  wakeAtOnce(): void {
    // A credit may have come for what waits for one.
    if (this.output.isOverdue) this.flushOverdue()
    if (this.busyUntilUs <= this.simulation.nowUs) {
      if (this.mayBegin()) this.begin()
      return
    }
    this.wake()
    if (this.output.isOverdue) this.planAlarm()
  }

  /** Whether a turn is to be had that isn't planned. */
  private mayBegin(): boolean {
    if (this.isHeldBack && this.output.hasCredit()) {
      this.isHeldBack = false
      this.activity.resume(this.nowMs())
      this.time.released(this.simulation.nowUs)
    }
    return !this.isReady && this.isRunnable()
  }

  handle(kind: number): void {
    if (kind === ALARM) {
      this.alarmAtUs = Infinity
      this.flushOverdue()
      this.wakeAtOnce()
      if (this.simulation.turn === null) this.planAlarm()
      return
    }
    if (kind !== TURN) broken(`task ${this.name} got event ${kind}`)
    this.isReady = false
    if (this.isRunnable()) return this.begin()
    if (this.output.isOverdue) this.flushOverdue()
    this.planAlarm()
  }

  /** An operator's alarm moved, or it's full: the turn under way must not run past either. */
  alarmChanged(): void {
    const nextMs = this.hasEmittedAll ? Infinity : this.chain.nextAlarmMs()
    this.operatorAlarmUs = (nextMs - this.simulation.settings.startMs - this.clockSkewMs) * 1000
    this.isFull = this.chain.isFull()
    if (this.kind !== DATA_TURN && this.kind !== SOURCE_TURN) return
    this.end = Math.min(this.end, this.isFull ? this.index + 1 : this.horizon(this.index + 1))
  }

  snapshotTaken(checkpoint: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean {
    return this.listener.snapshotTaken(this, checkpoint, snapshot, figures)
  }

  mayOvertake(checkpoint: number): boolean {
    return this.listener.mayOvertake(checkpoint)
  }

  /** Its source has something to read. The end of a turn under way asks by itself. */
  inputArrived(): void {
    if (this.kind !== 0) return
    this.wake()
    // It may not be read yet.
    this.planAlarm()
  }

  hasFinished(): boolean {
    return this.state === 'FINISHED'
  }

  /** A timer of an operator fires. Firing takes time like a record does, so that timers set for "now" can't stop the clock. */
  timerFired(timestamp: number, isEventTime: boolean): void {
    const { simulation } = this
    if (this.kind === ALARM_TURN) this.index++
    simulation.trace?.add(simulation.event, this.turnStartUs, TRACE_TIMER, this.id, timestamp, isEventTime ? 1 : 0)
    this.watcher?.timerFired(this, timestamp, isEventTime)
    this.tick()
  }

  cancel(): void {
    if (this.state === 'FINISHED' || this.state === 'FAILED' || this.state === 'CANCELED') return
    this.switchTo('CANCELING')
    if (!this.isCut) this.chain.closeQuietly()
    this.switchTo('CANCELED')
  }

  /** Its TaskManager is gone: nobody closes anything. */
  lose(): void {
    this.isCut = true
    // Nothing of it is closed, but nobody outside waits for it any longer.
    this.source?.liveReader?.close()
    this.switchTo('FAILED')
  }

  /** Something about it was changed from outside: what it waits for may be due at another time. */
  reconsider(): void {
    this.alarmChanged()
    this.wake()
    this.planAlarm()
  }

  /** Goes over to the next state. */
  switchTo(state: TaskState): void {
    const { simulation } = this
    this.stateBefore = this.state
    this.state = state
    simulation.trace?.add(simulation.event, simulation.nowUs, TRACE_STATE, this.id, TASK_STATES.indexOf(state), 0)
  }

  /** Goes on with the turn. True once it's over. */
  advance(byRecord: boolean): boolean {
    try {
      if (!this.step(byRecord)) return false
    } catch (error) {
      this.fail(error)
    }
    this.kind = 0
    return true
  }

  private isRunnable(): boolean {
    if (this.isCut) return false
    if (this.state === 'DEPLOYING') return this.gate === null || this.gate.isReady()
    if (this.state !== 'RUNNING') return false
    if (this.checkpoints.mails.length > 0) return true
    if (this.checkpoints.isHeld) return false
    // Timers and probes may emit too: without credit nothing happens, as in Flink.
    if (!this.output.hasCredit()) return false
    return this.operatorAlarmUs <= this.simulation.nowUs || this.canRead()
  }

  private canRead(): boolean {
    if (this.gate !== null) return !this.isFull && this.isEnding === this.hasEmittedAll && this.gate.hasInput()
    return !this.isFull && !this.isEnding && (this.source as SourceOperator).canRead(this.simulation.nowUs)
  }

  /** Virtual time in µs, as the record at hand sees it. */
  nowUs(): number {
    if (this.kind === 0) return this.simulation.nowUs
    return this.turnStartUs + (this.index - this.start) * this.costs.recordUs
  }

  /** It has more to read, or soon will: what it has written may wait for more. */
  private expectsMore(): boolean {
    if (this.isEnding || this.isFull || this.state !== 'RUNNING') return false
    if (this.source !== null) return this.source.nextReadUs() <= this.busyUntilUs
    return !this.checkpoints.isHeld && (this.gate as InputGate).expectsInput()
  }

  /** Sends what has waited for the buffer timeout and has credit. A task at work does so at the end of its turn. */
  private flushOverdue(): void {
    const { nowUs } = this.simulation
    if (Math.max(this.output.dueUs, this.busyUntilUs) > nowUs || this.state !== 'RUNNING' || this.isCut) return
    this.output.flushOverdue(nowUs)
    this.requireCredit(nowUs)
  }

  /** Waits for credit where there is none. A mail may be read meanwhile: it goes on waiting. */
  private requireCredit(sinceUs: number): void {
    if (this.state !== 'RUNNING' || this.output.hasCredit()) return
    this.output.awaitCredit()
    if (this.isHeldBack) return
    this.isHeldBack = true
    this.activity.pause(this.nowMs())
    this.time.held(sinceUs)
  }

  /** Makes sure that the task gets an ALARM when the next thing it waits for in processing time is due. */
  private planAlarm(): void {
    if (this.state !== 'RUNNING' || this.isReady || this.isCut) return
    // What is due already waits for credit or for the end of a turn, and both wake the task.
    const { nowUs } = this.simulation
    const alarmUs = this.operatorAlarmUs > nowUs ? this.operatorAlarmUs : Infinity
    const recordUs = this.source === null || this.isEnding ? Infinity : this.source.nextReadUs()
    const flushUs = this.output.nextFlushUs(nowUs, this.busyUntilUs)
    const next = Math.min(alarmUs, recordUs > nowUs ? recordUs : Infinity, flushUs)
    if (next >= this.alarmAtUs) return
    this.alarmAtUs = next
    this.simulation.schedule(next, ALARM, this.id)
  }

  private begin(): void {
    this.turnStartUs = this.simulation.nowUs
    this.index = 0
    this.start = 0
    this.end = 0
    this.pausedAt = 0
    this.beginTurn()
    this.simulation.turn = this
    // After one round of alarms data comes next, as after a batch of mails in Flink: timers that set themselves again for
    // "now" would otherwise keep the input waiting for ever.
    const mustRead = this.kindBefore === ALARM_TURN && this.canRead()
    if (this.state === 'DEPLOYING') this.kind = OPEN_TURN
    else if (this.checkpoints.mails.length > 0) this.kind = MAIL_TURN
    else if (this.operatorAlarmUs <= this.simulation.nowUs && !mustRead) this.kind = ALARM_TURN
    else if (this.source !== null) {
      this.kind = SOURCE_TURN
      const limit = Math.min(this.costs.sourceRecords, this.horizon(0))
      this.end = this.source.available(this.turnStartUs, limit)
    } else {
      const gate = this.gate as InputGate
      this.kind = DATA_TURN
      if (gate.isBlocking && gate.sorted === null) gate.sorted = sortByKey(gate, this.keyContext, this.chain.head)
      this.channel = gate.select()
      this.buffer = gate.firstBuffer(this.channel)
      this.index = this.start = this.pausedAt = this.buffer.position
      this.end = Math.min(this.buffer.nextStop(), this.horizon(this.index))
    }
    this.kindBefore = this.kind
  }

  /** How far the turn may go, from this place on, before the task's next alarm: one record at least. */
  private horizon(from: number): number {
    const alarmUs = this.operatorAlarmUs
    if (alarmUs === Infinity) return Infinity
    const reachedUs = this.turnStartUs + (from - this.start) * this.costs.recordUs
    return from + Math.max(from === this.start ? 1 : 0, Math.floor((alarmUs - reachedUs) / this.costs.recordUs))
  }

  private step(byRecord: boolean): boolean {
    switch (this.kind) {
      case OPEN_TURN:
        this.switchTo('INITIALIZING')
        this.openChain()
        this.alarmChanged()
        this.switchTo('RUNNING')
        if (this.chain.isFinished && this.gate === null) this.finish()
        this.simulation.trace?.add(this.simulation.event, this.turnStartUs, TRACE_TASK, this.id, 1, 0)
        break
      case ALARM_TURN:
        this.chain.fireAlarms(this.nowMs())
        this.alarmChanged()
        if (this.isEnding) this.finish()
        break
      case MAIL_TURN:
        this.checkpoints.readMail()
        this.alarmChanged()
        break
      case SOURCE_TURN:
        if (!this.readSource(this.source as SourceOperator, byRecord)) return false
        break
      default:
        if (!this.processBuffer(this.buffer as Buffer, byRecord)) return false
    }
    this.finishTurn()
    return true
  }

  private processBuffer(buffer: Buffer, byRecord: boolean): boolean {
    const { keyContext } = this
    const at = inputAt(this)
    const input = this.chain.inputs[at] as Receiver
    const selectKey = keyContext?.selectKeys[at] ?? null
    const backend = selectKey === null ? null : (keyContext as KeyContext).backend
    if (backend === null) keyContext?.backend.setCurrentSlot(NO_SLOT)
    const process = input instanceof KeyedProcessOperator ? input : null
    const windows = input instanceof PaneWindowOperator ? input : null
    // `end` is read every time: an alarm set meanwhile may cut the turn short.
    for (let i = this.index; i < this.end; this.index = ++i) {
      if (byRecord && i > this.pausedAt) return this.pause(i, buffer)
      const value = buffer.valueAt(i)
      if (backend !== null) backend.setCurrentKey((selectKey as SelectKey)(value))
      const timestamp = buffer.timestampAt(i)
      // The usual operators each from a place of its own, where V8 can see through the call: as in Outlet.
      if (process !== null) process.processElement(value, timestamp)
      else if (windows !== null) windows.processElement(value, timestamp)
      else input.processElement(value, timestamp)
    }
    buffer.position = this.index
    const isAtControl = buffer.controlIndex < buffer.controlAt.length && this.index === buffer.nextStop()
    // A full operator takes no watermark either.
    if (isAtControl && !this.isFull) takeControl(this, buffer)
    if (buffer.isConsumed()) this.release()
    this.endIfDone()
    return true
  }

  private release(): void {
    const endsKey = (this.gate as InputGate).release(this.channel)
    if (!endsKey || this.keyContext === null) return
    this.chain.endKey(this.keyContext.backend)
    this.alarmChanged()
  }

  /** Stops before record i, to go on with it when somebody steps. */
  private pause(i: number, buffer: Buffer): boolean {
    this.pausedAt = i
    // For whoever looks now; the end of the turn sets it all the same.
    buffer.position = i
    return false
  }

  private readSource(source: SourceOperator, byRecord: boolean): boolean {
    source.emit(this, byRecord)
    if (this.index < this.end) return false
    if (source.hasEnded() && !source.isWaiting) this.endSource()
    return true
  }

  endSource(): void {
    this.source?.emitEnd()
    this.finish()
  }

  stop(): void {
    this.chain.close()
    this.switchTo('FINISHED')
  }

  private finish(): void {
    this.isEnding = true
    this.hasEmittedAll = this.chain.finish()
    this.alarmChanged()
    if (!this.hasEmittedAll) return
    this.checkpoints.dataEnded()
    this.listener.dataEnded(this)
    this.endIfDone()
  }

  /** Ends the task if all it had to do is done: with checkpoints only once one is complete that has all it did in it. */
  endIfDone(): void {
    const { checkpoints, gate } = this
    if (checkpoints.isHeld || this.state !== 'RUNNING') return
    if (!this.isEnding && gate?.hasAllData() === true) {
      this.finish()
      return
    }
    if (!this.hasEmittedAll || !checkpoints.isLastComplete() || gate?.hasEnded() === false) return
    for (const writer of this.writers) writer.endInput()
    this.chain.close()
    this.switchTo('FINISHED')
  }

  private finishTurn(): void {
    const { simulation, costs } = this
    const records = this.index - this.start
    this.busyUntilUs = this.turnStartUs + costs.turnUs + records * costs.recordUs
    this.output.flush(this.busyUntilUs, this.expectsMore())
    this.requireCredit(this.busyUntilUs)
    this.time.worked(this.turnStartUs, this.busyUntilUs)
    simulation.trace?.add(
      simulation.event,
      this.turnStartUs,
      TRACE_TURN,
      this.id,
      records,
      this.busyUntilUs - this.turnStartUs,
    )
    this.buffer = null
    this.kind = 0
    if (this.state === 'FINISHED') {
      simulation.trace?.add(simulation.event, this.busyUntilUs, TRACE_TASK, this.id, 0, 0)
      this.listener.taskFinished(this)
      return
    }
    this.wake()
    this.planAlarm()
  }

  private fail(error: unknown): void {
    const { simulation } = this
    const at = this.kind === DATA_TURN || this.kind === SOURCE_TURN ? this.index : -1
    simulation.trace?.add(simulation.event, this.turnStartUs, TRACE_FAILURE, this.id, at, 0)
    this.switchTo('FAILED')
    this.chain.closeQuietly()
    this.listener.taskFailed(this, error)
  }
}
