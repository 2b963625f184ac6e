// Writes records into a table, by a statement with parameters. At least once, statements act in batches, at the latest
// before a checkpoint; exactly once, those between two checkpoints are a transaction that is prepared with the checkpoint
// and committed when it's complete. Flink's JdbcSink with its XA variant.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/jdbc/

import type { OperatorContext } from '../../operators/operator.ts'
import { asCall } from '../../operators/rich-function.ts'
import type {
  CommitRequestLike,
  CommittingSinkWriterLike,
  CommitterLike,
  ProcessingTimeService,
  SinkLike,
  StatefulSinkWriterLike,
  WriterInitContext,
} from '../../operators/sink-functions.ts'
import type { BoundStatement, Database } from './database.ts'
import { databaseOf } from './open-database.ts'
import { PreparedStatement } from './prepared-statement.ts'
import type { SqlText } from './sql-statement.ts'

/** A sink that writes to a table, as the plan holds it. */
export interface DatabaseSinkSpec extends SqlText {
  readonly isExactlyOnce: boolean
  /** At least once: so many statements act together, or those of so many ms; 0 for no such limit. */
  readonly batchSize: number
  readonly batchIntervalMs: number
}

/** Makes the writers of a sink, and what commits their transactions. */
export class DatabaseSinkParts implements SinkLike<unknown, number, string> {
  readonly spec: DatabaseSinkSpec
  readonly context: OperatorContext

  constructor(spec: DatabaseSinkSpec, context: OperatorContext) {
    this.spec = spec
    this.context = context
  }

  createWriter(init: WriterInitContext): DatabaseWriter {
    return this.restoreWriter(init)
  }

  /** What was prepared and isn't in the checkpoint is rolled back: its records come again. */
  restoreWriter(init: WriterInitContext): DatabaseWriter {
    const checkpoint = (init.getRestoredCheckpointId() ?? 0) + 1
    const writer = new DatabaseWriter(this.spec, this.context, { checkpoint, time: init.getProcessingTimeService() })
    if (this.spec.isExactlyOnce) writer.rollbackLingering()
    return writer
  }

  createCommitter(): CommitterLike<string> {
    const database = databaseOf(this.context.outside)
    return {
      commit(requests: readonly CommitRequestLike<string>[]) {
        for (const request of requests) {
          if (!database.commitPrepared(request.getCommittable())) request.signalAlreadyCommitted()
        }
      },
    }
  }
}

class DatabaseWriter implements StatefulSinkWriterLike<unknown, number>, CommittingSinkWriterLike<unknown, string> {
  readonly spec: DatabaseSinkSpec
  readonly context: OperatorContext
  readonly database: Database
  readonly time: ProcessingTimeService
  readonly accept: (statement: PreparedStatement, value: unknown) => unknown
  /** Statements that haven't acted. */
  batch: BoundStatement[] = []
  /** The checkpoint in which what is written now will be. */
  checkpoint: number

  constructor(
    spec: DatabaseSinkSpec,
    context: OperatorContext,
    { checkpoint, time }: { readonly checkpoint: number; readonly time: ProcessingTimeService },
  ) {
    this.spec = spec
    this.context = context
    this.checkpoint = checkpoint
    this.time = time
    this.database = databaseOf(context.outside)
    this.accept = asCall<(statement: PreparedStatement, value: unknown) => unknown>(
      context.userFunction('statement'),
      'accept',
    )
    this.database.requireUsable(spec)
    if (!spec.isExactlyOnce && spec.batchIntervalMs > 0) this.wait()
  }

  write(value: unknown): void {
    const { spec, context } = this
    const statement = new PreparedStatement(spec.parameters, context.name)
    this.accept(statement, value)
    this.batch.push({ text: spec, values: statement.values() })
    if (!spec.isExactlyOnce && spec.batchSize > 0 && this.batch.length >= spec.batchSize) this.act()
  }

  flush(): void {
    if (!this.spec.isExactlyOnce) this.act()
  }

  prepareCommit(): string[] {
    if (!this.spec.isExactlyOnce || this.batch.length === 0) return []
    const id = `${this.prefix()}${this.checkpoint}`
    this.database.prepare(id, this.batch)
    this.batch = []
    return [id]
  }

  snapshotState(checkpoint: number): number[] {
    this.checkpoint = checkpoint + 1
    return []
  }

  /** Of subtasks that aren't there any more, too: by those that are, in turn. */
  rollbackLingering(): void {
    const { subtask, parallelism, name } = this.context
    for (const id of this.database.preparedIds()) {
      const [, before, checkpoint] = id.startsWith(`${name} `) ? (/ (\d+) (\d+)$/.exec(id) ?? []) : []
      if (before === undefined || Number(checkpoint) < this.checkpoint) continue
      if (Number(before) % parallelism === subtask) this.database.rollbackPrepared(id)
    }
  }

  private prefix(): string {
    return `${this.context.name} ${this.context.subtask} `
  }

  private act(): void {
    if (this.batch.length === 0) return
    this.database.execute(this.batch)
    this.batch = []
  }

  private wait(): void {
    this.time.registerTimer(this.time.getCurrentProcessingTime() + this.spec.batchIntervalMs, () => {
      this.act()
      this.wait()
    })
  }
}
