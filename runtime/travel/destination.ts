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
 * `time`: everything up to this virtual ms since the start has happened. `place`: exactly there. `back`: where the step
 * before ended, by record or by turn. `end`: where the last step of all ended.
 */
export type Destination =
  | { readonly kind: 'time'; readonly atMs: number }
  | ({ readonly kind: 'place' } & Place)
  | { readonly kind: 'back'; readonly unit: 'record' | 'turn' }
  | { readonly kind: 'end' }
