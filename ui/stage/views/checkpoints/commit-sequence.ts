// The two phases of a commit, as they happened with one checkpoint: who told whom what, and when. Pure: from what subtasks
// and committers measured to the steps of a sequence, of each sink that commits.
import type { CheckpointDetail, CheckpointMoment, Topology, VertexView } from '../../../../runtime/host/protocol.ts'
import { shortName } from '../node-name.ts'

/** Who takes part: places of the sequence from left to right. */
export const PARTIES = ['coordinator', 'writer', 'committer', 'outside'] as const
export type Party = (typeof PARTIES)[number]

export interface CommitStep {
  readonly kind: 'barrier' | 'prepare' | 'acknowledge' | 'complete' | 'commit'
  readonly from: Party
  readonly to: Party
  /** When the last subtask had done it, in virtual µs; null where not all have. */
  readonly atUs: number | null
  /** How many of the subtasks have done it. */
  readonly done: number
  /** `never`: the checkpoint was given up, or the job started again without it. */
  readonly state: 'done' | 'waiting' | 'never'
}

export interface CommitSequence {
  readonly sink: string
  readonly subtasks: number
  readonly steps: readonly CommitStep[]
  /** Transactions, or whatever is committed: handed over, and committed more than once. */
  readonly count: number
  readonly repeats: number
}

/** One for each committer of the job; none where no sink commits. */
export function commitSequences(
  { vertices }: Topology,
  checkpoint: CheckpointMoment,
  detail: CheckpointDetail,
): CommitSequence[] {
  return vertices.flatMap((vertex) =>
    vertex.nodes
      .filter(({ kind }) => kind === 'committer')
      .map(({ name }) => sequenceOf(vertex, name, writerOf(vertices, vertex), { checkpoint, detail })),
  )
}

/** The chain in which the sink's writer runs: as a rule the committer's own. */
function writerOf(vertices: readonly VertexView[], vertex: VertexView): VertexView {
  const isAlone = vertex.nodes[0]?.kind === 'committer'
  return isAlone ? (vertices[vertex.inputs[0]?.from ?? -1] ?? vertex) : vertex
}

function sequenceOf(
  vertex: VertexView,
  committer: string,
  writer: VertexView,
  { checkpoint, detail }: { readonly checkpoint: CheckpointMoment; readonly detail: CheckpointDetail },
): CommitSequence {
  const handedIn = detail.subtasks.filter((stats) => stats.vertex === writer.id)
  const waiting = detail.unfinished.filter((stats) => stats.vertex === writer.id)
  const begun = [...handedIn, ...waiting].flatMap(({ startedUs }) => startedUs ?? [])
  const taken = [...handedIn, ...waiting].flatMap(({ snapshotUs }) => snapshotUs ?? [])
  const commits = detail.commits.filter((commit) => commit.vertex === vertex.id && commit.operator === committer)
  const committed = commits.flatMap(({ committedUs }) => committedUs ?? [])
  const isOver = checkpoint.status === 'FAILED' || commits.some(({ lostUs }) => lostUs !== null)
  const step = (
    kind: CommitStep['kind'],
    way: readonly [Party, Party],
    times: readonly number[],
    of: number,
  ): CommitStep => {
    const isDone = of > 0 && times.length >= of
    const state = isDone ? 'done' : isOver ? 'never' : 'waiting'
    return { kind, from: way[0], to: way[1], atUs: isDone ? Math.max(...times) : null, done: times.length, state }
  }
  const { parallelism } = writer
  const completed = checkpoint.status === 'COMPLETED' && checkpoint.endedUs !== null ? [checkpoint.endedUs] : []
  return {
    sink: shortName(writer.nodes.at(vertex === writer ? vertex.nodes.length - 2 : -1)?.name ?? committer).replace(
      /: Writer$/,
      '',
    ),
    subtasks: parallelism,
    steps: [
      step('barrier', ['coordinator', 'writer'], begun, parallelism),
      step('prepare', ['writer', 'committer'], taken, parallelism),
      step(
        'acknowledge',
        ['writer', 'coordinator'],
        handedIn.map(({ ackUs }) => ackUs),
        parallelism,
      ),
      step('complete', ['coordinator', 'committer'], completed, 1),
      step('commit', ['committer', 'outside'], commits.length === 0 ? completed : committed, commits.length || 1),
    ],
    count: commits.reduce((sum, { count }) => sum + count, 0),
    repeats: commits.reduce((sum, { repeats }) => sum + repeats, 0),
  }
}
