// A moment as text in an address, and back; and what becomes of a text that isn't one.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../../ui/kernel/run-settings.ts'
import { textMark } from '../../ui/parts/text-mark.ts'
import { pageOf } from '../../ui/lesson/route.ts'
import { addressOf, momentIn, readMoment, type SharedMoment } from '../../ui/share/moment-link.ts'

const MOMENT: SharedMoment = {
  page: 'fraud-detection/remember',
  stamp: 'x1',
  files: [{ name: 'FraudDetector.ts', text: 'export const a = "ä, 键, 🙂"\n' }],
  entry: 'FraudDetectionJob.ts',
  run: 'flag',
  settings: { ...DEFAULT_SETTINGS, seed: 7, untilMs: null },
  interventions: [{ event: 90, action: { kind: 'kill-task-manager', taskManager: 1 } }],
  inputs: null,
  start: null,
  at: { event: 120, record: 3 },
  atMs: 4200,
  view: 'state',
  asked: { kind: 'key', key: '7' },
  printed: null,
  openedKey: { task: 1, key: '7' },
  shownFile: 'FraudDetector.ts',
}

/** A run that started from a savepoint of a run that started from one. */
function startedTwice(files: SharedMoment['files']): SharedMoment {
  const { files: own, entry, run: name, settings, inputs, start: none, atMs } = MOMENT
  const run = { files: own, entry, run: name, settings, inputs, start: none }
  const first = { ...run, interventions: [{ event: 50, action: { kind: 'savepoint', stop: 'suspend' } as const }] }
  const start = { of: first, path: 'savepoint-3', kind: 'savepoint', atMs, allowsLeftState: false } as const
  const second = { ...first, files, start }
  return { ...MOMENT, files, start: { of: second, path: 'chk-5', kind: 'checkpoint', atMs, allowsLeftState: true } }
}

async function textOf(moment: SharedMoment): Promise<string> {
  return momentIn(`#${await addressOf(moment)}`) ?? ''
}

describe('a link to a moment', () => {
  test('comes back as it was, and its address is still the page’s', async () => {
    expect(await readMoment(await textOf(MOMENT))).toEqual(MOMENT)
    expect(pageOf(`#${await addressOf(MOMENT)}`, [MOMENT.page])).toEqual({ id: MOMENT.page, isUnknown: false })
  })

  test('carries runs that savepoints came from, what a check’s run reads, and questions', async () => {
    const asked: SharedMoment['asked'][] = [
      null,
      { kind: 'row', row: 3 },
      { kind: 'log', line: 0 },
      { kind: 'key', key: null },
      { kind: 'waiting', target: null },
      {
        kind: 'waiting',
        target: { task: 2, key: 'a', window: { start: 0, end: 500 }, at: 499, isEventTime: true },
      },
    ]
    const printed = { file: 'FraudDetector.ts', line: 12, expression: '`${a} "b"`' }
    const inputs = [{ source: 'transactions', records: [{ value: { accountId: 3 }, atMs: 7 }] }]
    const moments = [
      startedTwice(MOMENT.files),
      { ...MOMENT, inputs },
      { ...MOMENT, asked: null, printed },
      ...asked.map((one) => ({ ...MOMENT, asked: one })),
    ]
    for (const moment of moments) expect(await readMoment(await textOf(moment))).toEqual(moment)
  })

  test('takes at most 2,000 characters for an exercise that was solved', async () => {
    for (const [exercise, file] of [
      ['01-fraud-flag', 'FraudDetector.ts'],
      ['02-fraud-timer', 'FraudDetector.ts'],
    ] as const) {
      const text = readFileSync(new URL(`../../exercises/${exercise}/solution/${file}`, import.meta.url), 'utf8')
      const files = [{ name: file, text }]
      const printed = { file, line: 30, expression: '[transaction.accountId, transaction.amount]' }
      expect((await addressOf({ ...MOMENT, files, printed })).length).toBeLessThan(2000)
      // Changed code goes on from a savepoint of the code before, and that from another: the texts have much in common.
      const before = { ...startedTwice(files), files: [{ name: file, text: `${text}\n// changed` }] }
      expect((await addressOf(before)).length).toBeLessThan(2000)
    }
  })

  test('is damaged wherever a letter is missing or another', async () => {
    const text = await textOf(MOMENT)
    for (let i = 2; i < text.length - 1; i++) {
      const other = text[i] === 'A' ? 'B' : 'A'
      expect([i, await readMoment(text.slice(0, i) + other + text.slice(i + 1))]).toEqual([i, 'damaged'])
      expect([i, await readMoment(text.slice(0, i) + text.slice(i + 1))]).toEqual([i, 'damaged'])
    }
    for (const nonsense of ['', '.', '1.', 'x.eJw', text.slice(0, 9)]) {
      expect([nonsense, await readMoment(nonsense)]).toEqual([nonsense, 'damaged'])
    }
  })

  test('made before links had interventions, views, expressions and files in front is still read', async () => {
    const { page, stamp, files, entry, run, settings, at, atMs } = MOMENT
    const older = { page, stamp, files, entry, run, settings, at, atMs }
    const read = await readMoment(await textOf(older as SharedMoment))
    const nothing = { interventions: [], asked: null, openedKey: null, shownFile: null }
    expect(read).toEqual({ ...MOMENT, ...nothing, view: 'dataflow' })
    const start = { of: { ...older, interventions: [] }, path: 'savepoint-1', atMs, allowsLeftState: false }
    const started = await readMoment(await textOf({ ...older, start } as unknown as SharedMoment))
    expect(started).toMatchObject({ start: { path: 'savepoint-1', kind: 'savepoint' } })
  })

  test('of a later version is said to be that', async () => expect(await readMoment('2.eJw')).toBe('newer'))

  test.each([
    { files: [{ name: '../x.ts', text: '' }] },
    { files: 'FraudDetector.ts' },
    { at: { event: 'soon', record: 0 } },
    { run: 5 },
    { page: null },
    { interventions: [{ event: '1', action: {} }] },
    { interventions: {} },
    { inputs: [{ source: 1 }] },
    { start: { path: 'savepoint-1' } },
    { start: { of: { files: [], entry: 'Job.ts', run: 4 }, path: 'savepoint-1', atMs: 1 } },
  ])('with %j for a part is damaged', async (part) => {
    expect(await readMoment(await textOf({ ...MOMENT, ...(part as object) } as SharedMoment))).toBe('damaged')
  })

  test.each([
    { asked: { kind: 'print', job: { code: 'alert(1)' } } },
    { asked: { kind: 'row', row: '1' } },
    { printed: { file: 'Job.ts', line: 'first', expression: 'a' } },
    { printed: { file: 'Job.ts', line: 1, expression: null } },
    { shownFile: ['Job.ts'] },
    { asked: { kind: 'waiting', target: { task: 1 } } },
    { openedKey: { task: 'x', key: 3 } },
  ])('asks and opens nothing where that is %j', async (part) => {
    const read = await readMoment(await textOf({ ...MOMENT, ...(part as object) } as SharedMoment))
    expect(read).toEqual({ ...MOMENT, ...Object.fromEntries(Object.keys(part).map((name) => [name, null])) })
  })

  test('no address but one with a moment names one', () => expect(momentIn('#/fraud-detection/remember')).toBeNull())

  test('a stamp changes with any text, and with where one ends', () => {
    expect(textMark(['ab', 'c'])).not.toBe(textMark(['a', 'bc']))
    expect(textMark(['ab'])).not.toBe(textMark(['ac']))
  })
})
