// Steps of a pattern while it's being written, and the check of the whole once it is: what only shows when all steps are
// there. Flink's NFACompiler refuses most of it at the same place; the rest would fail or do nothing while running.

import { LearnerError } from '../base/diagnostic.ts'
import { compileNfa, type CompiledNfa, type NfaState } from '../operators/cep/nfa-compiler.ts'
import {
  ALWAYS,
  type ConditionSpec,
  type ConsumingStrategy,
  type InnerStrategy,
  type PatternSpec,
  type SkipSpec,
  type StepSpec,
} from '../operators/cep/pattern-spec.ts'

/** A condition being joined of the learner's functions. */
export type DraftCondition =
  | ((event: unknown) => boolean)
  | { filter(event: unknown): boolean }
  | { readonly of: 'and' | 'or'; readonly left: DraftCondition; readonly right: DraftCondition }

/** A step being written. */
export interface StepDraft {
  readonly name: string
  readonly strategy: ConsumingStrategy
  readonly group: readonly StepDraft[] | null
  kind: 'SINGLE' | 'TIMES' | 'LOOPING'
  from: number
  to: number
  inner: InnerStrategy
  isOptional: boolean
  isGreedy: boolean
  gapMs: number | null
  condition: DraftCondition | null
  until: DraftCondition | null
  withinMs: number | null
  withinPreviousMs: number | null
}

/** A step as it begins: once, any event. */
export function newStep(name: string, strategy: ConsumingStrategy, group: readonly StepDraft[] | null): StepDraft {
  const once = { kind: 'SINGLE', from: 1, to: 1, inner: 'SKIP_TILL_NEXT', gapMs: null } as const
  const options = { isOptional: false, isGreedy: false, condition: null, until: null }
  return { name, strategy, group, ...once, ...options, withinMs: null, withinPreviousMs: null }
}

/** What messages call the step by: of a group, the names in it. */
export function stepLabel({ name, group }: StepDraft): string {
  return group === null ? name : `(${group.map(stepLabel).join(', ')})`
}

/** A name that none of the others is. */
export function requireNewName(name: string, others: readonly string[]): string {
  // Flink cuts names at a colon, so matches would have them under another name.
  if (name.includes(':')) throw new LearnerError('PATTERN_NAME_COLON', { step: name })
  if (others.includes(name)) throw new LearnerError('PATTERN_NAME_TWICE', { step: name })
  return name
}

/** The pattern as data. The learner's functions go into `functions` under their roles. */
export function patternSpec(steps: readonly StepDraft[], functions: Map<string, unknown>): PatternSpec {
  const condition = (draft: DraftCondition): ConditionSpec => {
    if (typeof draft === 'object' && 'of' in draft) {
      return { of: draft.of, left: condition(draft.left), right: condition(draft.right) }
    }
    const role = `condition${functions.size}`
    functions.set(role, draft)
    return { of: 'function', role }
  }
  return steps.map((draft): StepSpec => {
    const { name, strategy, kind, from, to, inner, isOptional, isGreedy, gapMs, withinMs, withinPreviousMs } = draft
    return {
      name,
      strategy,
      quantifier: { kind, from, to, inner, isOptional, isGreedy, gapMs },
      condition: draft.condition === null ? ALWAYS : condition(draft.condition),
      until: draft.until === null ? null : condition(draft.until),
      withinMs,
      withinPreviousMs,
      group: draft.group === null ? null : patternSpec(draft.group, functions),
    }
  })
}

/** Refuses a pattern that can't work. */
export function requireSoundPattern(pattern: PatternSpec, skip: SkipSpec): void {
  if ('step' in skip && !pattern.some(({ name }) => name === skip.step)) {
    const known = pattern.map(({ name }) => name).filter((name) => name !== '')
    throw new LearnerError('PATTERN_SKIP_UNKNOWN', { step: skip.step, known: known.join(', ') })
  }
  requireSoundGroups(pattern)
  const last = pattern.at(-1)
  if (last?.strategy === 'NOT_FOLLOW' && last.withinMs === null && last.withinPreviousMs === null)
    throw new LearnerError('PATTERN_NOT_AT_END', { step: last.name })
  requireSoundNfa(compileNfa(pattern))
}

function requireSoundGroups(pattern: PatternSpec): void {
  for (const { group, quantifier } of pattern) {
    if (group === null) continue
    requireSoundGroups(group)
    const last = group.at(-1)
    if (last?.strategy === 'NOT_FOLLOW') throw new LearnerError('PATTERN_NOT_AT_GROUP_END', { step: last.name })
    if (quantifier.kind === 'LOOPING' && group.every(canBeLeftOut))
      throw new LearnerError('PATTERN_LOOPS_EMPTY', { steps: group.map(({ name }) => name).join(', ') })
  }
}

function canBeLeftOut({ strategy, quantifier, group }: StepSpec): boolean {
  const isNot = strategy === 'NOT_FOLLOW' || strategy === 'NOT_NEXT'
  return isNot || quantifier.isOptional || (group?.every(canBeLeftOut) ?? false)
}

function requireSoundNfa({ start, windowMs, gapsMs }: CompiledNfa): void {
  for (const gapMs of gapsMs.values()) {
    if (windowMs > 0 && gapMs > windowMs) throw new LearnerError('PATTERN_WITHIN_TYPES', { gapMs, windowMs })
  }
  // What must not come would end the search itself: before the first event there's no partial match to end.
  const seen = new Set<NfaState>([start])
  for (const state of seen) {
    for (const { action, target } of state.transitions) {
      if (action !== 'PROCEED') continue
      if (target.kind === 'stop') throw new LearnerError('PATTERN_NOT_AT_START', { step: target.step })
      seen.add(target)
    }
  }
}
