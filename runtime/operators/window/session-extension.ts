// The common case of sessions, done in place: a record falls into one open session of its key and at most makes it
// longer. Then nothing merges but the record's own window; the session's slot gets other bounds, and its one timer a later
// time, instead of a new slot, a new timer and the end of the old ones. State and timers come out as the general operator
// leaves them, to which it's held by a property test. An optimisation without a counterpart in Flink.

import type { Column } from '../../state/column.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { TimerQueue } from '../../state/timer-queue.ts'
import type { WindowContents } from './contents.ts'
import type { Mapping } from './merging-window-set.ts'
import type { WindowSpec } from './window-spec.ts'

/** Whether sessions have no more than their contents and the timer at their end. */
export function canExtend({ assigner, trigger, evictor, allowedLatenessMs }: WindowSpec): boolean {
  if (assigner.kind !== 'session') return false
  const own = trigger.kind === 'purging' ? trigger.of : trigger
  const isAtEnd = own.kind === (assigner.time === 'event' ? 'eventTime' : 'processingTime')
  return isAtEnd && evictor === null && (allowedLatenessMs === 0 || assigner.time === 'processing')
}

export class SessionExtension {
  readonly backend: KeyedStateBackend
  readonly mergingSets: Column
  readonly contents: WindowContents
  readonly queue: TimerQueue

  constructor(backend: KeyedStateBackend, mergingSets: Column, contents: WindowContents, isEventTime: boolean) {
    this.backend = backend
    this.mergingSets = mergingSets
    this.contents = contents
    this.queue = isEventTime ? backend.eventTimers : backend.processingTimers
  }

  /**
   * Adds a record whose own window is this to the session of the current key that it's part of. False if it isn't that
   * simple, and nothing was done. `now`: watermark or clock, which the session must not have passed.
   */
  add(start: number, end: number, now: number, value: unknown): boolean {
    const { backend } = this
    const root = backend.slot
    const sessions = this.mergingSets.get(root) as readonly Mapping[] | undefined
    if (sessions === undefined) return false
    const at = onlyTouching(sessions, start, end)
    if (at < 0) return false
    const session = sessions[at] as Mapping
    const openStart = session[0]
    const openEnd = session[1]
    const newStart = Math.min(start, openStart)
    const newEnd = Math.max(end, openEnd)
    // A window that is open already is opened anew, in Flink.
    if (newEnd - 1 <= now || (start === openStart && end === openEnd)) return false
    const { namespaces } = backend
    const stateSlot = namespaces.slotOf(root, session[2], session[3])
    if (stateSlot < 0) return false
    if (newStart !== openStart || newEnd !== openEnd) {
      const slot = namespaces.slotOf(root, openStart, openEnd)
      // The slot with the contents keeps its bounds; a slot that stands for the new bounds already is none to move to.
      if (slot < 0 || slot === stateSlot || namespaces.slotOf(root, newStart, newEnd) >= 0) return false
      if (this.queue.registered.get(slot) !== openEnd - 1) return false
      namespaces.move(slot, newStart, newEnd)
      if (newEnd !== openEnd) this.queue.postpone(slot, newEnd - 1)
      this.lengthen(root, at, newStart, newEnd)
    }
    this.contents.add(stateSlot, value)
    return true
  }

  /** In place: with every record a new list would be another stretch of memory that no cache holds the next time. */
  private lengthen(root: number, at: number, start: number, end: number): void {
    const sessions = this.mergingSets.open(root) as [number, number, number, number][]
    const session = sessions[at] as [number, number, number, number]
    session[0] = start
    session[1] = end
    // What was opened anew comes last, as in Flink.
    if (at === sessions.length - 1) return
    sessions.splice(at, 1)
    sessions.push(session)
  }
}

/** The place of the one session that the window overlaps or touches; -1 for none or several. */
function onlyTouching(sessions: readonly Mapping[], start: number, end: number): number {
  let found = -1
  for (let i = 0; i < sessions.length; i++) {
    const session = sessions[i] as Mapping
    if (start > session[1] || end < session[0]) continue
    if (found >= 0) return -1
    found = i
  }
  return found
}
