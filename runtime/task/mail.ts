// What the coordinator of checkpoints says to a task. A mail is read between two turns, before anything else, and whether
// or not there's credit. Flink's mailbox, as far as checkpoints need it.

/** What the coordinator has to say: begin a checkpoint, or that one is complete. */
export interface Mail {
  readonly kind: 'snapshot' | 'complete'
  readonly checkpoint: number
}
