// Where barriers of a checkpoint meet: a subtask takes its snapshot when the barrier has come through every channel that
// hasn't ended. Exactly once: a channel whose barrier has come isn't read meanwhile, so that nothing after the barrier gets
// into the snapshot. At least once: it's read on. Flink's CheckpointBarrierHandler, aligned and without priority.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/concepts/stateful-stream-processing/#barriers

export class BarrierAlignment {
  /** Whether channels are held up. */
  readonly isBlocking: boolean
  /** By channel: its barrier of the checkpoint has come. */
  readonly hasCome: boolean[]
  readonly hasEnded: boolean[]
  /** The checkpoint whose barriers are coming; 0 where none is. */
  checkpoint = 0
  /** The last one that was taken or given up: barriers of it and of earlier ones mean nothing any more. */
  lastCheckpoint = 0
  /** How many channels are held up. */
  blocked = 0

  constructor(channels: number, isBlocking: boolean) {
    this.isBlocking = isBlocking
    this.hasCome = new Array<boolean>(channels).fill(false)
    this.hasEnded = new Array<boolean>(channels).fill(false)
  }

  isBlocked(channel: number): boolean {
    return this.isBlocking && this.hasCome[channel] === true
  }

  /** No barrier will come: all channels end, or have ended. As `barrier`. */
  begin(checkpoint: number): number {
    if (checkpoint <= this.lastCheckpoint || checkpoint <= this.checkpoint) return 0
    this.reset(checkpoint)
    return this.completed()
  }

  /** A barrier has come. The number of the checkpoint if it's the last one, and the snapshot is due; else 0. */
  barrier(channel: number, checkpoint: number): number {
    if (checkpoint <= this.lastCheckpoint || checkpoint < this.checkpoint) return 0
    // A newer checkpoint: the older one was given up.
    if (checkpoint > this.checkpoint) this.reset(checkpoint)
    if (!this.hasCome[channel]) {
      this.hasCome[channel] = true
      if (this.isBlocking) this.blocked++
    }
    return this.completed()
  }

  /** Whether the channel's barrier of this checkpoint has been read, or none will come. */
  isOver(channel: number, checkpoint: number): boolean {
    return this.hasEnded[channel] === true || (this.checkpoint === checkpoint && this.hasCome[channel] === true)
  }

  /** The checkpoint was given up: channels that wait for it are read on. */
  abort(checkpoint: number): void {
    this.lastCheckpoint = Math.max(this.lastCheckpoint, checkpoint)
    if (this.checkpoint !== 0 && this.checkpoint <= checkpoint) this.reset(0)
  }

  /** The channel has no more to say: nobody waits for it. As `barrier`. */
  end(channel: number): number {
    this.hasEnded[channel] = true
    return this.checkpoint === 0 ? 0 : this.completed()
  }

  private completed(): number {
    const isComplete = this.hasCome.every((has, i) => has || this.hasEnded[i])
    if (!isComplete) return 0
    const { checkpoint } = this
    this.lastCheckpoint = checkpoint
    this.reset(0)
    return checkpoint
  }

  private reset(checkpoint: number): void {
    this.checkpoint = checkpoint
    this.hasCome.fill(false)
    this.blocked = 0
  }
}
