// Keyed state of a subtask against a Map per key: through sweeps, snapshots, and restores at another parallelism.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { keyGroupRange } from '../../../runtime/record/key-groups.ts'
import { KeyedStateBackend, NO_SLOT, type KeyedSnapshot } from '../../../runtime/state/keyed-backend.ts'

const MAX_PARALLELISM = 128

function backendWith(values: ReadonlyMap<string, number>): KeyedStateBackend {
  const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
  for (const [key, value] of values) {
    backend.setCurrentKey(key)
    backend.set(backend.column('v'), 'v', value)
    backend.registerTimer(backend.eventTimers, value)
    if (value % 2 === 0) backend.registerTimer(backend.processingTimers, -value)
  }
  return backend
}

/** `key=value e[timers] p[timers]` of every live key, sorted. */
function contents(...backends: readonly KeyedStateBackend[]): string[] {
  return backends
    .flatMap((backend) => backend.snapshot().groups)
    .flatMap(({ keys }) => keys)
    .map(({ key, states, eventTimers, processingTimers }) => {
      const values = states.map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      return `${String(key)} ${values.join()} e[${eventTimers.join()}] p[${processingTimers.join()}]`
    })
    .sort()
}

function split(snapshot: KeyedSnapshot, parallelism: number): KeyedStateBackend[] {
  return Array.from({ length: parallelism }, (_, subtask) => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    backend.restore(snapshot, keyGroupRange(subtask, parallelism, MAX_PARALLELISM))
    return backend
  })
}

describe('snapshot and restore', () => {
  test('each key goes to exactly one of the subtasks, whatever their number', () => {
    const values = fc.dictionary(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 99 }), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), (values, from, to) => {
        const whole = backendWith(new Map(Object.entries(values)))
        const parts = split(whole.snapshot(), from)
        expect(contents(...parts)).toEqual(contents(whole))
        const [first] = parts.map((part) => part.snapshot())
        const merged = { ...(first as KeyedSnapshot), groups: parts.flatMap((part) => part.snapshot().groups) }
        expect(contents(...split(merged, to))).toEqual(contents(whole))
      }),
      { numRuns: 60 },
    )
  })

  test('shares nothing with the running state', () => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    const value = { list: [1] }
    backend.setCurrentKey('a')
    backend.set(backend.column('v'), 'v', value)
    const snapshot = backend.snapshot()
    value.list.push(2)
    const restored = split(snapshot, 1)
    expect(contents(...restored)).toEqual(['a v={"list":[1]} e[] p[]'])
    restored[0]?.setCurrentKey('a')
    ;(restored[0]?.get(restored[0].column('v'), 'v') as typeof value).list.push(3)
    expect(contents(...split(snapshot, 1))).toEqual(['a v={"list":[1]} e[] p[]'])
  })

  test('no key is current after a restore', () => {
    expect(split(backendWith(new Map([['a', 1]])).snapshot(), 1)[0]?.slot).toBe(NO_SLOT)
  })
})

describe('slots', () => {
  test('keys that hold nothing any more are swept, live ones never', () => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    const column = backend.column('v')
    const live = new Map<number, number>()
    for (let key = 0; key < 20_000; key++) {
      backend.setCurrentKey(key)
      backend.set(column, 'v', key)
      if (key % 100 === 0) live.set(key, key)
      else if (key % 100 === 1) {
        // Only a timer left.
        backend.registerTimer(backend.eventTimers, key)
        backend.set(column, 'v', undefined)
      } else backend.set(column, 'v', undefined)
    }
    expect(backend.slotCount).toBeLessThan(2_000)
    expect(backend.entryCount()).toBe(live.size)
    for (const [key, value] of live) {
      backend.setCurrentKey(key)
      expect([backend.currentKey(), backend.get(column, 'v')]).toEqual([key, value])
    }
    const fired: unknown[] = []
    while (backend.eventTimers.headTime() < Infinity) {
      backend.pollTimer(backend.eventTimers)
      fired.push(backend.currentKey())
    }
    expect(fired).toEqual(Array.from({ length: 200 }, (_, i) => i * 100 + 1))
  })

  test('a new key on a used slot finds nothing of the old one', () => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    const column = backend.column('v')
    for (let key = 0; key < 5_000; key++) {
      backend.setCurrentKey(key)
      expect(backend.get(column, 'v')).toBe(undefined)
      backend.set(column, 'v', key)
      backend.registerTimer(backend.eventTimers, 1e6 + key)
      backend.deleteTimer(backend.eventTimers, 1e6 + key)
      backend.set(column, 'v', undefined)
    }
    expect([backend.entryCount(), backend.eventTimers.count, Array.from(backend.liveSlots())]).toEqual([0, 0, []])
    expect(backend.eventTimers.headTime()).toBe(NaN)
  })

  test('a key is in the index only once it holds something', () => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    const column = backend.column('v')
    for (let key = 0; key < 100; key++) {
      backend.setCurrentKey(key)
      backend.set(column, 'v', undefined)
      expect([backend.currentKey(), backend.get(column, 'v'), backend.index.size()]).toEqual([key, undefined, 0])
    }
    expect(backend.slotCount).toBe(1)
    backend.set(column, 'v', 'held')
    backend.setCurrentKey(100)
    backend.registerTimer(backend.eventTimers, 5)
    backend.setCurrentKey(101)
    backend.setNamespace(0, 10)
    backend.setCurrentKey(102)
    expect([backend.index.size(), Array.from(backend.liveSlots(), (slot) => backend.keyAt(slot))]).toEqual([
      3,
      [99, 100],
    ])
    backend.setCurrentKey(99)
    expect(backend.get(column, 'v')).toBe('held')
  })

  test('when a window lets go of most keys, those that hold nothing else are forgotten with the next record', () => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    const column = backend.column('v')
    const slots: number[] = []
    for (let key = 0; key < 90; key++) {
      backend.setCurrentKey(key)
      slots.push(backend.slot)
      backend.hold(backend.slot)
      if (key % 9 === 0) backend.set(column, 'v', key)
    }
    for (const slot of slots) backend.release(slot)
    backend.releasedAll(slots.length)
    expect([backend.index.size(), backend.keyAt(slots[1] as number)]).toEqual([90, 1])
    backend.setCurrentKey(1_000)
    expect(backend.keyAt(slots[1] as number)).toBe(undefined)
    for (let key = 0; key < 90; key++) {
      backend.setCurrentKey(key)
      expect([backend.currentKey(), backend.get(column, 'v')]).toEqual([key, key % 9 === 0 ? key : undefined])
    }
  })

  test('the current key survives a sweep, though it holds nothing yet', () => {
    const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
    for (let key = 0; key < 3_000; key++) {
      backend.setCurrentKey(key)
      expect(backend.currentKey()).toBe(key)
    }
  })
})

test.each<[name: string, use: (backend: KeyedStateBackend) => void, code: string]>([
  ['reading', (backend) => backend.get(backend.column('v'), 'v'), 'STATE_WITHOUT_KEY'],
  ['writing', (backend) => backend.set(backend.column('v'), 'v', 1), 'STATE_WITHOUT_KEY'],
  ['registering', (backend) => backend.registerTimer(backend.eventTimers, 1), 'TIMER_WITHOUT_KEY'],
  ['deleting', (backend) => backend.deleteTimer(backend.processingTimers, 1), 'TIMER_WITHOUT_KEY'],
])('%s without a key is refused', (_name, use, code) => {
  const backend = new KeyedStateBackend(null, MAX_PARALLELISM)
  expect(() => use(backend)).toThrowError(expect.objectContaining({ code }) as LearnerError)
})
