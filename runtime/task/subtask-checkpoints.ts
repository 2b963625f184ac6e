// A subtask's part in checkpoints: what the coordinator says to it, when its barriers have come, and its snapshot. Flink's
// SubtaskCheckpointCoordinator, with the barrier handler's duties that aren't the gate's.

import type { InputGate } from '../network/input-gate.ts'
import type { RecordWriter } from '../network/record-writer.ts'
import type { Mail } from './mail.ts'
import type { ChainSnapshot, OperatorChain } from './operator-chain.ts'

/** The task whose part it is. */
export interface CheckpointedTask {
  readonly gate: InputGate | null
  readonly chain: OperatorChain
  readonly writers: readonly RecordWriter[]
  /** Of the turn under way. */
  readonly channel: number
  nowMs(): number
  wake(): void
  /** True if the job stops with it. */
  snapshotTaken(checkpoint: number, snapshot: ChainSnapshot): boolean
  /** All input has been read. */
  finish(): void
  /** Of a source: it has no more records. */
  endSource(): void
  /** The job has stopped: no operator is told of an end of input, for there was none. */
  stop(): void
}

export class SubtaskCheckpoints {
  readonly task: CheckpointedTask
  /** Oldest first. They come before everything else, credit or not. */
  mails: Mail[] = []
  /** It has taken the snapshot with which the job stops: nothing but mails is read until that's complete, or given up. */
  isHeld = false

  constructor(task: CheckpointedTask) {
    this.task = task
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

  /** What the subtask keeps, at this moment. */
  snapshot(checkpoint: number): ChainSnapshot {
    const nowMs = this.task.nowMs()
    return this.task.chain.snapshot({ getCheckpointId: () => checkpoint, getCheckpointTimestamp: () => nowMs })
  }

  readMail(): void {
    const { kind, checkpoint } = this.mails.shift() as Mail
    const { gate } = this.task
    if (kind === 'complete') this.complete(checkpoint)
    else if (kind === 'abort') this.abort()
    else if (kind === 'drain') this.task.endSource()
    else if (gate === null) this.take(checkpoint)
    // All that is still to be read comes before the barrier that nobody sends.
    else this.take(gate.alignment?.begin(checkpoint) ?? 0)
  }

  barrier(checkpoint: number): void {
    const { channel, gate } = this.task
    this.take((gate as InputGate).alignment?.barrier(channel, checkpoint) ?? 0)
  }

  channelEnded(): void {
    const { channel, gate } = this.task
    this.take((gate as InputGate).end(channel))
  }

  private complete(checkpoint: number): void {
    this.task.chain.notifyCheckpointComplete(checkpoint)
    if (this.isHeld) this.task.stop()
  }

  private abort(): void {
    this.isHeld = false
    if (this.task.gate?.hasEnded() === true) this.task.finish()
  }

  /** 0 for none. */
  private take(checkpoint: number): void {
    if (checkpoint === 0) return
    this.task.chain.prepareSnapshotPreBarrier(checkpoint)
    for (const writer of this.task.writers) writer.barrier(checkpoint)
    this.isHeld = this.task.snapshotTaken(checkpoint, this.snapshot(checkpoint))
  }
}
