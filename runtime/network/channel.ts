// A channel between two subtasks: sealed buffers on their way and waiting, bounded by credits. The producer may send
// only while it has credit; a consumed buffer's credit travels back. One element can't be stopped half-way, so a turn
// may exceed the credits: that overdraft is counted. Flink's credit-based channel.

import { broken } from '../base/assert.ts'
import { cloneValue } from '../base/clone.ts'
import { ACTIVE, IDLE, RECORD, WATERMARK, type Buffer, type BufferPool } from '../record/buffer.ts'
import type { Receiver } from '../record/receiver.ts'
import type { InFlightElement } from './in-flight.ts'
import { CREDIT, DELIVER, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import { TRACE_DELIVER, TRACE_SEND } from '../trace/trace-layout.ts'

/** Whoever should have a turn when something changes. */
export interface Wakeable {
  readonly id: number
  wake(): void
  /** As `wake`, by an event of its own, within which it may have its turn. */
  wakeAtOnce(): void
  hasFinished(): boolean
}

export interface ChannelSettings {
  /** Buffers the producer may have on the way or waiting. */
  readonly credits: number
  readonly latencyUs: number
  /** How long a buffer that isn't full may wait for more while its producer is at work. Flink's buffer timeout. */
  readonly bufferTimeoutUs: number
}

/** Told of buffers when they arrive, whether or not they are read. */
export interface ArrivalListener {
  bufferArrived(channel: number, buffer: Buffer): void
}

export class Channel implements EventTarget, Receiver {
  readonly place = 'channel'
  id = -1
  readonly simulation: Simulation
  readonly pool: BufferPool
  readonly capacity: number
  readonly settings: ChannelSettings
  producer: Wakeable | null = null
  consumer: Wakeable | null = null
  /** Where barriers may overtake: told of arrivals, with the channel's number in its gate. */
  arrivals: ArrivalListener | null = null
  number = -1
  /** Being filled by the producer. */
  open: Buffer | null = null
  openedAtUs = 0
  /** Full, or cut off, and not yet sent. */
  sealed: Buffer[] = []
  /** Sent and not yet arrived, oldest first. */
  onTheWay: Buffer[] = []
  /** Arrived and not yet consumed, oldest first. */
  arrived: Buffer[] = []
  /** Sent and not yet acknowledged, but for credits that have come back since the producer asked last. */
  inFlight = 0
  /** When each credit is back that the consumer has given back, virtual µs. */
  returning: number[] = []
  /** The producer waits for credit: the first to come back wakes it, at this time as far as is known. */
  isAwaited = false
  awaitedAtUs = Infinity
  /** Most buffers ever in flight beyond the credits. */
  overdraft = 0
  // Faults: what is sent takes so much longer, and nothing gets through before this time.
  delayUs = 0
  heldUntilUs = -Infinity
  /** When the last buffer arrives that was sent: none overtakes another. */
  lastArrivalUs = 0
  sentRecords = 0
  consumedRecords = 0
  /** Records and control elements in buffers consumed whole: the number of the first element still here. */
  consumedElements = 0

  constructor(simulation: Simulation, pool: BufferPool, settings: ChannelSettings) {
    this.simulation = simulation
    this.pool = pool
    this.capacity = pool.capacity
    this.settings = settings
    simulation.register(this)
  }

  /** Asked by the producer, who takes the credits that have come back. */
  hasCredit(): boolean {
    if (this.inFlight >= this.settings.credits) this.takeCredits()
    return this.inFlight < this.settings.credits
  }

  /** Buffers sent whose credit hasn't come back: for whoever looks, which changes nothing. */
  unacknowledged(): number {
    const { nowUs } = this.simulation
    if (nowUs < this.heldUntilUs) return this.inFlight
    return this.inFlight - this.returning.reduce((back, dueUs) => (dueUs <= nowUs ? back + 1 : back), 0)
  }

  /** The producer waits for credit: the next that comes back wakes it. Only then they are events, for most aren't awaited. */
  awaitCredit(): void {
    if (this.isAwaited || this.hasCredit()) return
    this.isAwaited = true
    for (const dueUs of this.returning) this.planCredit(dueUs)
  }

  /** Appends a record; a full buffer is sealed and sent by the end of the producer's turn at the latest. */
  processElement(value: unknown, timestamp: number): void {
    let buffer = this.open
    if (buffer === null) buffer = this.openBuffer()
    else if (buffer.size === this.capacity) {
      this.seal()
      buffer = this.openBuffer()
    }
    buffer.add(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.appendControl(WATERMARK, timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.appendControl(isIdle ? IDLE : ACTIVE, 0)
  }

  appendControl(kind: number, value: number): void {
    const buffer = this.open ?? this.openBuffer()
    buffer.addControl(kind, value)
  }

  /** Closes the open buffer; `flush` says when it leaves. */
  seal(): void {
    if (this.open === null) return
    this.sealed.push(this.open)
    this.open = null
  }

  /**
   * Sends what was written, to leave at this time; with `mayWait` a buffer with room and time left stays open.
   * Returns when that has waited long enough, in µs; Infinity for none.
   */
  flush(leavesAtUs: number, mayWait: boolean): number {
    const { open } = this
    let dueUs = Infinity
    if (open !== null) {
      dueUs = mayWait && open.size < this.capacity ? this.openedAtUs + this.settings.bufferTimeoutUs : leavesAtUs
      if (dueUs <= leavesAtUs) this.seal()
    }
    this.sendSealed(leavesAtUs)
    return this.open === null ? Infinity : dueUs
  }

  /**
   * Sends the open buffer if it has waited long enough and there is credit for it: as in Flink it otherwise stays open until
   * a credit comes. Returns as `flush`; a time that has passed is that of a buffer which waits for credit.
   */
  flushOverdue(nowUs: number): number {
    if (this.open === null) return Infinity
    return this.hasCredit() ? this.flush(nowUs, true) : this.openedAtUs + this.settings.bufferTimeoutUs
  }

  private sendSealed(leavesAtUs: number): void {
    if (this.sealed.length === 0) return
    const { simulation } = this
    if (this.returning.length > 0) this.takeCredits()
    for (const buffer of this.sealed) {
      if (!buffer.isBarrier()) this.inFlight++
      this.sentRecords += buffer.size
      this.onTheWay.push(buffer)
      buffer.leftAtUs = leavesAtUs
      this.lastArrivalUs = Math.max(this.lastArrivalUs, this.arrivalUs(leavesAtUs))
      simulation.schedule(this.lastArrivalUs, DELIVER, this.id)
      simulation.trace?.add(simulation.event, leavesAtUs, TRACE_SEND, this.producer?.id ?? -1, this.id, buffer.size)
    }
    this.sealed = []
    this.overdraft = Math.max(this.overdraft, this.inFlight - this.settings.credits)
  }

  handle(kind: number): void {
    const { simulation } = this
    if (simulation.nowUs < this.heldUntilUs) {
      simulation.schedule(this.heldUntilUs, kind, this.id)
      return
    }
    if (kind === CREDIT) {
      this.creditArrived()
      return
    }
    if (kind !== DELIVER) broken(`channel ${this.id} got event ${kind}`)
    const buffer = this.onTheWay.shift() as Buffer
    this.arrived.push(buffer)
    if (simulation.settings.isHashed) this.digest(buffer)
    simulation.trace?.add(
      simulation.event,
      simulation.nowUs,
      TRACE_DELIVER,
      this.consumer?.id ?? -1,
      this.id,
      buffer.size,
    )
    this.arrivals?.bufferArrived(this.number, buffer)
    this.consumer?.wakeAtOnce()
  }

  /** Barriers that have overtaken what stood before them are gone. */
  dropOvertaken(): void {
    this.arrived = this.arrived.filter((buffer) => {
      if (!buffer.isBarrier() || buffer.lastBarrier() !== 0) return true
      this.consumedElements++
      this.pool.give(buffer)
      return false
    })
  }

  /** What was on its way when a checkpoint was taken is here again. */
  restore(elements: readonly InFlightElement[]): void {
    for (const { kind, value, timestamp } of elements) {
      if (kind === RECORD) this.processElement(cloneValue(value), timestamp)
      else this.appendControl(kind, value as number)
    }
    this.seal()
    for (const buffer of this.sealed) {
      this.inFlight++
      this.sentRecords += buffer.size
      this.arrived.push(buffer)
    }
    this.sealed = []
    this.overdraft = Math.max(this.overdraft, this.inFlight - this.settings.credits)
  }

  /** The consumer is done with its first buffer. */
  releaseFirst(): void {
    const buffer = this.arrived.shift() as Buffer
    this.consumedRecords += buffer.size
    this.consumedElements += buffer.size + buffer.controlAt.length
    const tookCredit = !buffer.isBarrier()
    this.pool.give(buffer)
    if (!tookCredit || this.settings.credits === Infinity) return
    const dueUs = this.arrivalUs(this.simulation.nowUs)
    this.returning.push(dueUs)
    if (this.isAwaited) this.planCredit(dueUs)
  }

  private planCredit(dueUs: number): void {
    const { simulation } = this
    const atUs = Math.max(dueUs, simulation.nowUs)
    if (atUs >= this.awaitedAtUs) return
    this.awaitedAtUs = atUs
    simulation.schedule(atUs, CREDIT, this.id)
  }

  private creditArrived(): void {
    // An earlier one may have come first.
    if (!this.isAwaited) return
    this.isAwaited = false
    this.awaitedAtUs = Infinity
    if (this.hasCredit()) this.producer?.wakeAtOnce()
    else this.awaitCredit()
  }

  private takeCredits(): void {
    const { nowUs } = this.simulation
    if (nowUs < this.heldUntilUs) return
    const before = this.returning.length
    this.returning = this.returning.filter((dueUs) => dueUs > nowUs)
    this.inFlight -= before - this.returning.length
  }

  private arrivalUs(leavesAtUs: number): number {
    return Math.max(leavesAtUs + this.settings.latencyUs + this.delayUs, this.heldUntilUs)
  }

  private openBuffer(): Buffer {
    this.openedAtUs = this.simulation.nowUs
    this.open = this.pool.take()
    return this.open
  }

  private digest(buffer: Buffer): void {
    const { fingerprint } = this.simulation
    for (let i = 0; i < buffer.size; i++) {
      fingerprint.value(buffer.valueAt(i))
      fingerprint.number(buffer.timestampAt(i))
    }
    for (let i = 0; i < buffer.controlAt.length; i++) {
      fingerprint.int(buffer.controlAt[i] as number)
      fingerprint.int(buffer.controlKinds[i] as number)
      fingerprint.number(buffer.controlValues[i] as number)
    }
  }
}
