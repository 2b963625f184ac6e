// What a subtask measured while it took part in a checkpoint: it goes to the coordinator with the snapshot. Flink's
// CheckpointMetrics, in records and virtual time.

/** Times in virtual µs. */
export interface CheckpointFigures {
  /** When the first barrier came, or the coordinator's word. */
  readonly startedUs: number
  /** From the first barrier to the last. */
  readonly alignmentUs: number
  /** When the snapshot was taken. */
  readonly snapshotUs: number
  /** Records that had arrived behind a barrier and weren't read until the last one came. */
  readonly heldRecords: number
  /** Records processed while barriers were awaited. */
  readonly processedRecords: number
  /** Records that barriers overtook: they stand in the checkpoint. */
  readonly persistedRecords: number
  readonly isUnaligned: boolean
}
