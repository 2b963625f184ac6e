// State and timers per key and window against a Map per (key, window): through sweeps, and through snapshots restored at
// another parallelism.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyGroupRange } from '../../../runtime/record/key-groups.ts'
import { KeyedStateBackend, type KeyedSnapshot } from '../../../runtime/state/keyed-backend.ts'
import { Namespaces } from '../../../runtime/state/namespaces.ts'

const MAX_PARALLELISM = 128
type Window = readonly [start: number, end: number] | null
type Operation = readonly [key: number, window: Window, value: number]

const windows = fc.option(
  fc
    .tuple(fc.integer({ min: -5, max: 40 }), fc.constantFrom(5, 10, Infinity))
    .map(([start, size]): Window => [
      size === Infinity ? -Infinity : start * 5,
      size === Infinity ? Infinity : start * 5 + size,
    ]),
)
// Mostly clears, so that slots become free and are used again.
const operations = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), windows, fc.integer({ min: -6, max: 3 })), {
  maxLength: 400,
})

function use(backend: KeyedStateBackend, key: number, window: Window): void {
  backend.setCurrentKey(key)
  if (window !== null) backend.setNamespace(window[0], window[1])
}

function run(operations: readonly Operation[]): { backend: KeyedStateBackend; model: Map<string, number> } {
  const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
  backend.sweepAt = 8
  const column = backend.column('v')
  const model = new Map<string, number>()
  for (const [key, window, value] of operations) {
    use(backend, key, window)
    const name = nameOf(key, window)
    expect(backend.get(column, 'v')).toBe(model.get(name))
    const before = backend.eventTimers.timesOf(backend.slot)
    for (const time of before) backend.deleteTimer(backend.eventTimers, time)
    backend.set(column, 'v', value > 0 ? value : undefined)
    if (value > 0) {
      model.set(name, value)
      backend.registerTimer(backend.eventTimers, value)
    } else model.delete(name)
    // Small on purpose: a sweep every few allocations.
    backend.sweepAt = Math.min(backend.sweepAt, backend.slotCount + 4)
  }
  return { backend, model }
}

/** Everything in a snapshot, with its timer checked. */
function contents(snapshots: readonly KeyedSnapshot[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const entry of snapshots.flatMap(({ groups }) => groups.flatMap(({ keys }) => keys))) {
    const inWindows = (entry.namespaces ?? []).map((slot) => ({ ...slot, window: [slot.start, slot.end] as const }))
    for (const { window, states, eventTimers } of [{ ...entry, window: null }, ...inWindows]) {
      const [state] = states
      if (state === undefined) continue
      expect(eventTimers).toEqual([state[1]])
      found.set(nameOf(entry.key, window), state[1] as number)
    }
  }
  return found
}

function split(snapshot: KeyedSnapshot, parallelism: number): KeyedStateBackend[] {
  return Array.from({ length: parallelism }, (_, subtask) => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    backend.restore(snapshot, keyGroupRange(subtask, parallelism, MAX_PARALLELISM))
    return backend
  })
}

const sorted = (map: ReadonlyMap<string, number>): unknown[] => Array.from(map).sort()

test('a value and a timer per key and window, whatever was swept meanwhile', () => {
  fc.assert(
    fc.property(operations, (operations) => {
      const { backend, model } = run(operations)
      expect([backend.entryCount(), backend.eventTimers.count]).toEqual([model.size, model.size])
      const fired = Array.from({ length: model.size }, () => {
        backend.eventTimers.headTime()
        backend.pollTimer(backend.eventTimers)
        return backend.get(backend.column('v'), 'v')
      })
      expect(fired).toEqual(Array.from(model.values()).sort((a, b) => a - b))
    }),
    { numRuns: 200 },
  )
})

test('a snapshot has them all, once, and they go to the subtask of their key', () => {
  fc.assert(
    fc.property(operations, fc.integer({ min: 1, max: 4 }), (operations, parallelism) => {
      const { backend, model } = run(operations)
      const snapshot = backend.snapshot()
      const wanted = sorted(model)
      expect(sorted(contents([snapshot]))).toEqual(wanted)
      const parts = split(snapshot, parallelism)
      expect(sorted(contents(parts.map((part) => part.snapshot())))).toEqual(wanted)
    }),
    { numRuns: 60 },
  )
})

test('the windows of a key, the oldest slot first', () => {
  const namespaces = new Namespaces()
  for (let slot = 0; slot < 200; slot++) {
    namespaces.makeRoom(slot)
    if (slot % 10 !== 0) namespaces.add(slot, slot - (slot % 10), slot, slot + 1)
  }
  expect(namespaces.slotsOf(190)).toEqual([191, 192, 193, 194, 195, 196, 197, 198, 199])
  expect(namespaces.slotOf(190, 195, 196)).toBe(195)
  namespaces.rebuild([5, 191, 199])
  expect([namespaces.slotOf(190, 195, 196), namespaces.slotOf(0, 5, 6)]).toEqual([-1, 5])
  expect([namespaces.slotsOf(190), namespaces.slotsOf(20)]).toEqual([[191, 199], []])
})

test('windows that move are found where they are and nowhere else, of few and of many', () => {
  const moves = fc.array(fc.tuple(fc.nat(15), fc.nat(3), fc.nat(40)), { maxLength: 300 })
  fc.assert(
    fc.property(moves, fc.constantFrom(4, 16), (moves, slotsPerKey) => {
      const namespaces = new Namespaces()
      const at = new Map<number, string>()
      for (let slot = 0; slot < 16; slot++) {
        namespaces.makeRoom(slot)
        if (slot % slotsPerKey === 0) continue
        namespaces.add(slot, slot - (slot % slotsPerKey), 1000 + slot, 1001 + slot)
        at.set(slot, `${slot - (slot % slotsPerKey)} ${1000 + slot} ${1001 + slot}`)
      }
      for (const [slot, size, start] of moves) {
        const root = slot - (slot % slotsPerKey)
        if (slot === root || namespaces.slotOf(root, start, start + size) >= 0) continue
        namespaces.move(slot, start, start + size)
        const [, oldStart, oldEnd] = (at.get(slot) as string).split(' ').map(Number) as [number, number, number]
        expect(namespaces.slotOf(root, oldStart, oldEnd)).toBe(-1)
        at.set(slot, `${root} ${start} ${start + size}`)
        for (const [other, place] of at) {
          const [own, from, to] = place.split(' ').map(Number) as [number, number, number]
          expect(namespaces.slotOf(own, from, to)).toBe(other)
        }
      }
    }),
    { numRuns: 100 },
  )
})

function nameOf(key: unknown, window: Window): string {
  return `${String(key)} ${window === null ? 'alone' : window.join()}`
}
