// A pattern as data, the way the plan holds it: a row of steps, each with what may lie between it and the one before, how
// often it comes, and under which conditions. The learner's conditions are in the registry; here they're roles.

/** What may lie between a step and the one before it. Flink's Quantifier.ConsumingStrategy. */
export type ConsumingStrategy = 'STRICT' | 'SKIP_TILL_NEXT' | 'SKIP_TILL_ANY' | 'NOT_FOLLOW' | 'NOT_NEXT'

/** What may lie between two events of one step that comes several times. */
export type InnerStrategy = 'STRICT' | 'SKIP_TILL_NEXT' | 'SKIP_TILL_ANY'

/** How often a step comes: once, `from` to `to` times, or `from` times and as many more as come. */
export interface Quantifier {
  readonly kind: 'SINGLE' | 'TIMES' | 'LOOPING'
  readonly from: number
  readonly to: number
  readonly inner: InnerStrategy
  readonly isOptional: boolean
  readonly isGreedy: boolean
  /** The longest time between two events of the step, in ms; null for any. */
  readonly gapMs: number | null
}

/** A condition on an event: the learner's functions by role, joined. `true` is met by every event. */
export type ConditionSpec =
  | { readonly of: 'true' }
  | { readonly of: 'function'; readonly role: string }
  | { readonly of: 'and' | 'or'; readonly left: ConditionSpec; readonly right: ConditionSpec }
  | { readonly of: 'not'; readonly condition: ConditionSpec }

/** One step of a pattern, or a group of steps as one. */
export interface StepSpec {
  /** Unique in the pattern; a group has none of its own. */
  readonly name: string
  readonly strategy: ConsumingStrategy
  readonly quantifier: Quantifier
  readonly condition: ConditionSpec
  readonly until: ConditionSpec | null
  /** The longest time from the first event of a match to the last, in ms; null for any. */
  readonly withinMs: number | null
  /** The longest time from the event before to this step's, in ms; null for any. */
  readonly withinPreviousMs: number | null
  readonly group: PatternSpec | null
}

/** The steps in their order. */
export type PatternSpec = readonly StepSpec[]

/** Which partial matches a match puts an end to. Flink's AfterMatchSkipStrategy. */
export type SkipSpec =
  | { readonly kind: 'noSkip' | 'skipPastLastEvent' | 'skipToNext' }
  | { readonly kind: 'skipToFirst' | 'skipToLast'; readonly step: string; readonly throwsOnMiss: boolean }

/** A CEP operator as data. */
export interface CepSpec {
  readonly kind: 'cep'
  readonly pattern: PatternSpec
  readonly skip: SkipSpec
  readonly time: 'event' | 'processing'
  /** How the learner takes matches: by which kind of function. */
  readonly call: 'process' | 'select' | 'flatSelect'
  /** Whether events of one timestamp are put in order by the learner's comparator. */
  readonly hasComparator: boolean
  /** Whether somebody wants to know of partial matches that time out. */
  readonly handlesTimeouts: boolean
  /** Side output of a timeout function; null if there's none. */
  readonly timeoutTag: string | null
  /** Side output of late events; null to drop them. */
  readonly lateTag: string | null
}

/** The condition that every event meets. */
export const ALWAYS: ConditionSpec = { of: 'true' }
