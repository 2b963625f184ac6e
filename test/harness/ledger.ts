// A sink in two phases whose outside world is an object that no attempt of the job can forget: what was committed of each
// sink, by number of the transaction. Committing twice changes nothing, as it must be. Its writers may hold rows back for
// later checkpoints, in state of theirs that is shared out anew when the parallelism changes.

import type {
  Committer,
  CommittingSinkWriter,
  Sink,
  SinkWriterContext,
  StatefulSinkWriter,
  SupportsCommitter,
  SupportsWriterState,
  WriterInitContext,
} from '../../runtime/index.ts'

/** By sink: rows as text, by transaction. */
export class Ledger {
  readonly committed = new Map<string, Map<number, readonly string[]>>()
  transactions = 0
  /** Told of every commit. */
  onCommit: (transaction: Transaction) => void = () => undefined

  commit(sink: string, transaction: Transaction): void {
    const own = this.committed.get(sink) ?? new Map<number, readonly string[]>()
    this.committed.set(sink, own)
    own.set(transaction.id, transaction.rows)
    this.onCommit(transaction)
  }

  /** In no order. */
  rowsOf(sink: string): string[] {
    return Array.from(this.committed.get(sink)?.values() ?? []).flat()
  }
}

interface Transaction {
  readonly id: number
  /** It's in no checkpoint before this one. */
  readonly checkpoint: number
  readonly rows: readonly string[]
}

interface LedgerSettings<T> {
  readonly textOf: (element: T, timestamp: number) => string
  /** So many rows wait for the next checkpoint each time, until the input ends. */
  readonly heldBack: number
}

/** Ends a stream in the ledger. */
export class LedgerSink<T> implements Sink<T>, SupportsCommitter<Transaction>, SupportsWriterState<T, string> {
  readonly ledger: Ledger
  readonly name: string
  readonly settings: LedgerSettings<T>

  constructor(ledger: Ledger, name: string, settings: LedgerSettings<T>) {
    this.ledger = ledger
    this.name = name
    this.settings = settings
  }

  createWriter(context: WriterInitContext): LedgerWriter<T> {
    return this.restoreWriter(context, [])
  }

  restoreWriter(context: WriterInitContext, rows: readonly string[]): LedgerWriter<T> {
    return new LedgerWriter(this, rows, context.getRestoredCheckpointId() ?? 0)
  }

  createCommitter(): Committer<Transaction> {
    const { ledger, name } = this
    return {
      commit(requests) {
        for (const request of requests) ledger.commit(name, request.getCommittable())
      },
    }
  }
}

class LedgerWriter<T> implements CommittingSinkWriter<T, Transaction>, StatefulSinkWriter<T, string> {
  readonly sink: LedgerSink<T>
  rows: string[]
  lastCheckpoint: number
  hasEnded = false

  constructor(sink: LedgerSink<T>, rows: readonly string[], lastCheckpoint: number) {
    this.sink = sink
    this.rows = [...rows]
    this.lastCheckpoint = lastCheckpoint
  }

  write(element: T, context: SinkWriterContext): void {
    this.rows.push(this.sink.settings.textOf(element, context.timestamp() ?? NaN))
  }

  flush(endOfInput: boolean): void {
    this.hasEnded ||= endOfInput
  }

  prepareCommit(): Transaction[] {
    const { sink, hasEnded } = this
    const kept = hasEnded ? 0 : sink.settings.heldBack
    const rows = this.rows.splice(0, Math.max(0, this.rows.length - kept))
    const checkpoint = this.lastCheckpoint + 1
    return rows.length === 0 ? [] : [{ id: sink.ledger.transactions++, checkpoint, rows }]
  }

  snapshotState(checkpoint: number): string[] {
    this.lastCheckpoint = checkpoint
    return [...this.rows]
  }
}
