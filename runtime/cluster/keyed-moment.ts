// Keyed state and timers of one subtask as data, with what the last step changed in them. Texts are made here and
// nowhere kept: a value that the learner's code changes in place shows as it is now.

import { toPrintText } from '../base/value-text.ts'
import { shownCell, stampsOf, type StateMeta } from '../state/cells.ts'
import { NO_SLOT, type KeyedStateBackend } from '../state/keyed-backend.ts'
import type { KeyedMoment, KeyMoment, TimerMoment } from './moment.ts'
import { shorten } from './record-labels.ts'

type Window = KeyMoment['window']

const NONE: ReadonlyMap<string, number> = new Map()

/** State and timers of a key, or of a key in a window, as texts and times. */
export interface KeyBefore {
  readonly window: Window
  readonly cells: ReadonlyMap<string, string | null>
  /** By state with a time to live: when the first of its values expires, in ms of processing time. */
  readonly expiries: ReadonlyMap<string, number>
  readonly eventTimers: readonly number[]
  readonly processingTimers: readonly number[]
}

/** What the last step did on a subtask: to which slot, how its key and windows were before, and the timer that fired. */
export interface LastStep {
  readonly slot: number
  /** Of a timer: the window it belongs to. */
  readonly window: Window
  readonly before: readonly KeyBefore[] | null
  readonly fired: { readonly timestamp: number; readonly isEventTime: boolean } | null
}

/** How state and timers of a key stand now: of the key alone first, then of its windows. */
export function keyAt(backend: KeyedStateBackend, slot: number): KeyBefore[] {
  const { namespaces, panes } = backend
  const root = namespaces.roots[slot] as number
  const others = namespaces.slotsOf(root)
  const windows = others.filter((own) => namespaces.isWindow(own))
  const apart = others.filter((own) => !namespaces.isWindow(own))
  const rows = [withTimersOf(backend, root, apart), ...windows.map((own) => slotAt(backend, own))]
  for (const { start, end, contents } of panes?.entriesOf(root) ?? []) {
    const window = { start, end }
    const at = rows.findIndex((row) => isSame(row.window, window))
    const own = rows[at] ?? nothingIn(backend, window)
    const row = {
      ...own,
      cells: new Map([...own.cells, [panes?.state ?? '', shorten(toPrintText(contents))]]),
      ...(panes?.isEventTime === true ? { eventTimers: [end - 1] } : { processingTimers: [end - 1] }),
    }
    if (at < 0) rows.push(row)
    else rows[at] = row
  }
  return rows
}

/** The window a slot is for; null for the key alone. */
export function windowAt({ namespaces }: KeyedStateBackend, slot: number): Window {
  if (!namespaces.isWindow(slot)) return null
  return { start: namespaces.starts[slot] as number, end: namespaces.ends[slot] as number }
}

/** What of a subtask's keys is shown. */
export interface KeyedDetail {
  /** Processing time at the start of the run. */
  readonly startMs: number
  readonly most: number
  /** Slots of the keys that are meant; all unless given. */
  readonly among?: readonly number[]
}

/** The subtask's keys, those with something to show. */
export function keyedMoment(
  backend: KeyedStateBackend,
  last: readonly LastStep[],
  { startMs, most, among }: KeyedDetail,
): KeyedMoment {
  const { roots } = backend.namespaces
  const live = new Set<number>(among)
  if (among === undefined) for (const slot of backend.liveSlots()) live.add(roots[slot] as number)
  const shown = Array.from(live).slice(0, most)
  for (const { slot } of last) {
    if (slot === NO_SLOT || backend.keyAt(slot) === undefined) continue
    const root = roots[slot] as number
    if (!shown.includes(root)) shown.push(root)
  }
  shown.sort((a, b) => a - b)
  const keys = shown.flatMap((root) =>
    keyMoments(
      backend,
      root,
      last.filter(({ slot }) => slot !== NO_SLOT && roots[slot] === root),
      startMs,
    ),
  )
  return { states: Array.from(backend.columns.keys()), keys, keyCount: Math.max(live.size, shown.length) }
}

/**
 * The key alone, where that has something or there's nothing else, and its windows, those that are gone now too. `last`:
 * what was done to this key, in order; how it was before is what the first of them found.
 */
function keyMoments(backend: KeyedStateBackend, root: number, last: readonly LastStep[], startMs: number): KeyMoment[] {
  const before = last[0]?.before ?? null
  const rows = keyAt(backend, root)
  const touched = [...(before ?? []), ...last.filter(({ fired }) => fired !== null)]
  for (const { window } of touched) {
    if (!rows.some((row) => isSame(row.window, window))) rows.push(nothingIn(backend, window))
  }
  const moments = rows.map((row) => {
    const fired = last.filter(({ window, fired }) => fired !== null && isSame(window, row.window))
    const old =
      before === null
        ? null
        : (before.find(({ window }) => isSame(window, row.window)) ?? nothingIn(backend, row.window))
    const isShown = !isEmpty(row) || fired.length > 0 || (old !== null && !isEmpty(old))
    return { isShown, moment: keyMoment(backend, { root, row, old, fired, isCurrent: last.length > 0, startMs }) }
  })
  const shown = moments.filter(({ isShown }) => isShown)
  return (shown.length > 0 ? shown : moments.slice(0, 1)).map(({ moment }) => moment)
}

function keyMoment(
  backend: KeyedStateBackend,
  parts: {
    readonly root: number
    readonly row: KeyBefore
    readonly old: KeyBefore | null
    readonly fired: readonly LastStep[]
    readonly isCurrent: boolean
    readonly startMs: number
  },
): KeyMoment {
  const { root, row, old, isCurrent, startMs } = parts
  const cells = Array.from(row.cells, ([name, text]) => {
    const was = old?.cells.get(name) ?? null
    const expiry = row.expiries.get(name)
    const cell = expiry === undefined ? { text } : { text, expiresAt: expiry - startMs }
    return old === null || was === text ? cell : { ...cell, was }
  })
  const firedIn = (isEventTime: boolean): number[] =>
    parts.fired.flatMap(({ fired }) => (fired?.isEventTime === isEventTime ? [fired.timestamp] : []))
  const timers = [
    ...timerMoments(row.processingTimers, old?.processingTimers ?? null, firedIn(false)).map((timer): TimerMoment => ({
      ...timer,
      at: timer.at - startMs,
      isEventTime: false,
    })),
    ...timerMoments(row.eventTimers, old?.eventTimers ?? null, firedIn(true)).map((timer): TimerMoment => ({
      ...timer,
      isEventTime: true,
    })),
  ]
  return {
    key: toPrintText(backend.keyAt(root)),
    window: row.window,
    keyGroup: backend.keyGroupOfSlot(root),
    cells,
    timers,
    isCurrent,
  }
}

function slotAt(backend: KeyedStateBackend, slot: number): KeyBefore {
  const cells = new Map<string, string | null>()
  const expiries = new Map<string, number>()
  for (const [name, { column, meta, request }] of backend.states) {
    const cell = column.get(slot)
    cells.set(name, cellText(cell, meta))
    const ttlMs = request?.ttlMs ?? null
    if (ttlMs !== null && cell !== undefined) expiries.set(name, Math.min(...stampsOf(cell, meta)) + ttlMs)
  }
  return {
    window: windowAt(backend, slot),
    cells,
    expiries,
    eventTimers: backend.eventTimers.timesOf(slot),
    processingTimers: backend.processingTimers.timesOf(slot),
  }
}

/** A key alone, with the timers that an operator keeps apart for it; of two at one time one is shown. */
function withTimersOf(backend: KeyedStateBackend, root: number, apart: readonly number[]): KeyBefore {
  const row = slotAt(backend, root)
  if (apart.length === 0) return row
  const timers = apart.flatMap((slot) => backend.eventTimers.timesOf(slot))
  return { ...row, eventTimers: Array.from(new Set([...row.eventTimers, ...timers])).sort((a, b) => a - b) }
}

function nothingIn(backend: KeyedStateBackend, window: Window): KeyBefore {
  const cells = new Map(Array.from(backend.columns.keys(), (name) => [name, null]))
  return { window, cells, expiries: NONE, eventTimers: [], processingTimers: [] }
}

function isSame(a: Window, b: Window): boolean {
  return a === null || b === null ? a === b : a.start === b.start && a.end === b.end
}

function isEmpty({ cells, eventTimers, processingTimers }: KeyBefore): boolean {
  if (eventTimers.length > 0 || processingTimers.length > 0) return false
  return Array.from(cells.values()).every((text) => text === null)
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

/** As the learner knows the state: without the stamps of a time to live, a list in brackets as Java prints one. */
function cellText(cell: unknown, meta: StateMeta): string | null {
  if (cell === undefined) return null
  const shown = shownCell(cell, meta)
  return shorten(meta.kind === 'list' ? `[${(shown as unknown[]).map(toPrintText).join(', ')}]` : toPrintText(shown))
}
