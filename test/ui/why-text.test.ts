// Answers as sentences, lists and lanes: made of plain data alone, in both languages.
import { describe, expect, test } from 'vitest'
import type { Holder, StepView, WaitingExplanation } from '../../runtime/host/protocol.ts'
import { whyWords } from '../../ui/i18n/why-words.ts'
import { cursorIn, laneLayout, laneRange, segmentAt } from '../../ui/stage/inspect/lane-layout.ts'
import { conditionOf, type UntilFields } from '../../ui/stage/inspect/until-condition.ts'
import { indexHere } from '../../ui/stage/inspect/where.ts'
import { holderText, listSteps, targetText, waitingText } from '../../ui/stage/inspect/why-text.ts'

const { en, zh } = whyWords

function step(number: number, more: Partial<StepView> = {}): StepView {
  return {
    ...{ number, kind: 'record', place: { event: number, record: 1 }, atMs: number * 10, vertex: 'count -> Sink: out' },
    ...{ subtask: 0, parallelism: 1, isSource: false, at: null, text: `r${number}`, key: 'a', timestamp: null },
    ...{ isEventTime: true, window: null, watermark: null, split: null, from: null, calls: [], rows: [] },
    ...{ isLate: false, isSilent: false, causes: [], left: 0, isStart: null },
    ...more,
  }
}

describe('steps', () => {
  test('are numbered in order and name those that led to them, by kind', () => {
    const listed = listSteps(
      [
        step(4, { vertex: 'Source: numbers', isSource: true, key: null, timestamp: 70 }),
        step(7, { calls: [{ kind: 'update', name: 'flag', text: 'true', at: null }] }),
        step(9, {
          rows: [2],
          causes: [
            { kind: 'sent', step: 4, name: '' },
            { kind: 'read', step: 7, name: 'flag' },
            { kind: 'read', step: 99, name: 'flag' },
          ],
        }),
      ],
      en,
    )
    expect(listed.map(({ text }) => text)).toEqual([
      'numbers read r4, event time 70',
      'count took r7, key a',
      'count took r9, key a',
    ])
    expect(listed[1]?.details).toEqual(['wrote flag: true'])
    expect(listed[2]?.details).toEqual(['row 3'])
    expect(listed[2]?.causes).toEqual([
      { kind: 'sent', name: '', steps: [1] },
      { kind: 'read', name: 'flag', steps: [2] },
    ])
  })

  test('of windows and watermarks say their numbers, in both languages', () => {
    const fired = step(3, { kind: 'timer', text: '', timestamp: 199, window: { start: 0, end: 200 }, parallelism: 2 })
    const mark = step(2, { kind: 'watermark', text: '', key: null, timestamp: 210, watermark: 149 })
    expect(listSteps([mark, fired], en).map(({ text }) => text)).toEqual([
      'The watermark 210 reached count, which was at 149',
      'count, subtask 1 of 2, fired the window [0, 200) of key a',
    ])
    expect(listSteps([mark, fired], zh).map(({ text }) => text)).toEqual([
      '水位线 210 到达 count，此前为 149',
      'count（子任务 1/2）触发了键 a 的窗口 [0, 200)',
    ])
  })
})

const WAITING: WaitingExplanation = {
  ...{
    kind: 'waiting',
    vertex: 'sums',
    subtask: 0,
    parallelism: 1,
    at: null,
    atMs: 2000,
    reached: 149,
    reason: 'held',
  },
  target: { task: 2, key: 'a', window: { start: 0, end: 200 }, at: 199, isEventTime: true },
  waiting: [],
  holders: [],
}

const HOLDER: Holder = {
  ...{ vertex: 'Source: b', subtask: 0, parallelism: 1, at: null, split: null, state: 'behind', watermark: 149 },
  ...{ generator: 'bounded', outOfOrdernessMs: 40, highest: 190, idlenessMs: null, records: 1 },
  ...{
    last: { place: { event: 9, record: 1 }, atMs: 250 },
    silentMs: 1750,
    idleSince: null,
    nextProbeMs: null,
    hasEnded: false,
  },
}

describe('what waits', () => {
  test('says by how much it lacks, and who holds it back since when', () => {
    expect(waitingText(WAITING, en)).toEqual([
      'The window [0, 200) of key a at sums fires when the watermark there reaches 199.',
      'It’s at 149: 50 ms short.',
      'Who holds it back:',
    ])
    expect(holderText(HOLDER, 199, en)).toEqual([
      'b is at 149: its highest timestamp is 190, less 40 ms out of order and 1. It needs a record of 240 or later.',
      'Its last record came 1750 ms ago, at 00:00.250.',
      'It never counts as idle: withIdleness would let the others go on without it.',
    ])
    expect(holderText({ ...HOLDER, idlenessMs: 300, last: null }, 199, en).slice(1)).toEqual([
      'No record has come in 1750 ms.',
      'After 300 ms without records it counts as idle.',
    ])
    expect(holderText({ ...HOLDER, state: 'none' }, 199, en)).toHaveLength(1)
  })

  test('by the clock, and without any watermark', () => {
    const timer = { ...WAITING.target, window: null, isEventTime: false, at: 2500 }
    expect(waitingText({ ...WAITING, target: timer, reason: 'clock', reached: 2000 }, en)).toEqual([
      'The timer of key a at sums is set for 00:02.500 on the clock.',
      'The clock says 00:02.000: 500 ms to go.',
    ])
    expect(waitingText({ ...WAITING, reached: null }, en)[1]).toBe('There is no watermark there yet.')
    expect(holderText({ ...HOLDER, watermark: null }, 199, en)[0]).toMatch(/^b has given no watermark yet: its highest/)
  })

  test('for records, and since when a source is idle', () => {
    const counting = { ...WAITING.target, isEventTime: false, at: 3, count: 2 }
    expect(waitingText({ ...WAITING, target: counting, reason: 'count', reached: 2 }, en)).toEqual([
      'The window of key a at sums fires at 3 records.',
      'So far it has 2; it waits for records of this key, not for time.',
    ])
    expect(
      [counting, WAITING.target, { ...counting, count: undefined as never, window: null }].map((target) =>
        targetText(target, en),
      ),
    ).toEqual(['2 of 3 records, key a', 'window [0, 200) of key a', 'timer of 00:00.003, key a'])
    const idle = { ...HOLDER, state: 'idle' as const, idleSince: { place: { event: 12, record: 0 }, atMs: 600 } }
    expect(holderText(idle, 199, en)).toEqual([
      'b has been idle since 00:00.600 and doesn’t count.',
      'Its last record came 1750 ms ago, at 00:00.250.',
    ])
  })
})

describe('the lane of a key', () => {
  test('shares the strip from its first step to the place that is shown', () => {
    const lane = {
      ...{
        vertex: 'count',
        at: null,
        left: 0,
        undone: 0,
        restarts: [{ place: { event: 9, record: 0 }, atMs: 60, checkpoint: 3, steps: [], left: 2 }],
        steps: [step(1), step(3, { isLate: true }), step(5, { kind: 'timer' })],
      },
      states: [
        {
          name: 'seen',
          window: { start: 0, end: 50 },
          segments: [
            { kind: 'update' as const, text: '1', fromMs: 10, step: 1 },
            { kind: 'clear' as const, text: null, fromMs: 50, step: 5 },
          ],
        },
      ],
      timers: [
        { dueMs: 50, isEventTime: false, setMs: 10, setStep: 1, how: 'fired' as const, endMs: 50, endStep: 5 },
        { dueMs: 999, isEventTime: true, setMs: 30, setStep: 3, how: 'waiting' as const, endMs: null, endStep: null },
      ],
    }
    const range = laneRange([lane], 110)
    expect(range).toEqual({ fromMs: 10, toMs: 110 })
    expect([9, 10, 60, 110, 111].map((ms) => cursorIn(range, ms))).toEqual([null, 0, 0.5, 1, null])
    const { marks, states, timers, restarts } = laneLayout(lane, range)
    const [segments = []] = states.map((state) => state.segments)
    const [first, last] = segments.map((segment) => segment.step?.place ?? expect.fail('no step'))
    const before = { event: (first?.event ?? 0) - 1, record: 0 }
    const at = [before, first, { ...first, record: 0 }, { ...last, event: (last?.event ?? 0) - 1 }, last]
    // The clock shows whole ms, so several places share one.
    const places = at.map((place) => ({ event: 0, record: 0, virtualMs: 50, ...place }))
    expect(places.map((place) => segmentAt(segments, place))).toEqual([-1, 0, 0, 0, 1])
    const unshown = segments.map(({ fromMs }) => ({ fromMs: fromMs + 0.4, step: null }))
    expect(places.map((place) => segmentAt(unshown, { ...place, virtualMs: 10 }))).toEqual([0, 0, 0, 0, 0])
    expect(restarts.map(({ x, restart }) => [x, restart.checkpoint])).toEqual([[0.5, 3]])
    expect(states[0]?.window).toEqual({ start: 0, end: 50 })
    expect(marks.map(({ x, kind }) => [x, kind])).toEqual([
      [0, 'record'],
      [0.2, 'late'],
      [0.4, 'timer'],
    ])
    expect(states[0]?.segments.map(({ from, to, text }) => [from, to, text])).toEqual([
      [0, 0.4, '1'],
      [0.4, 1, null],
    ])
    expect(timers.map(({ from, to, how }) => [from, to, how])).toEqual([
      [0, 0.4, 'fired'],
      [0.2, 1, 'waiting'],
    ])
  })
})

test.each([
  [
    { kind: 'output', number: '3' },
    { kind: 'output', number: 3 },
  ],
  [{ kind: 'output', number: '0' }, null],
  [{ kind: 'output', number: '' }, null],
  [
    { kind: 'watermark', number: '-5' },
    { kind: 'watermark', vertex: 'v', atLeast: -5 },
  ],
  [{ kind: 'window', start: '0', end: '' }, null],
  [
    { kind: 'window', start: '0', end: '200' },
    { kind: 'window', vertex: 'v', start: 0, end: 200 },
  ],
  [
    { kind: 'state', key: 'a', state: 's', value: '' },
    { kind: 'state', vertex: 'v', key: 'a', state: 's', value: '' },
  ],
  [{ kind: 'key', key: 'a', vertex: '' }, null],
] as [Partial<UntilFields>, unknown][])('%o as a condition', (fields, condition) => {
  const empty = { number: '', text: '', start: '', end: '', key: '', state: '', value: '' }
  expect(conditionOf({ kind: 'text', vertex: 'v', ...empty, ...fields })).toEqual(condition)
})

test('the step at hand is the one that ended last, also where its turn is over', () => {
  const places = [
    { event: 4, record: 1 },
    { event: 4, record: 2 },
    { event: 7, record: 1 },
  ]
  const at = (event: number, record: number): number => indexHere(places, { event, record })
  expect([at(3, 0), at(4, 1), at(4, 2), at(4, 0), at(5, 0), at(7, 0)]).toEqual([-1, 0, 1, 1, -1, 2])
})
