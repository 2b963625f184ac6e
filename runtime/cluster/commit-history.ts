// What committers did, for whoever looks: of each checkpoint what a committer was handed, and when it committed that. An
// observer, which outlives the attempts of the job as what is committed does.

/** A committer's part in one checkpoint. Times in virtual µs. */
export interface CommitStats {
  /** Id of the vertex. */
  readonly vertex: string
  readonly subtask: number
  /** The committer's name. */
  readonly operator: string
  readonly checkpoint: number
  /** Transactions, files or whatever it is that is committed. */
  count: number
  /** When the writer handed it over; null where it came out of a checkpoint. */
  readonly preparedUs: number | null
  /** When it became visible outside; null before. */
  committedUs: number | null
  /** It was committed again after a restart, which must change nothing. */
  repeats: number
  /** When the job started again without it: the checkpoint was never complete. */
  lostUs: number | null
}

/** Which committer, and of which checkpoint. */
export type CommitPlace = Pick<CommitStats, 'vertex' | 'subtask' | 'operator' | 'checkpoint' | 'count'>

const MOST_COMMITS = 640

export class CommitHistory {
  /** The oldest first. */
  recent: CommitStats[] = []

  /** The writer has handed it over. */
  prepared(place: CommitPlace, atUs: number): void {
    const before = this.find(place)
    if (before !== undefined) {
      before.count += place.count
      return
    }
    this.add(commitOf(place, atUs, null))
  }

  committed(place: CommitPlace, atUs: number): void {
    const before = this.find(place)
    if (before === undefined) this.add(commitOf(place, null, atUs))
    else if (before.committedUs === null) before.committedUs = atUs
    else before.repeats++
  }

  /** These vertices start again from a checkpoint: what was prepared for a later one is lost. */
  restarted(vertices: readonly string[], checkpoint: number, atUs: number): void {
    for (const commit of this.recent) {
      const isOpen = commit.committedUs === null && commit.lostUs === null
      if (isOpen && commit.checkpoint > checkpoint && vertices.includes(commit.vertex)) commit.lostUs = atUs
    }
  }

  private find({ vertex, subtask, operator, checkpoint }: CommitPlace): CommitStats | undefined {
    // What is asked for is among the last, nearly always.
    for (let i = this.recent.length - 1; i >= 0; i--) {
      const commit = this.recent[i] as CommitStats
      const isAt = commit.checkpoint === checkpoint && commit.subtask === subtask && commit.vertex === vertex
      if (isAt && commit.operator === operator && commit.lostUs === null) return commit
    }
    return undefined
  }

  private add(commit: CommitStats): void {
    this.recent.push(commit)
    if (this.recent.length > MOST_COMMITS) this.recent.shift()
  }
}

/** Each field by its name: spreading them costs more than the rest of it. */
function commitOf(
  { vertex, subtask, operator, checkpoint, count }: CommitPlace,
  preparedUs: number | null,
  committedUs: number | null,
): CommitStats {
  return { vertex, subtask, operator, checkpoint, count, preparedUs, committedUs, repeats: 0, lostUs: null }
}
