// The kernel: virtual time, the order of events, and nothing of what they mean. A run is a function of code, settings,
// seed and interventions, because events are totally ordered by (time, sequence), interventions are stamped with the
// index of the event before which they apply, and all randomness comes from streams split from the seed. Whoever
// watches decides when `run` returns, never what it does.

import { broken } from '../base/assert.ts'
import { EventHeap } from '../base/event-heap.ts'
import { RandomStream } from '../base/random.ts'
import { Fingerprint } from '../base/value-hash.ts'
import type { TraceRing } from '../trace/trace-ring.ts'

/** A task may have a turn. */
export const TURN = 1
/** A buffer reaches the consumer's end of a channel. */
export const DELIVER = 2
/** A consumed buffer's credit reaches the producer's end. */
export const CREDIT = 3
/** Something a task waits for in processing time is due. */
export const ALARM = 4
/** The sources of a group are told how far they may run ahead of one another. */
export const ALIGN = 5
/** The coordinator of checkpoints has something to do. */
export const CHECKPOINT = 6
/** A failed job starts again. */
export const RESTART = 7
/** A fault that was waiting takes effect, or ends. */
export const FAULT = 8
/** The JobManager misses a heartbeat, or has waited long enough for slots. */
export const CLUSTER = 9

/** Something outside of the jobs is due. */
export const OUTSIDE = 10

/** Whoever events are addressed to. Ids are given in order of registration and stand in traces. */
export interface EventTarget {
  id: number
  handle(kind: number): void
}

/** A turn under way: shown half-way when somebody steps by record, finished first whatever happens next. */
export interface Turn {
  /** Goes on to the end of the turn, or by one record. True once the turn is over. */
  advance(byRecord: boolean): boolean
}

/** What is done to a run from outside: plain data. The kernel itself knows `cancel`; the rest is the cluster's business. */
export interface Action {
  readonly kind: string
}

/** A change from outside, applied before the event with this index. Part of what fixes a run. */
export interface Intervention {
  readonly event: number
  readonly action: Action
}

/** Carries out what the kernel doesn't know. */
export interface Intervened {
  apply(action: Action): void
}

/** When `run` should come back. */
export interface RunLimit {
  /** Virtual µs: events after it stay in the heap. */
  readonly untilUs: number
  /** Stop before the event with this index. */
  readonly untilEvent: number
  /** Come back after every record of a turn. */
  readonly byRecord: boolean
  /** Asked every 64 events: decides only when, never what. */
  readonly shouldYield: () => boolean
}

export type RunResult = 'quiescent' | 'until' | 'yield' | 'paused' | 'cancelled'

/** So many events without time going on mean that it never will. */
const NEVER_IDLE = 1_000_000

/** Runs to the end of everything. */
export const NO_LIMIT: RunLimit = {
  untilUs: Infinity,
  untilEvent: Infinity,
  byRecord: false,
  shouldYield: () => false,
}

export interface SimulationSettings {
  readonly seed: number
  /** Processing time in ms at virtual time 0. */
  readonly startMs: number
  /** Keep the fingerprint: of events, record values and rows. Off only where nobody will ask for it. */
  readonly isHashed: boolean
}

/** The discrete-event simulation. Everything mutable is a plain field. */
export class Simulation {
  readonly settings: SimulationSettings
  /** Virtual time in µs since the start of the run: an integer. */
  nowUs = 0
  /** Index of the next event. */
  event = 0
  heap = new EventHeap()
  fingerprint = new Fingerprint()
  targets: EventTarget[] = []
  /** Ids to give again, first of all. */
  freeIds: number[] = []
  /** In order of their events: applied ones and those to come. */
  interventions: Intervention[] = []
  /** How many of them have been applied. */
  applied = 0
  /** When each of these was applied, virtual µs. */
  appliedUs: number[] = []
  /** Who carries them out. */
  intervened: Intervened | null = null
  turn: Turn | null = null
  isCancelled = false
  /** Events since virtual time last went on. */
  eventsAtOnce = 0
  trace: TraceRing | null = null
  streams = new Map<string, RandomStream>()

  constructor(settings: SimulationSettings) {
    this.settings = settings
    this.fingerprint.number(settings.seed)
    this.fingerprint.number(settings.startMs)
  }

  register(target: EventTarget): void {
    target.id = this.freeIds.shift() ?? this.targets.length
    this.targets[target.id] = target
  }

  /** Takes back every event for these targets. */
  unschedule(ids: readonly number[]): void {
    const quiet = new Set(ids)
    this.heap.removeAll((target) => quiet.has(target))
  }

  /** Nothing of what was planned happens any more. */
  silence(): void {
    this.heap.removeAll(() => true)
  }

  /** Forgets targets, and events for them. Those who register next get their ids, in this order. */
  release(ids: readonly number[]): void {
    this.unschedule(ids)
    this.freeIds.push(...ids)
  }

  /** The random stream of this name; always the same object. */
  random(name: string): RandomStream {
    let stream = this.streams.get(name)
    if (stream === undefined) {
      stream = new RandomStream(this.settings.seed, name)
      this.streams.set(name, stream)
    }
    return stream
  }

  /** Plans an event; the past is not allowed. */
  schedule(timeUs: number, kind: number, target: number): void {
    if (!(timeUs >= this.nowUs)) broken(`event ${kind} for ${target} at ${timeUs} is before ${this.nowUs}`)
    this.heap.push(timeUs, kind, target)
  }

  /** Adds an intervention that takes effect before the next event, at the end of a turn under way. */
  intervene(action: Action): void {
    this.plan([{ event: this.event, action }])
  }

  /** Adds interventions; of several for one event the first added comes first. The past is not allowed. */
  plan(interventions: readonly Intervention[]): void {
    for (const intervention of interventions) {
      if (intervention.event < this.event) broken(`intervention at ${intervention.event} is before ${this.event}`)
      const later = this.interventions.findIndex(({ event }, i) => i >= this.applied && event > intervention.event)
      this.interventions.splice(later < 0 ? this.interventions.length : later, 0, intervention)
    }
  }

  /** Runs until the limit, a yield, or until nothing is left to happen. */
  run(limit: RunLimit): RunResult {
    const heap = this.heap
    const hashes = this.settings.isHashed
    for (let count = 1; ; count++) {
      if (this.turn !== null) {
        if (!this.turn.advance(limit.byRecord)) return 'paused'
        this.turn = null
      }
      if (this.applied < this.interventions.length) this.applyInterventions()
      if (this.isCancelled) return 'cancelled'
      if (this.event >= limit.untilEvent) return 'paused'
      if (heap.size === 0) return 'quiescent'
      const time = heap.times[0] as number
      if (time > limit.untilUs) return 'until'
      if ((count & 63) === 0 && limit.shouldYield()) return 'yield'
      const kind = heap.payloads[0] as number
      const target = heap.targets[0] as number
      heap.pop()
      if (time > this.nowUs) this.eventsAtOnce = 0
      else if (++this.eventsAtOnce > NEVER_IDLE) broken(`never idle: event ${kind} for target ${target} at ${time} µs`)
      this.nowUs = time
      this.event++
      if (hashes) this.fingerprint.event(kind, target, time)
      ;(this.targets[target] as EventTarget).handle(kind)
    }
  }

  private applyInterventions(): void {
    for (;;) {
      const next = this.interventions[this.applied]
      if (next === undefined || next.event > this.event) return
      this.applied++
      this.appliedUs.push(this.nowUs)
      if (next.action.kind === 'cancel') this.isCancelled = true
      else {
        if (this.settings.isHashed) this.fingerprint.value(next.action)
        this.intervened?.apply(next.action)
      }
    }
  }
}
