// What the coordinator of checkpoints says to a task. A mail is read between two turns, before anything else, and whether
// or not there's credit. Flink's mailbox, as far as checkpoints need it.

/**
 * What the coordinator has to say: begin a checkpoint; that one is complete, or was given up; or, to a source, that it's
 * to read no more and to end as if there were nothing left.
 */
export interface Mail {
  readonly kind: 'snapshot' | 'complete' | 'abort' | 'drain'
  readonly checkpoint: number
}
