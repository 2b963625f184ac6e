// Keyed state and timers of one subtask as data, with what the last step changed in them. Texts are made here and
// nowhere kept: a value that the learner's code changes in place shows as it is now.

import { toPrintText } from '../base/value-text.ts'
import { NO_SLOT, type KeyedStateBackend } from '../state/keyed-backend.ts'
import type { Stamped } from '../state/ttl.ts'
import type { KeyedMoment, KeyMoment, TimerMoment } from './moment.ts'
import { shorten } from './record-labels.ts'

/** State and timers of a key, as texts and times. */
export interface KeyBefore {
  readonly cells: ReadonlyMap<string, string | null>
  readonly eventTimers: readonly number[]
  readonly processingTimers: readonly number[]
}

/** What the last step did on a subtask: to which slot, how that was before, and the timer that fired. */
export interface LastStep {
  readonly slot: number
  readonly before: KeyBefore | null
  readonly fired: { readonly timestamp: number; readonly isEventTime: boolean } | null
}

/** How a key's state and timers stand now. */
export function keyAt(backend: KeyedStateBackend, slot: number): KeyBefore {
  const cells = new Map<string, string | null>()
  for (const [name, column] of backend.columns) cells.set(name, cellText(column.get(slot)))
  return {
    cells,
    eventTimers: backend.eventTimers.timesOf(slot),
    processingTimers: backend.processingTimers.timesOf(slot),
  }
}

/** The subtask's keys, those with something to show. `startMs`: processing time at the start of the run. */
export function keyedMoment(
  backend: KeyedStateBackend,
  last: readonly LastStep[],
  startMs: number,
  most: number,
): KeyedMoment {
  const slots: number[] = []
  let count = 0
  for (const slot of backend.liveSlots()) {
    count++
    if (slots.length < most) slots.push(slot)
  }
  for (const { slot } of last) {
    if (slot === NO_SLOT || backend.canonicalKeys[slot] === undefined || slots.includes(slot)) continue
    slots.push(slot)
    slots.sort((a, b) => a - b)
  }
  const keys = slots.map((slot) =>
    keyMoment(
      backend,
      slot,
      last.filter((step) => step.slot === slot),
      startMs,
    ),
  )
  return { states: Array.from(backend.columns.keys()), keys, keyCount: Math.max(count, keys.length) }
}

/** `last`: what was done to this key, in order; how it was before is what the first of them found. */
function keyMoment(backend: KeyedStateBackend, slot: number, last: readonly LastStep[], startMs: number): KeyMoment {
  const now = keyAt(backend, slot)
  const before = last[0]?.before ?? null
  const cells = Array.from(now.cells, ([name, text]) => {
    const was = before?.cells.get(name) ?? null
    return before === null || was === text ? { text } : { text, was }
  })
  const firedIn = (isEventTime: boolean): number[] =>
    last.flatMap(({ fired }) => (fired?.isEventTime === isEventTime ? [fired.timestamp] : []))
  const timers = [
    ...timerMoments(now.processingTimers, before?.processingTimers ?? null, firedIn(false)).map(
      (timer): TimerMoment => ({ ...timer, at: timer.at - startMs, isEventTime: false }),
    ),
    ...timerMoments(now.eventTimers, before?.eventTimers ?? null, firedIn(true)).map((timer): TimerMoment => ({
      ...timer,
      isEventTime: true,
    })),
  ]
  const { starts, ends } = backend.namespaces
  return {
    key: toPrintText(backend.keys[slot]),
    window: backend.namespaces.isNamespaced(slot) ? { start: starts[slot] as number, end: ends[slot] as number } : null,
    keyGroup: backend.keyGroupOfSlot(slot),
    cells,
    timers,
    isCurrent: last.length > 0,
  }
}

function timerMoments(
  now: readonly number[],
  before: readonly number[] | null,
  fired: readonly number[],
): Pick<TimerMoment, 'at' | 'change'>[] {
  // What fired later in the step was still there when its first timer fired.
  const gone = before === null ? [] : before.filter((time) => !now.includes(time) && !fired.includes(time))
  return [
    ...fired.map((at) => ({ at, change: 'fired' as const })),
    ...gone.map((at) => ({ at, change: 'deleted' as const })),
    ...now.map((at) => ({ at, change: before === null || before.includes(at) ? null : ('registered' as const) })),
  ].sort((a, b) => a.at - b.at)
}

/** State with a time to live is stored with a stamp, which isn't the learner's. */
function cellText(value: unknown): string | null {
  if (value === undefined) return null
  return shorten(toPrintText(isStamped(value) ? value.value : value))
}

function isStamped(value: unknown): value is Stamped {
  if (typeof value !== 'object' || value === null) return false
  const names = Object.keys(value)
  return names.length === 2 && names[0] === 'value' && names[1] === 'lastAccessMs'
}
