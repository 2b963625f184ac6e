// A subtask's part in checkpoints: what the coordinator says to it, when its barriers have come, its snapshot, and whether
// it may end. Flink's SubtaskCheckpointCoordinator, with the barrier handler's duties that aren't the gate's.

import type { ArrivalListener, Channel } from '../network/channel.ts'
import { InFlightCapture } from '../network/in-flight.ts'
import type { InputGate } from '../network/input-gate.ts'
import type { RecordWriter } from '../network/record-writer.ts'
import type { CheckpointFigures } from './checkpoint-figures.ts'
import type { Buffer } from '../record/buffer.ts'
import type { Mail } from './mail.ts'
import type { ChainSnapshot, OperatorChain } from './operator-chain.ts'

/** The task whose part it is. */
export interface CheckpointedTask {
  readonly gate: InputGate | null
  readonly chain: OperatorChain
  readonly writers: readonly RecordWriter[]
  readonly isEnding: boolean
  readonly hasEmittedAll: boolean
  /** Of the turn under way. */
  readonly channel: number
  nowMs(): number
  nowUs(): number
  wake(): void
  /** True if the job stops with it. */
  snapshotTaken(checkpoint: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean
  /** Whether barriers of this checkpoint may overtake records. */
  mayOvertake(checkpoint: number): boolean
  /** Of a source: it has no more records. */
  endSource(): void
  /** Goes on to the end, if there is nothing left to read. */
  endIfDone(): void
  /** The job has stopped: no operator is told of an end of input, for there was none. */
  stop(): void
}

export class SubtaskCheckpoints implements ArrivalListener {
  readonly task: CheckpointedTask
  /** Oldest first. They come before everything else, credit or not. */
  mails: Mail[] = []
  /** The checkpoint with which the job stops, once its snapshot is taken: nothing but mails is read then. 0 for none. */
  heldFor = 0
  /** Whether the subtask, having emitted all, stays until a checkpoint of that is complete. */
  waitsForLast: boolean
  /** The first checkpoint taken since it has emitted all; Infinity before. */
  lastFrom = Infinity
  isLastCompleted = false
  /** The checkpoint that begins here once all has been emitted; 0 for none. */
  drainedFor = 0
  /** The last checkpoint of which something has come: when that was, and how many records had been read by then. */
  begun = 0
  startedUs = 0
  recordsBefore = 0
  /** The last checkpoint of which a snapshot was taken, and when. */
  taking = 0
  takenUs = 0
  /** Barriers up to this checkpoint's overtake when they arrive: all of them, or those that have been awaited too long. */
  overtakesUpTo = 0
  /** The last checkpoint whose barrier overtakes. */
  overtaking = 0
  /** While barriers of a checkpoint that overtook are still to arrive: what comes before them, and what was taken. */
  capture: InFlightCapture | null = null
  taken: { readonly snapshot: ChainSnapshot | null; readonly figures: CheckpointFigures } | null = null

  constructor(task: CheckpointedTask, waitsForLast: boolean) {
    this.task = task
    this.waitsForLast = waitsForLast
  }

  /** Whether it waits for the checkpoint with which the job stops to be complete, or given up. */
  get isHeld(): boolean {
    return this.heldFor > 0
  }

  /** Whether checkpoints begin at it: at a source, and where all that feeds it has finished. */
  isFirst(): boolean {
    const { gate } = this.task
    return gate === null || gate.channels.every(({ producer }) => producer?.hasFinished() === true)
  }

  post(kind: Mail['kind'], checkpoint: number): void {
    this.mails.push({ kind, checkpoint })
    this.task.wake()
  }

  readMail(): void {
    const { kind, checkpoint } = this.mails.shift() as Mail
    const { gate } = this.task
    if (kind === 'complete') this.complete(checkpoint)
    else if (kind === 'aborted') this.abort(checkpoint)
    else if (kind === 'drain') this.drain(checkpoint)
    else if (kind === 'overtake') this.overtake(checkpoint)
    else if (gate === null) this.takeAtOnce(checkpoint)
    else this.awaitEnds(gate, checkpoint)
  }

  barrier(checkpoint: number): void {
    const { channel, gate } = this.task
    this.begin(checkpoint)
    const { heldRecords } = this.waiting()
    this.take((gate as InputGate).alignment?.barrier(channel, checkpoint) ?? 0, heldRecords)
  }

  /** The channel of the turn brings nothing but barriers any more: what it feeds ends with a checkpoint. */
  channelDataEnded(): void {
    const { channel, gate } = this.task
    this.waitsForLast = true
    ;(gate as InputGate).endData(channel)
  }

  channelEnded(): void {
    const { channel, gate } = this.task
    this.take((gate as InputGate).end(channel))
  }

  /** The subtask has emitted all: says so, where somebody waits for it. */
  dataEnded(): void {
    if (this.waitsForLast) for (const writer of this.task.writers) writer.endData()
    this.takeAtOnce(this.drainedFor)
  }

  /** Whether nothing of what the subtask has done could be lost any more, as far as anybody waits for that. */
  isLastComplete(): boolean {
    return !this.isHeld && (!this.waitsForLast || this.isLastCompleted)
  }

  /** What waits for barriers that haven't come: channels that are held up, and records that have arrived in them. */
  waiting(): { readonly blockedChannels: number; readonly heldRecords: number } {
    const { alignment = null, channels = [] } = this.task.gate ?? {}
    if (alignment === null || alignment.blocked === 0) return { blockedChannels: 0, heldRecords: 0 }
    const heldRecords = channels.reduce((sum, { arrived }, i) => {
      if (!alignment.isBlocked(i)) return sum
      return arrived.reduce((held, { size, position }) => held + size - position, sum)
    }, 0)
    return { blockedChannels: alignment.blocked, heldRecords }
  }

  /** All that is still to be read comes before the barrier that nobody sends. */
  private awaitEnds(gate: InputGate, checkpoint: number): void {
    this.begin(checkpoint)
    this.take(gate.alignment?.begin(checkpoint) ?? 0)
  }

  /** Barriers may overtake here: all of them at once, or those that have been awaited too long. */
  letOvertake(isAtOnce: boolean): void {
    if (isAtOnce) this.overtakesUpTo = Infinity
    this.task.gate?.channels.forEach((channel, i) => {
      channel.arrivals = this
      channel.number = i
    })
  }

  /** Where barriers overtake: one that arrives is taken at once, or if it comes too late to wait for. */
  bufferArrived(channel: number, buffer: Buffer): void {
    if (this.capture !== null) {
      this.capture.arrived(channel, buffer)
      this.task.gate?.channels[channel]?.dropOvertaken()
      if (this.capture.isComplete()) this.handIn()
    }
    const { alignment } = this.task.gate as InputGate
    const checkpoint = buffer.lastBarrier()
    if (alignment === null || checkpoint <= Math.max(alignment.lastCheckpoint, this.overtaking)) return
    if (checkpoint > this.overtakesUpTo || !this.task.mayOvertake(checkpoint)) return
    this.overtaking = checkpoint
    this.begin(checkpoint)
    this.post('overtake', checkpoint)
  }

  /** Takes the snapshot now; what barriers stand behind, or is still to come before them, goes into the checkpoint. */
  private overtake(checkpoint: number): void {
    const { alignment = null, channels = [] } = this.task.gate ?? {}
    if (alignment === null || checkpoint <= alignment.lastCheckpoint || channels[0]?.arrivals !== this) return
    const hasCome = alignment.checkpoint === checkpoint || channels.some((channel) => hasBarrier(channel, checkpoint))
    if (!hasCome) {
      this.overtakesUpTo = checkpoint
      return
    }
    this.begin(checkpoint)
    this.capture = new InFlightCapture(channels, checkpoint, (i) => alignment.isOver(i, checkpoint))
    for (const channel of channels) channel.dropOvertaken()
    alignment.abort(checkpoint)
    this.take(checkpoint)
  }

  /** All that barriers overtook has arrived: the snapshot is whole. */
  private handIn(): void {
    const { capture, taken, task } = this
    this.capture = null
    this.taken = null
    if (capture === null || taken === null) return
    const { snapshot, figures } = taken
    const nowUs = task.nowUs()
    task.snapshotTaken(capture.checkpoint, snapshot === null ? null : { ...snapshot, inFlight: capture.elements }, {
      ...figures,
      alignmentUs: nowUs - this.startedUs,
      processedRecords: this.recordsRead() - this.recordsBefore,
      persistedRecords: capture.records,
      isUnaligned: true,
    })
  }

  /** What was taken of a checkpoint that was given up. */
  private letGo(): void {
    this.taken?.snapshot?.keyed?.abandon()
    this.taken = null
    this.capture = null
  }

  private complete(checkpoint: number): void {
    if (checkpoint >= this.lastFrom) this.isLastCompleted = true
    this.task.chain.notifyCheckpointComplete(checkpoint)
    // One before it may be complete first.
    if (this.isHeld && checkpoint >= this.heldFor) this.task.stop()
    else this.task.endIfDone()
  }

  private abort(checkpoint: number): void {
    if (checkpoint === this.heldFor) this.heldFor = 0
    if (this.capture !== null && this.capture.checkpoint <= checkpoint) this.letGo()
    this.task.gate?.alignment?.abort(checkpoint)
    this.task.chain.notifyCheckpointAborted(checkpoint)
    this.task.endIfDone()
  }

  private drain(checkpoint: number): void {
    const { task } = this
    this.waitsForLast = true
    if (task.hasEmittedAll) return this.takeAtOnce(checkpoint)
    this.drainedFor = checkpoint
    if (task.gate === null && !task.isEnding) task.endSource()
  }

  private takeAtOnce(checkpoint: number): void {
    this.begin(checkpoint)
    // An earlier one that still waits for channels to end would be taken after it: nobody needs that any more.
    this.task.gate?.alignment?.abort(checkpoint)
    this.take(checkpoint)
  }

  /** The first word of a checkpoint has come. */
  private begin(checkpoint: number): void {
    if (checkpoint <= this.begun) return
    this.begun = checkpoint
    this.startedUs = this.task.nowUs()
    this.recordsBefore = this.recordsRead()
  }

  private recordsRead(): number {
    const { gate } = this.task
    if (gate === null) return 0
    return gate.channels.reduce(
      (sum, { consumedRecords, arrived }) => sum + consumedRecords + (arrived[0]?.position ?? 0),
      0,
    )
  }

  /** 0 for none. */
  private take(checkpoint: number, heldRecords = 0): void {
    if (checkpoint === 0) return
    const { task } = this
    if (task.hasEmittedAll) this.lastFrom = Math.min(this.lastFrom, checkpoint)
    task.chain.prepareSnapshotPreBarrier(checkpoint)
    for (const writer of task.writers) writer.barrier(checkpoint)
    const nowUs = task.nowUs()
    this.taking = checkpoint
    this.takenUs = nowUs
    const figures = {
      startedUs: this.startedUs,
      alignmentUs: nowUs - this.startedUs,
      snapshotUs: nowUs,
      heldRecords,
      processedRecords: this.recordsRead() - this.recordsBefore,
      persistedRecords: 0,
      isUnaligned: false,
    }
    const snapshot = this.snapshot(checkpoint)
    if (this.capture === null) {
      if (task.snapshotTaken(checkpoint, snapshot, figures)) this.heldFor = checkpoint
    } else {
      this.taken = { snapshot, figures }
      if (this.capture.isComplete()) this.handIn()
    }
  }

  private snapshot(checkpoint: number): ChainSnapshot | null {
    const nowMs = this.task.nowMs()
    return this.task.chain.snapshot({ getCheckpointId: () => checkpoint, getCheckpointTimestamp: () => nowMs })
  }
}

function hasBarrier({ arrived }: Channel, checkpoint: number): boolean {
  return arrived.some((buffer) => buffer.lastBarrier() === checkpoint)
}
