// Where in a run somebody wants to be: a place that the run itself has, so that it means the same whenever and wherever it is
// executed again.

/** Between two events, or within a turn after so many of its records. */
export interface Place {
  /** Events that have begun. */
  readonly event: number
  /** Records of the turn under way that were processed; 0 between turns. */
  readonly record: number
}

/**
 * What a step is: a record or timer processed by any subtask; a turn in which one was; a watermark that rises at some
 * subtask; a checkpoint that is complete.
 */
export type StepUnit = 'record' | 'turn' | 'watermark' | 'checkpoint'

/**
 * `time`: everything up to this virtual ms since the start has happened. `place`: exactly there. `back`: where the step
 * before ended, of this unit. `end`: where the last step of all ended.
 */
export type Destination =
  | { readonly kind: 'time'; readonly atMs: number }
  | ({ readonly kind: 'place' } & Place)
  | { readonly kind: 'back'; readonly unit: StepUnit }
  | { readonly kind: 'end' }
