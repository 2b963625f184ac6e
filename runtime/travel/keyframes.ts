// Places of a run at which all it held was kept, so that it can be there again at once. They lie so far apart that keeping
// costs little of the run, and when they take too much memory every other one is given up: far back they're as dense as near.

import type { Kept } from './kept-object.ts'
import { NotKeptError } from './kept-object.ts'
import { RunMemory } from './run-memory.ts'
import type { WatchedRun } from './steps.ts'
import type { Milestone } from './timeline.ts'

/** How much a run has said to whoever listens. */
export interface Said {
  readonly rows: number
  readonly logs: number
}

/** A place, and all that the run held there. */
export interface Keyframe extends Milestone {
  readonly moment: readonly Kept[]
  readonly said: Said
  /** Executed again from here, the run was at the next one what it had been. */
  isProved: boolean
}

/** The first ones lie closer: most jobs of lessons are short. */
const FIRST_EVENT = 256
const EVENTS_BETWEEN = 2500
/** Keeping an object takes so many events' time, at a tenth of the run's. */
const EVENTS_PER_OBJECT = 4
const MOST_BYTES = 16 * 1024 * 1024

export class Keyframes {
  readonly memory: RunMemory
  /** By event. */
  frames: Keyframe[] = []
  /** In bytes, as estimated. */
  bytes = 0
  /** Events between two, at least. */
  spacing = EVENTS_BETWEEN
  /** None are kept any more. */
  isOff = false

  constructor({ execution, watcher }: WatchedRun) {
    this.memory = new RunMemory({ execution, watcher }, [execution.plan, execution.graph])
  }

  /** The next event after this one at which there's a keyframe, or is to be one. */
  dueAfter(event: number): number {
    if (this.isOff) return Infinity
    const next = this.frames.find((frame) => frame.event > event)
    if (next !== undefined) return next.event
    const last = this.frames.at(-1)?.event ?? 0
    return Math.max(last + Math.min(Math.max(last, FIRST_EVENT), this.spacing), event + 1)
  }

  /** Keeps all that the run holds, at this place between two events. */
  keep(place: Milestone, said: Said): void {
    if (this.isOff || (this.frames.at(-1)?.event ?? -1) >= place.event) return
    try {
      const known = new Set(this.frames.at(-1)?.moment)
      const moment = this.memory.take()
      this.bytes += moment.length * 8
      for (const kept of moment) if (!known.has(kept)) this.bytes += kept.bytes
      this.frames.push({ ...place, moment, said, isProved: false })
      this.spacing = Math.max(this.spacing, moment.length * EVENTS_PER_OBJECT)
    } catch (error) {
      if (!(error instanceof NotKeptError)) throw error
      this.turnOff()
    }
    while (this.bytes > MOST_BYTES && this.frames.length > 1) this.thin()
  }

  /** The run holds again what it held there. */
  restore({ moment }: Keyframe): void {
    this.memory.put(moment)
  }

  /**
   * The last that meets this and has one after it, by which it can be proved. Whoever is before one that meets it must meet
   * it as well. Null if none does.
   */
  lastWhere(isMet: (frame: Keyframe) => boolean): Keyframe | null {
    for (let i = this.frames.length - 2; i >= 0; i--) {
      const frame = this.frames[i] as Keyframe
      if (isMet(frame)) return frame
    }
    return null
  }

  /** The one after this. */
  after(frame: Keyframe): Keyframe {
    return this.frames[this.frames.indexOf(frame) + 1] as Keyframe
  }

  /** Forgets those from before this event on. */
  forgetFrom(event: number): void {
    this.frames = this.frames.filter((frame) => frame.event < event)
    this.bytes = bytesOf(this.frames)
  }

  /** From now on there are none. */
  turnOff(): void {
    this.isOff = true
    this.frames = []
    this.bytes = 0
  }

  private thin(): void {
    // What's proved of two stretches in a row is proved of both together.
    this.frames = this.frames.flatMap((frame, i) => {
      if (i % 2 === 1) return []
      return [{ ...frame, isProved: frame.isProved && this.frames[i + 1]?.isProved === true }]
    })
    this.spacing *= 2
    this.bytes = bytesOf(this.frames)
  }
}

/** What several have in common counts once. */
function bytesOf(frames: readonly Keyframe[]): number {
  const counted = new Set<object>()
  let bytes = 0
  for (const { moment } of frames) {
    bytes += moment.length * 8
    for (const kept of moment) {
      if (counted.has(kept)) continue
      counted.add(kept)
      for (const [piece, size] of kept.of.kind.pieces(kept.values)) {
        if (counted.has(piece)) continue
        counted.add(piece)
        bytes += size
      }
    }
  }
  return bytes
}
