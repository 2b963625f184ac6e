// A savepoint as data: all that a job keeps, operator by operator, with what it takes to match it with another version of
// the job: ids, uids, max parallelism, types. A checkpoint that is kept outlives its job in the same form. Flink's
// CheckpointMetadata, with the state in it, in its canonical format: the same whatever the state backend.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/

import type { JobGraph } from '../graph/job-graph.ts'
import { displayName, maxParallelismOf } from '../graph/job-graph.ts'
import type { SourceSpec } from '../connectors/source.ts'
import type { OperatorSpec } from '../graph/stream-graph.ts'
import type { InFlight } from '../network/in-flight.ts'
import type { KeyedSnapshot } from '../state/keyed-snapshot.ts'
import type { OperatorSnapshot } from '../state/operator-state.ts'
import type { CompletedCheckpoint } from './completed-checkpoint.ts'

/** What an operator keeps, and what it was when it did. */
export interface SavepointOperator {
  /** 32 hex digits: what state is matched by. */
  readonly operatorId: string
  readonly uid: string | null
  /** As graphs show it. */
  readonly name: string
  readonly kind: OperatorSpec['kind']
  /** Of a source, what kind of source it was: positions in another one mean something else. */
  readonly source: SourceSpec['kind'] | null
  readonly parallelism: number
  readonly maxParallelism: number
  /** Of an operator with keyed state, by the subtasks that wrote it: timers are in it. */
  readonly keyed: readonly KeyedSnapshot[]
  /** A subtask's lists and broadcast states; a source's positions are one of the lists. */
  readonly operator: readonly OperatorSnapshot[]
  /** All its subtasks had finished. */
  readonly isFinished?: boolean
}

export interface Savepoint {
  /** A checkpoint that was kept can be restored from like a savepoint. */
  readonly kind: 'savepoint' | 'checkpoint'
  /** Checkpoints and savepoints of a job are numbered together. */
  readonly checkpointId: number
  /** Virtual µs at which it was complete: where a job that starts from it goes on. */
  readonly takenUs: number
  readonly job: { readonly name: string; readonly planHash: string }
  readonly operators: readonly SavepointOperator[]
  /** Of a checkpoint that was kept: records that barriers overtook. */
  readonly inFlight?: readonly InFlight[]
}

/** The checkpoint of a running job as a savepoint. */
export function savepointOf(
  checkpoint: CompletedCheckpoint,
  graph: JobGraph,
  { kind, planHash }: { readonly kind: Savepoint['kind']; readonly planHash: string },
): Savepoint {
  const operators = graph.vertices.flatMap((vertex) =>
    vertex.nodes.map((node): SavepointOperator => {
      const { operatorId, uid, kind } = node
      const source = node.spec.kind === 'source' ? node.spec.source.kind : null
      const { operator = [], keyed = [], isFinished = false } = checkpoint.operators.get(operatorId) ?? {}
      const maxParallelism = maxParallelismOf(vertex)
      const { parallelism } = vertex
      const name = displayName(node)
      const about = { operatorId, uid, name, kind, source, parallelism, maxParallelism }
      return { ...about, keyed, operator, ...(isFinished ? { isFinished } : {}) }
    }),
  )
  const { id: checkpointId, completedUs: takenUs, inFlight } = checkpoint
  const overtaken = inFlight.length === 0 ? {} : { inFlight }
  return { kind, checkpointId, takenUs, job: { name: graph.name, planHash }, operators, ...overtaken }
}

/** Whether an operator keeps anything: states it has registered count even where they're empty, as in Flink. */
export function hasState({ keyed, operator }: Pick<SavepointOperator, 'keyed' | 'operator'>): boolean {
  return (
    keyed.some(({ states, groups }) => states.length > 0 || groups.length > 0) ||
    operator.some(({ lists, broadcasts }) => lists.length > 0 || broadcasts.length > 0)
  )
}
