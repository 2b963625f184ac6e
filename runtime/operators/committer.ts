// The second phase of a sink: keeps what writers have prepared, in every checkpoint, and commits it once the checkpoint it
// belongs to is complete: then, after a restore, or at the end of input where no more checkpoints come. Flink's
// CommitterOperator and its CommittableCollector.

import { atNode, LearnerError } from '../base/diagnostic.ts'
import { ListStateDescriptor } from '../state/descriptors.ts'
import type { ListState } from '../state/list-state.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { OperatorRuntimeContext, refusePromise } from './rich-function.ts'
import type { CommittableMessage, CommitRequestLike, CommitterLike, SinkLike } from './sink-functions.ts'

/** What is still to be committed of one checkpoint. */
interface CommittableBatch {
  readonly checkpointId: number
  readonly committables: unknown[]
}

const COMMITTABLES = new ListStateDescriptor<CommittableBatch>('streaming_committer_raw_states')

/** How a committer is run. */
export interface CommitterSettings {
  /** Whether a checkpoint follows the end of input. */
  readonly hasCheckpoints: boolean
  /** How often a committable that is put off is tried again. */
  readonly maxRetries: number
}

export class CommitterOperator extends StreamOperator {
  readonly makeSink: (context: OperatorContext) => SinkLike<unknown>
  readonly settings: CommitterSettings
  context!: OperatorContext
  committer: CommitterLike<unknown> | null = null
  remembered!: ListState<CommittableBatch>
  /** By checkpoint. */
  batches = new Map<number, unknown[]>()
  lastCompletedId = 0
  /** Committables given up for a known reason. Flink's metric of this name. */
  failedCommittables = 0

  constructor(makeSink: (context: OperatorContext) => SinkLike<unknown>, settings: CommitterSettings) {
    super()
    this.makeSink = makeSink
    this.settings = settings
  }

  /** After a failure commits at once what the checkpoint holds: nobody knows whether it was, before. */
  override open(context: OperatorContext): void {
    this.context = context
    this.committer = this.create(context)
    this.remembered = context.operatorState.getListState(COMMITTABLES)
    if (context.restoredCheckpointId === null) return
    for (const { checkpointId, committables } of this.remembered.get()) this.add(checkpointId, committables)
    this.commitUpTo(context.restoredCheckpointId)
  }

  override processElement(value: unknown): void {
    const { checkpointId, committables } = value as CommittableMessage
    this.add(checkpointId, committables)
    if (committables.length > 0) this.context.commitNoted('prepared', checkpointId, committables.length)
  }

  override snapshotState(): void {
    const kept = Array.from(this.batches, ([checkpointId, committables]) => ({ checkpointId, committables }))
    this.remembered.update(kept)
  }

  override notifyCheckpointComplete(checkpoint: number): void {
    this.commitUpTo(Math.max(this.lastCompletedId, checkpoint))
  }

  /** With checkpoints the final one commits what is left. */
  override finish(): void {
    if (!this.settings.hasCheckpoints) this.commitUpTo(Infinity)
  }

  override close(): void {
    this.committer?.close?.()
  }

  private create(context: OperatorContext): CommitterLike<unknown> {
    const committer = this.makeSink(context).createCommitter?.({
      getTaskInfo: () => new OperatorRuntimeContext(context).getTaskInfo(),
      getRestoredCheckpointId: () => context.restoredCheckpointId,
    })
    if (typeof committer?.commit === 'function') return committer
    throw new LearnerError('WRITER_METHOD', { call: 'createCommitter', sink: context.name, method: 'commit' })
  }

  private add(checkpointId: number, committables: readonly unknown[]): void {
    if (committables.length === 0) return
    this.batches.set(checkpointId, [...(this.batches.get(checkpointId) ?? []), ...committables])
  }

  /** All of an earlier checkpoint before anything of a later one. */
  private commitUpTo(checkpoint: number): void {
    this.lastCompletedId = checkpoint
    for (const id of Array.from(this.batches.keys()).sort((a, b) => a - b)) {
      if (id > checkpoint) return
      const committables = this.batches.get(id) as unknown[]
      this.commit(committables)
      this.batches.delete(id)
      this.context.commitNoted('committed', id, committables.length)
    }
  }

  private commit(committables: readonly unknown[]): void {
    const { committer, context, settings } = this
    const { name } = context
    const all = committables.map((committable) => new CommitRequest(committable, name))
    let requests = all
    for (let retry = 0; requests.length > 0 && retry <= settings.maxRetries; retry++) {
      for (const request of requests) request.state = 'received'
      try {
        refusePromise(committer?.commit(requests), 'commit', name)
      } catch (error) {
        throw atNode(error, context.nodeId)
      }
      requests = requests.filter(({ state }) => state === 'retry')
    }
    if (requests.length > 0) {
      throw new LearnerError('COMMIT_RETRIES', { sink: name, count: requests.length, retries: settings.maxRetries })
    }
    this.failedCommittables += all.filter(({ state }) => state === 'failed').length
  }
}

/** Flink's CommitRequestImpl. */
class CommitRequest implements CommitRequestLike<unknown> {
  readonly sink: string
  committable: unknown
  retries = 0
  /** Received and nothing said: committed. */
  state: 'received' | 'retry' | 'failed' = 'received'

  constructor(committable: unknown, sink: string) {
    this.committable = committable
    this.sink = sink
  }

  getCommittable(): unknown {
    return this.committable
  }

  getNumberOfRetries(): number {
    return this.retries
  }

  signalFailedWithKnownReason(): void {
    this.state = 'failed'
  }

  signalFailedWithUnknownReason(error: unknown): void {
    this.state = 'failed'
    throw new LearnerError('COMMIT_FAILED', { sink: this.sink, error: String(error) })
  }

  retryLater(): void {
    this.state = 'retry'
    this.retries++
  }

  updateAndRetryLater(committable: unknown): void {
    this.committable = committable
    this.retryLater()
  }

  signalAlreadyCommitted(): void {
    this.state = 'received'
  }
}
