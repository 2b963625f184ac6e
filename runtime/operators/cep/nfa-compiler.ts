// From a pattern to its automaton: states, and between them transitions that take an event, ignore it, or proceed without
// looking for another one. Built from the last step back to the first, as a step's states lead to those of the next.
// Flink's NFACompiler; the order of states and transitions is part of the law, since results come out in it.

import { present } from '../../base/assert.ts'
import {
  ALWAYS,
  type ConditionSpec,
  type ConsumingStrategy,
  type InnerStrategy,
  type PatternSpec,
  type StepSpec,
} from './pattern-spec.ts'
import { StateNames } from './state-names.ts'

/** `pending`: a match once its time is up. `stop`: reached by what must not happen. */
export type NfaStateKind = 'start' | 'normal' | 'pending' | 'stop' | 'final'

/** An edge of the automaton. */
export interface NfaTransition {
  readonly action: 'TAKE' | 'IGNORE' | 'PROCEED'
  readonly source: NfaState
  readonly target: NfaState
  condition: ConditionSpec
}

/** A state of the automaton. */
export interface NfaState {
  /** Unique. */
  readonly name: string
  /** The step whose events it takes. */
  readonly step: string
  kind: NfaStateKind
  readonly transitions: NfaTransition[]
}

/** An automaton: what a pattern is compiled to. */
export interface CompiledNfa {
  readonly states: readonly NfaState[]
  readonly start: NfaState
  /** From the first event of a match to the last, in ms; 0 for any time. */
  readonly windowMs: number
  /** By state, the longest time since the event before. */
  readonly gapsMs: ReadonlyMap<string, number>
}

/** The automaton of a pattern. */
export function compileNfa(pattern: PatternSpec): CompiledNfa {
  return new NfaCompiler(pattern).compile()
}

/** Where in the pattern the compiler is: a row of steps, the one at hand, what follows it, and the group it's in. */
interface Place {
  readonly steps: PatternSpec
  at: number
  following: StepSpec | null
  readonly group: StepSpec | null
}

interface SingletonOptions {
  readonly sink: NfaState
  /** Where an optional step is left out to. */
  readonly proceed: NfaState | null
  readonly take: ConditionSpec
  readonly ignore: ConditionSpec | null
  readonly isOptional: boolean
}

const END = '$endState$'
const GROUP = 'GroupPattern'

class NfaCompiler {
  readonly names = new StateNames()
  readonly states: NfaState[] = []
  readonly stops = new Map<string, NfaState>()
  readonly gapsMs = new Map<string, number>()
  /** Groups whose states are being built for a round other than the first. */
  readonly laterRounds = new Set<StepSpec>()
  /** By state, its copy as it was before a greedy step made it wait. */
  readonly beforeGreedy = new Map<string, NfaState>()
  windowMs: number | null = null
  place: Place

  constructor(pattern: PatternSpec) {
    this.place = { steps: pattern, at: pattern.length - 1, following: null, group: null }
  }

  compile(): CompiledNfa {
    this.windowMs = this.current.withinMs
    const end = this.stateNamed(END, END, 'final')
    const start = this.convert(this.middle(end))
    start.kind = 'start'
    return { states: this.states, start, windowMs: this.windowMs ?? 0, gapsMs: this.gapsMs }
  }

  private get current(): StepSpec {
    return present(this.place.steps[this.place.at], 'the step at hand')
  }

  /** States of all steps of the row but the first. */
  private middle(end: NfaState): NfaState {
    const { place } = this
    let sink = end
    while (place.at > 0) {
      const step = this.current
      if (step.strategy === 'NOT_FOLLOW') sink = this.notFollow(sink)
      else if (step.strategy === 'NOT_NEXT') sink = this.notNext(sink)
      else sink = this.convert(sink)
      place.following = step
      place.at--
      const { withinMs } = this.current
      if (withinMs !== null && withinMs < (this.windowMs ?? Infinity)) this.windowMs = withinMs
    }
    return sink
  }

  /** Before another step it becomes conditions on that step's states; at the end it's a state that waits for its time. */
  private notFollow(sink: NfaState): NfaState {
    const step = this.current
    if (sink.kind !== 'final' || (step.withinPreviousMs === null && (this.windowMs ?? 0) <= 0)) return sink
    const state = this.takingState('pending')
    const condition = this.takeCondition(step)
    connect(state, 'PROCEED', this.stopState(condition, step.name), condition)
    connect(state, 'IGNORE', state, not(condition))
    return state
  }

  private notNext(sink: NfaState): NfaState {
    const step = this.current
    const state = this.takingState('normal')
    const condition = this.takeCondition(step)
    const stop = this.stopState(condition, step.name)
    // At the end the next event must come before it's a match; so it's ignored into the end.
    connect(state, sink.kind === 'final' ? 'IGNORE' : 'PROCEED', sink, not(condition))
    connect(state, 'PROCEED', stop, condition)
    return state
  }

  private convert(sink: NfaState): NfaState {
    const { quantifier } = this.current
    let state: NfaState
    if (quantifier.kind === 'LOOPING') {
      this.inLaterRound(true)
      const looping = this.looping(this.withoutPastNots(sink))
      this.inLaterRound(false)
      state = this.repeated(looping, sink)
    } else {
      state = quantifier.kind === 'TIMES' ? this.repeated(sink, sink) : this.single(sink)
    }
    this.addStops(state)
    return state
  }

  private single(sink: NfaState): NfaState {
    const step = this.current
    return this.singleton({
      sink,
      proceed: sink,
      take: this.takeCondition(step),
      ignore: this.ignoreCondition(step),
      isOptional: step.quantifier.isOptional,
    })
  }

  /** The states of a step that comes at least `from` times, one for each. */
  private repeated(sink: NfaState, proceed: NfaState): NfaState {
    const step = this.current
    const { from, to, isGreedy, isOptional } = step.quantifier
    this.inLaterRound(true)
    const ignore = this.beforeUntil(this.innerIgnoreCondition(step), step.until)
    const take = and(unless(step.until), this.takeCondition(step))
    if (isGreedy && from !== to) {
      if (step.until !== null) this.beforeGreedy.set(sink.name, this.copy(sink))
      waitFor(sink, take)
    }
    let state = sink
    for (let i = from; i < to; i++) {
      state = this.singleton({ sink: state, proceed, take, ignore, isOptional: true })
      this.addStopOfFollowing(state)
    }
    for (let i = 0; i < from - 1; i++) {
      state = this.singleton({ sink: state, proceed: null, take, ignore, isOptional: false })
      this.addStopOfFollowing(state)
    }
    this.inLaterRound(false)
    return this.singleton({ sink: state, proceed, take, ignore: this.ignoreCondition(step), isOptional })
  }

  /** One state that takes one event, with a second one to wait in where the step may also be left out. */
  private singleton(options: SingletonOptions): NfaState {
    const step = this.current
    if (step.group !== null) return this.grouped(step, options)
    const { proceed, take, ignore, isOptional } = options
    const state = this.takingState('normal')
    const sink = this.withoutPastNots(options.sink)
    connect(state, 'TAKE', sink, take)
    if (isOptional && proceed !== null) this.addProceed(state, proceed, step.quantifier.isGreedy ? step.until : null)
    if (ignore === null) return state
    let waiting = state
    if (isOptional || this.isHeadOfOptionalGroup(step)) {
      waiting = this.stateOf(step, 'normal')
      connect(waiting, 'TAKE', sink, take)
      connect(waiting, 'IGNORE', waiting, ignore)
      this.addStops(waiting)
    }
    connect(state, 'IGNORE', waiting, ignore)
    return state
  }

  /** The states of a group, once. */
  private grouped(step: StepSpec, { sink, proceed, isOptional }: SingletonOptions): NfaState {
    const always = this.always()
    const state = this.insideOf(step, sink)
    if (isOptional && proceed !== null) connect(state, 'PROCEED', proceed, always)
    return state
  }

  private insideOf(step: StepSpec, sink: NfaState): NfaState {
    const outside = this.place
    const steps = present(step.group, 'the steps of a group')
    this.place = { steps, at: steps.length - 1, following: outside.following, group: step }
    const state = this.convert(this.middle(sink))
    this.place = outside
    return state
  }

  /** A state, or a group, that leads back to itself. */
  private looping(sink: NfaState): NfaState {
    const step = this.current
    const always = this.always()
    if (step.group !== null) {
      const again = this.takingState('normal')
      const first = this.insideOf(step, again)
      connect(first, 'PROCEED', sink, always)
      connect(again, 'PROCEED', first, always)
      return first
    }
    const ignore = this.beforeUntil(this.innerIgnoreCondition(step), step.until)
    const take = and(unless(step.until), this.takeCondition(step))
    const state = this.takingState('normal')
    if (step.quantifier.isGreedy) {
      if (step.until !== null) this.beforeGreedy.set(sink.name, this.copy(sink))
      this.addProceed(state, sink, step.until)
      waitFor(sink, this.takeCondition(step))
    } else connect(state, 'PROCEED', sink, always)
    connect(state, 'TAKE', state, take)
    this.addStopOfFollowing(state)
    if (ignore !== null) {
      const waiting = this.stateOf(step, 'normal')
      connect(waiting, 'TAKE', state, take)
      connect(waiting, 'IGNORE', waiting, ignore)
      connect(state, 'IGNORE', waiting, ignore)
      this.addStopOfFollowing(waiting)
    }
    return state
  }

  /** On to the next step: where a greedy step ends, the next one needn't wait for it any more. */
  private addProceed(state: NfaState, sink: NfaState, until: ConditionSpec | null): void {
    const always = this.always()
    if (until === null) {
      connect(state, 'PROCEED', sink, always)
      return
    }
    connect(state, 'PROCEED', this.beforeGreedy.get(sink.name) ?? sink, and(always, until))
    connect(state, 'PROCEED', sink, and(always, unless(until)))
  }

  /** notFollowedBy steps right before this one, with only optional steps between. */
  private pastNots(): readonly StepSpec[] {
    const { steps, at } = this.place
    const nots: StepSpec[] = []
    for (let i = at - 1; i >= 0; i--) {
      const step = present(steps[i], 'a step before')
      if (step.strategy === 'NOT_FOLLOW') nots.push(step)
      else if (!step.quantifier.isOptional) break
    }
    return nots
  }

  private addStops(state: NfaState): void {
    for (const step of this.pastNots()) {
      const condition = this.takeCondition(step)
      connect(state, 'PROCEED', this.stopState(condition, step.name), condition)
    }
  }

  private addStopOfFollowing(state: NfaState): void {
    const { following } = this.place
    if (following?.strategy !== 'NOT_FOLLOW') return
    const condition = this.takeCondition(following)
    connect(state, 'PROCEED', this.stopState(condition, following.name), condition)
  }

  /** Once an optional step has taken an event, what must not come before it may come: its target without those stops. */
  private withoutPastNots(sink: NfaState): NfaState {
    const nots = this.pastNots()
    if (nots.length === 0 || !this.current.quantifier.isOptional) return sink
    const copy = this.stateNamed(sink.name, sink.step, sink.kind)
    for (const { action, target, condition } of sink.transitions) {
      if (action !== 'PROCEED') connect(copy, action, target === sink ? copy : target, condition)
      else if (target.kind !== 'stop') connect(copy, action, this.withoutPastNots(target), condition)
      else if (!nots.some(({ name }) => name === target.name)) connect(copy, action, target, condition)
    }
    return copy
  }

  private copy(state: NfaState): NfaState {
    const copy = this.stateNamed(state.step, state.step, state.kind)
    for (const { action, target, condition } of state.transitions)
      connect(copy, action, target === state ? copy : target, condition)
    return copy
  }

  private takingState(kind: NfaStateKind): NfaState {
    const step = this.current
    const state = this.stateOf(step, kind)
    const isRepeated = step.quantifier.kind !== 'SINGLE'
    const gapMs = isRepeated ? step.quantifier.gapMs : step.withinPreviousMs
    // Of a step that comes several times, the gap counts from its second event on.
    if (gapMs !== null && (!isRepeated || state.name !== state.step)) this.gapsMs.set(state.name, gapMs)
    return state
  }

  private stateOf(step: StepSpec, kind: NfaStateKind): NfaState {
    const name = step.group === null ? step.name : GROUP
    return this.stateNamed(name, name, kind)
  }

  private stateNamed(base: string, step: string, kind: NfaStateKind): NfaState {
    const state: NfaState = { name: this.names.unique(base), step, kind, transitions: [] }
    this.states.push(state)
    return state
  }

  private stopState(condition: ConditionSpec, step: string): NfaState {
    let state = this.stops.get(step)
    if (state === undefined) {
      state = this.stateNamed(step, step, 'stop')
      connect(state, 'TAKE', state, condition)
      this.stops.set(step, state)
    }
    return state
  }

  private inLaterRound(isLater: boolean): void {
    const step = this.current
    if (step.group === null) return
    if (isLater) this.laterRounds.add(step)
    else this.laterRounds.delete(step)
  }

  private isHeadOfOptionalGroup(step: StepSpec): boolean {
    const { group } = this.place
    return group !== null && this.isHead(step) && !this.laterRounds.has(group) && group.quantifier.isOptional
  }

  private isHead(step: StepSpec): boolean {
    return this.place.group !== null && this.place.steps[0] === step
  }

  private takeCondition(step: StepSpec): ConditionSpec {
    return and(unless(this.place.group?.until ?? null), step.condition)
  }

  private always(): ConditionSpec {
    return and(unless(this.place.group?.until ?? null), ALWAYS)
  }

  /** What may lie between two events of the step. */
  private innerIgnoreCondition(step: StepSpec): ConditionSpec | null {
    const { group } = this.place
    return this.ignoring(step, group !== null && this.isHead(step) ? group.quantifier.inner : step.quantifier.inner)
  }

  /** What may lie before the step. */
  private ignoreCondition(step: StepSpec): ConditionSpec | null {
    const { group } = this.place
    if (group === null || !this.isHead(step)) return this.ignoring(step, step.strategy)
    return this.ignoring(step, this.laterRounds.has(group) ? group.quantifier.inner : group.strategy)
  }

  private ignoring(step: StepSpec, strategy: ConsumingStrategy | InnerStrategy): ConditionSpec | null {
    const until = this.place.group?.until ?? null
    if (strategy === 'SKIP_TILL_NEXT') return this.beforeUntil(not(step.condition), until)
    return strategy === 'SKIP_TILL_ANY' ? this.beforeUntil(ALWAYS, until) : null
  }

  private beforeUntil(condition: ConditionSpec | null, until: ConditionSpec | null): ConditionSpec | null {
    return condition === null ? null : and(unless(until), condition)
  }
}

function connect(source: NfaState, action: NfaTransition['action'], target: NfaState, condition: ConditionSpec): void {
  source.transitions.push({ action, source, target, condition })
}

/** A state after a greedy step: it does nothing with an event that the greedy step can have. */
function waitFor(state: NfaState, taken: ConditionSpec): void {
  for (const transition of state.transitions) transition.condition = and(transition.condition, not(taken))
}

function and(left: ConditionSpec, right: ConditionSpec): ConditionSpec {
  if (left.of === 'true') return right
  return right.of === 'true' ? left : { of: 'and', left, right }
}

function not(condition: ConditionSpec): ConditionSpec {
  return { of: 'not', condition }
}

/** Holds until the condition is met; always if there's none. */
function unless(condition: ConditionSpec | null): ConditionSpec {
  return condition === null ? ALWAYS : not(condition)
}
