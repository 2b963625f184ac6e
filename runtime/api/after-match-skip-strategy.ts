// What becomes of other partial matches when a match is found. Flink's AfterMatchSkipStrategy.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#after-match-skip-strategy

import type { SkipSpec } from '../operators/cep/pattern-spec.ts'
import { requireName } from './require.ts'

/**
 * Which partial matches end when a match is found. Given where a pattern begins, it holds for the whole of it.
 *
 * ```ts
 * Pattern.begin<Price>('prices', AfterMatchSkipStrategy.skipPastLastEvent())
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#after-match-skip-strategy
 */
export class AfterMatchSkipStrategy {
  /** As the plan holds it. */
  readonly spec: SkipSpec

  /** Strategies are made by the static methods. */
  constructor(spec: SkipSpec) {
    this.spec = spec
  }

  /** Every possible match comes out: what applies unless set. */
  static noSkip(): AfterMatchSkipStrategy {
    return new AfterMatchSkipStrategy({ kind: 'noSkip' })
  }

  /** Ends all partial matches that began with the match or after it: the next one begins after the match's last event. */
  static skipPastLastEvent(): AfterMatchSkipStrategy {
    return new AfterMatchSkipStrategy({ kind: 'skipPastLastEvent' })
  }

  /** Ends all partial matches that began with the same event as the match. */
  static skipToNext(): AfterMatchSkipStrategy {
    return new AfterMatchSkipStrategy({ kind: 'skipToNext' })
  }

  /** Ends all partial matches that began before the match's first event of this step. */
  static skipToFirst(step: string): SkipToElementStrategy {
    return new SkipToElementStrategy({
      kind: 'skipToFirst',
      step: requireName(step, 'skipToFirst'),
      throwsOnMiss: false,
    })
  }

  /** Ends all partial matches that began before the match's last event of this step. */
  static skipToLast(step: string): SkipToElementStrategy {
    return new SkipToElementStrategy({ kind: 'skipToLast', step: requireName(step, 'skipToLast'), throwsOnMiss: false })
  }
}

/** Skips to an event of a step. */
export class SkipToElementStrategy extends AfterMatchSkipStrategy {
  /** Fails the job when a match has no event of the step, or begins with it. Unless set, nothing is skipped then. */
  throwExceptionOnMiss(): SkipToElementStrategy {
    const { spec } = this
    return 'step' in spec ? new SkipToElementStrategy({ ...spec, throwsOnMiss: true }) : this
  }
}
