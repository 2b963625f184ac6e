// Windows as the plan holds them: assigner, trigger, evictor and what becomes of the contents, all data. The learner's
// own functions stand in the registry under the roles named here.

import type { FieldAggregation } from '../field-aggregation.ts'

/** Which clock windows go by. */
export type WindowTime = 'event' | 'processing'

/** How the panes of several subtasks are moved against each other. Flink's WindowStagger. */
export type StaggerKind = 'ALIGNED' | 'RANDOM' | 'NATURAL'

/** Which windows a record belongs to. Role `gapExtractor` for dynamic sessions. */
export type WindowAssignerSpec =
  | {
      readonly kind: 'tumbling'
      readonly time: WindowTime
      readonly sizeMs: number
      readonly offsetMs: number
      readonly stagger: StaggerKind
    }
  | {
      readonly kind: 'sliding'
      readonly time: WindowTime
      readonly sizeMs: number
      readonly slideMs: number
      readonly offsetMs: number
    }
  | {
      readonly kind: 'session'
      readonly time: WindowTime
      /** Null: the learner's function says it for each record. */
      readonly gapMs: number | null
      /**
       * Takes event-time records without timestamp for records of the earliest time there is, as Flink does. Plans don't
       * have it: such records are a mistake there.
       */
      readonly acceptsNoTimestamp?: true
    }
  | { readonly kind: 'global' }

/** When a window's contents are handed on. Role `trigger` for the learner's own, `delta` for a delta function. */
export type TriggerSpec =
  | { readonly kind: 'eventTime' | 'processingTime' | 'endOfStream' | 'never' }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'continuousEventTime' | 'continuousProcessingTime'; readonly intervalMs: number }
  | { readonly kind: 'delta'; readonly threshold: number }
  | { readonly kind: 'purging'; readonly of: TriggerSpec }
  | {
      readonly kind: 'processingTimeout'
      readonly of: TriggerSpec
      readonly timeoutMs: number
      readonly resetTimerOnNewRecord: boolean
      readonly shouldClearOnTimeout: boolean
    }
  | { readonly kind: 'custom'; readonly canMerge: boolean }

/** What leaves a window before or after its function. Role `evictor` for the learner's own, `evictorDelta` for a delta function. */
export type EvictorSpec =
  | { readonly kind: 'count'; readonly count: number; readonly isAfter: boolean }
  | { readonly kind: 'time'; readonly sizeMs: number; readonly isAfter: boolean }
  | { readonly kind: 'delta'; readonly threshold: number; readonly isAfter: boolean }
  | { readonly kind: 'custom' }

/** How records are gathered. Role `reduce` or `aggregate` for the learner's own. */
export type ContentsSpec =
  | { readonly kind: 'list' | 'reduce' | 'aggregate' }
  | { readonly kind: 'field'; readonly aggregation: FieldAggregation }

/** A whole window operator. */
export interface WindowSpec {
  readonly assigner: WindowAssignerSpec
  readonly trigger: TriggerSpec
  readonly evictor: EvictorSpec | null
  readonly allowedLatenessMs: number
  /** Id of the side output for late records; null drops them. */
  readonly lateTag: string | null
  readonly contents: ContentsSpec
  /** What gets the contents: nothing of the learner's, `apply` of a WindowFunction or `process` of a ProcessWindowFunction, in role `window`. */
  readonly call: 'passThrough' | 'apply' | 'process'
  /** windowAll: the learner's function gets no key. */
  readonly isAll: boolean
}
