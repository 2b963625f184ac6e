// The automaton at work on one key: an event goes to every partial match, which may take it, ignore it or end; a match is
// out when it reaches the end. What belongs to a key is plain data that the operator hands in. Flink's NFA.
//
// Differs from Flink: a partial match that only ignores an event stays as it is, where Flink makes an equal one; the
// learner's conditions are asked about the end only where a state can reach it.

import { broken } from '../../base/assert.ts'
import type { BoundCondition, ConditionBinder } from './condition.ts'
import { FIRST_VERSION, increased, withStage, type DeweyNumber } from './dewey-number.ts'
import type { ConditionContext, PatternMatch } from './functions.ts'
import { compareMatches, movedTo, offer, poll, type PartialMatch } from './match-queue.ts'
import type { CompiledNfa, NfaState } from './nfa-compiler.ts'
import type { SkipSpec } from './pattern-spec.ts'
import { SharedBuffer, type BufferState } from './shared-buffer.ts'
import { prune } from './skip-strategy.ts'

/** What a key's automaton remembers. */
export interface NfaKeyState {
  /** In heap order; null as long as nothing has begun. */
  partial: PartialMatch[] | null
  /** Matches that wait for earlier partial matches, where matches skip. */
  completed: PartialMatch[]
  readonly buffer: BufferState
}

/** A partial match whose time was up, and when. */
export interface TimedOut {
  readonly match: PatternMatch<unknown>
  readonly timestamp: number
}

interface State {
  readonly name: string
  readonly step: string
  readonly kind: NfaState['kind']
  readonly gapMs: number
  readonly transitions: Transition[]
  /** Whether it leads to the end without another event. */
  reachesEnd: boolean
}

interface Transition {
  readonly action: 'TAKE' | 'IGNORE' | 'PROCEED'
  readonly source: State
  readonly target: State
  readonly condition: BoundCondition
}

export interface NfaOptions {
  readonly compiled: CompiledNfa
  readonly skip: SkipSpec
  readonly binder: ConditionBinder
  readonly handlesTimeouts: boolean
}

const NO_EVENT = -1
const NONE: readonly PatternMatch<unknown>[] = []

export class Nfa implements ConditionContext<unknown> {
  readonly states: ReadonlyMap<string, State>
  readonly startMatch: PartialMatch
  readonly windowMs: number
  readonly hasWindows: boolean
  readonly hasGaps: boolean
  readonly skip: SkipSpec
  readonly skips: boolean
  readonly handlesTimeouts: boolean
  readonly nowMs: () => number
  readonly buffer = new SharedBuffer()
  /** Whether the state of the key at hand changed, and whether a partial match began. */
  isChanged = false
  hasBegun = false
  /** The event at hand. */
  event: unknown = undefined
  eventTs = 0
  eventNumber = NO_EVENT
  /** The partial match at hand, and its events once a condition asked for them. */
  match: PartialMatch
  taken: PatternMatch<unknown> | null = null
  /** Ways open to the partial match, and what becomes of it with the state that's in; the counts say how many count. */
  edges: Transition[] = []
  edgeCount = 0
  next: PartialMatch[] = []
  nextStates: State[] = []
  nextCount = 0
  stack: State[] = []

  constructor({ compiled, skip, binder, handlesTimeouts }: NfaOptions) {
    this.states = boundStates(compiled, binder)
    const start = compiled.start.name
    this.startMatch = {
      state: start,
      event: NO_EVENT,
      step: '',
      version: FIRST_VERSION,
      startTs: -1,
      startId: -1,
      previousTs: -1,
    }
    this.match = this.startMatch
    this.windowMs = compiled.windowMs
    this.hasGaps = compiled.gapsMs.size > 0
    this.hasWindows = compiled.windowMs > 0 || this.hasGaps
    this.skip = skip
    this.skips = skip.kind !== 'noSkip'
    this.handlesTimeouts = handlesTimeouts
    this.nowMs = () => binder.context.nowMs()
  }

  /** Takes an event in; returns the matches it completes. */
  process(key: NfaKeyState, event: unknown, timestamp: number): PatternMatch<unknown>[] {
    this.buffer.state = key.buffer
    this.event = event
    this.eventTs = timestamp
    this.eventNumber = NO_EVENT
    const retained: PartialMatch[] = []
    const completed: PartialMatch[] = []
    for (const match of key.partial ?? [this.startMatch]) this.advance(match, retained, completed)
    if (completed.length > 0) this.isChanged = true
    const found = this.matchesOf(key, completed, retained)
    key.partial = retained
    if (this.eventNumber !== NO_EVENT) this.buffer.releaseEvent(this.eventNumber)
    this.event = undefined
    return found
  }

  /** Ends the partial matches whose time is up by then. Returns those that thereby are matches. */
  advanceTime(key: NfaKeyState, timestamp: number, timedOut: TimedOut[]): readonly PatternMatch<unknown>[] {
    this.buffer.state = key.buffer
    const found =
      this.hasWindows && key.partial !== null ? this.endOverdue(key, key.partial, timestamp, timedOut) : NONE
    this.buffer.advanceTime(timestamp)
    return found
  }

  getEventsForPattern(step: string): readonly unknown[] {
    this.taken ??= this.eventsOf(this.match)
    return this.taken.get(step) ?? []
  }

  timestamp(): number {
    return this.eventTs
  }

  currentProcessingTime(): number {
    return this.nowMs()
  }

  private endOverdue(
    key: NfaKeyState,
    partial: readonly PartialMatch[],
    timestamp: number,
    timedOut: TimedOut[],
  ): readonly PatternMatch<unknown>[] {
    if (!this.isAnyOverdue(partial, timestamp)) return NONE
    this.isChanged = true
    const retained: PartialMatch[] = []
    const completed: PartialMatch[] = []
    for (const match of partial) {
      const deadline = this.deadlineOf(match, timestamp)
      if (deadline === null) offer(retained, match)
      else if (this.stateOf(match).kind === 'pending') offer(completed, match)
      else {
        if (this.handlesTimeouts) timedOut.push({ match: this.eventsOf(match), timestamp: deadline })
        this.buffer.release(match.event, match.step, match.version)
      }
    }
    const found = this.matchesOf(key, completed, retained)
    key.partial = retained
    return found
  }

  private isAnyOverdue(partial: readonly PartialMatch[], timestamp: number): boolean {
    // At the head of the heap is the one that began first.
    const [first] = partial
    if (!this.hasGaps && (first === undefined || first.startId < 0 || timestamp - first.startTs < this.windowMs))
      return false
    for (const match of partial) if (match.startId >= 0 && this.deadlineOf(match, timestamp) !== null) return true
    return false
  }

  /** When the partial match's time was up; null if it isn't. */
  private deadlineOf(match: PartialMatch, timestamp: number): number | null {
    const { kind, gapMs } = this.stateOf(match)
    if (kind === 'start') return null
    if (gapMs > 0 && timestamp - match.previousTs >= gapMs) return match.previousTs + gapMs
    return this.windowMs > 0 && timestamp - match.startTs >= this.windowMs ? match.startTs + this.windowMs : null
  }

  /** One partial match and the event: what goes on, and what is complete. */
  private advance(match: PartialMatch, retained: PartialMatch[], completed: PartialMatch[]): void {
    const state = this.stateOf(match)
    this.computeNext(match, state)
    const { next, nextStates, nextCount } = this
    if (nextCount === 1 && next[0] === match) {
      offer(retained, match)
      return
    }
    this.isChanged = true
    let isStopped = false
    for (let i = 0; i < nextCount; i++) {
      const follower = next[i] as PartialMatch
      if (state.kind === 'start' && follower.startTs > 0) this.hasBegun = true
      const { kind } = nextStates[i] as State
      if (kind === 'final') offer(completed, follower)
      else if (kind === 'stop') {
        isStopped = true
        this.buffer.release(follower.event, follower.step, follower.version)
      }
    }
    for (let i = 0; i < nextCount; i++) {
      const { kind } = nextStates[i] as State
      if (kind === 'final' || kind === 'stop') continue
      const follower = next[i] as PartialMatch
      if (isStopped) this.buffer.release(follower.event, follower.step, follower.version)
      else offer(retained, follower)
    }
  }

  /** Fills `next` with what becomes of a partial match by the event at hand: as many runs as there are ways. */
  private computeNext(match: PartialMatch, state: State): void {
    this.match = match
    this.taken = null
    this.nextCount = 0
    this.decide(state)
    const { edges, edgeCount, buffer } = this
    const isStart = state.kind === 'start'
    let takes = 0
    let ignores = 0
    for (let i = 0; i < edgeCount; i++) {
      const { action, target } = edges[i] as Transition
      if (action === 'TAKE') takes++
      else if (target !== state) ignores++
    }
    if (takes === 0 && ignores === 0 && (isStart || edgeCount === 1)) {
      this.add(match, state)
      return
    }
    const branches = takes === 0 && ignores === 0 ? 0 : ignores + Math.max(1, takes)
    const takesToSkip = Math.max(0, takes - 1)
    let takesLeft = takesToSkip
    let ignoresLeft = ignores
    for (let i = 0; i < edgeCount; i++) {
      const edge = edges[i] as Transition
      const { action, target } = edge
      if (action === 'TAKE') this.take(match, edge, increased(match.version, takesLeft--), isStart)
      else if (!isStart) {
        const version =
          target === state
            ? increased(match.version, branches)
            : withStage(increased(match.version, takesToSkip + ignoresLeft--))
        this.goOn(movedTo(match, target.name, version), target)
      }
    }
    if (isStart) this.add(movedTo(match, state.name, increased(match.version, branches)), state)
    if (match.event !== NO_EVENT) buffer.release(match.event, match.step, match.version)
  }

  private take(match: PartialMatch, edge: Transition, version: DeweyNumber, isStart: boolean): void {
    const { buffer, eventTs } = this
    if (this.eventNumber === NO_EVENT) this.eventNumber = buffer.register(this.event, eventTs)
    const event = this.eventNumber
    const { step } = edge.source
    buffer.put(step, event, match, version)
    const follower: PartialMatch = {
      state: edge.target.name,
      event,
      step,
      version: withStage(version),
      startTs: isStart ? eventTs : match.startTs,
      startId: isStart ? buffer.eventOf(event).id : match.startId,
      previousTs: eventTs,
    }
    this.goOn(follower, edge.target)
    const end = edge.target.reachesEnd ? this.endAfter(edge.target) : null
    if (end !== null) this.goOn(movedTo(follower, end.name, follower.version), end)
  }

  private goOn(match: PartialMatch, state: State): void {
    this.add(match, state)
    this.buffer.lock(match.event, match.step, match.version)
  }

  private add(match: PartialMatch, state: State): void {
    this.next[this.nextCount] = match
    this.nextStates[this.nextCount++] = state
  }

  /** Fills `edges` with the ways open to a state, proceeding where that's possible. */
  private decide(from: State): void {
    const { edges, stack } = this
    this.edgeCount = 0
    let state: State | undefined = from
    while (state !== undefined) {
      for (const transition of state.transitions) {
        if (!this.isMet(transition.condition)) continue
        if (transition.action === 'PROCEED') stack.push(transition.target)
        else edges[this.edgeCount++] = transition
      }
      state = stack.pop()
    }
  }

  /** The end, if it can be reached without another event. */
  private endAfter(from: State): State | null {
    const stack = [from]
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      for (const { action, target, condition } of state.transitions) {
        if (action !== 'PROCEED' || !this.isMet(condition)) continue
        if (target.kind === 'final') return target
        stack.push(target)
      }
    }
    return null
  }

  private isMet(condition: BoundCondition): boolean {
    return condition === null || condition(this.event, this)
  }

  /** Hands out complete matches, the earliest first; where matches skip, none before earlier partial ones are done. */
  private matchesOf(key: NfaKeyState, completed: PartialMatch[], partial: PartialMatch[]): PatternMatch<unknown>[] {
    const found: PatternMatch<unknown>[] = []
    for (const match of completed) offer(key.completed, match)
    for (;;) {
      const [earliest] = key.completed
      if (earliest === undefined) return found
      const [running] = partial
      if (this.skips && running !== undefined && compareMatches(earliest, running) > 0) return found
      this.isChanged = true
      poll(key.completed)
      const paths = this.buffer.extract(earliest.event, earliest.step, earliest.version, !this.skips)
      prune(this.skip, partial, paths, this.buffer)
      prune(this.skip, key.completed, paths, this.buffer)
      found.push(this.buffer.materialize(paths[0] ?? broken('a match has no events')))
      this.buffer.release(earliest.event, earliest.step, earliest.version)
    }
  }

  private eventsOf(match: PartialMatch): PatternMatch<unknown> {
    if (match.event === NO_EVENT) return new Map<string, unknown[]>()
    const [path] = this.buffer.extract(match.event, match.step, match.version, true)
    return path === undefined ? new Map<string, unknown[]>() : this.buffer.materialize(path)
  }

  private stateOf(match: PartialMatch): State {
    return this.states.get(match.state) ?? broken(`the automaton has no state ${match.state}`)
  }
}

function boundStates(compiled: CompiledNfa, binder: ConditionBinder): Map<string, State> {
  const states = new Map<string, State>()
  for (const { name, step, kind } of compiled.states) {
    const gapMs = compiled.gapsMs.get(name) ?? 0
    states.set(name, { name, step, kind, gapMs, transitions: [], reachesEnd: false })
  }
  const bound = (state: NfaState): State => states.get(state.name) ?? broken(`the automaton has no state ${state.name}`)
  for (const compiledState of compiled.states) {
    for (const { action, source, target, condition } of compiledState.transitions)
      bound(compiledState).transitions.push({
        action,
        source: bound(source),
        target: bound(target),
        condition: binder.bind(condition),
      })
  }
  for (const state of states.values()) state.reachesEnd = leadsToEnd(state)
  return states
}

function leadsToEnd(from: State): boolean {
  const seen = new Set([from])
  for (const state of seen) {
    for (const { action, target } of state.transitions) {
      if (action !== 'PROCEED') continue
      if (target.kind === 'final') return true
      seen.add(target)
    }
  }
  return false
}
