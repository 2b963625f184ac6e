// What the coordinator of checkpoints says to a task. A mail is read between two turns, before anything else, and whether
// or not there's credit. Flink's mailbox, as far as checkpoints need it.

/**
 * What the coordinator has to say: begin a checkpoint; that one is complete, or was given up; or, where checkpoints begin,
 * to end as if there were nothing left to read, and to begin one then. `overtake`: a barrier that has arrived, or the next
 * one of this checkpoint, is taken before what it stands behind.
 */
export interface Mail {
  readonly kind: 'snapshot' | 'complete' | 'aborted' | 'drain' | 'overtake'
  readonly checkpoint: number
}
