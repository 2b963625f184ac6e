// A sink in two phases whose outside world is an object that no attempt of the job can forget: what was committed of each
// sink, by number of the transaction. Committing twice changes nothing, as it must be.

import type {
  Committer,
  CommittingSinkWriter,
  Sink,
  SinkWriterContext,
  SupportsCommitter,
} from '../../runtime/index.ts'

/** By sink: rows as text, by transaction. */
export class Ledger {
  readonly committed = new Map<string, Map<number, readonly string[]>>()
  transactions = 0

  commit(sink: string, transaction: Transaction): void {
    const own = this.committed.get(sink) ?? new Map<number, readonly string[]>()
    this.committed.set(sink, own)
    own.set(transaction.id, transaction.rows)
  }

  /** In no order. */
  rowsOf(sink: string): string[] {
    return Array.from(this.committed.get(sink)?.values() ?? []).flat()
  }
}

interface Transaction {
  readonly id: number
  readonly rows: readonly string[]
}

/** Ends a stream in the ledger. */
export class LedgerSink<T> implements Sink<T>, SupportsCommitter<Transaction> {
  readonly ledger: Ledger
  readonly name: string
  readonly textOf: (element: T, timestamp: number) => string

  constructor(ledger: Ledger, name: string, textOf: (element: T, timestamp: number) => string) {
    this.ledger = ledger
    this.name = name
    this.textOf = textOf
  }

  createWriter(): CommittingSinkWriter<T, Transaction> {
    return new LedgerWriter(this)
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

class LedgerWriter<T> implements CommittingSinkWriter<T, Transaction> {
  readonly sink: LedgerSink<T>
  rows: string[] = []

  constructor(sink: LedgerSink<T>) {
    this.sink = sink
  }

  write(element: T, context: SinkWriterContext): void {
    this.rows.push(this.sink.textOf(element, context.timestamp() ?? NaN))
  }

  flush(): void {}

  prepareCommit(): Transaction[] {
    const { rows, sink } = this
    this.rows = []
    return rows.length === 0 ? [] : [{ id: sink.ledger.transactions++, rows }]
  }
}
