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
  at: { event: 120, record: 3 },
  atMs: 4200,
  view: 'state',
}

async function textOf(moment: SharedMoment): Promise<string> {
  return momentIn(`#${await addressOf(moment)}`) ?? ''
}

describe('a link to a moment', () => {
  test('comes back as it was, and its address is still the page’s', async () => {
    expect(await readMoment(await textOf(MOMENT))).toEqual(MOMENT)
    expect(pageOf(`#${await addressOf(MOMENT)}`, [MOMENT.page])).toEqual({ id: MOMENT.page, isUnknown: false })
  })

  test('takes at most 2,000 characters for an exercise that was solved', async () => {
    for (const [exercise, file] of [
      ['01-fraud-flag', 'FraudDetector.ts'],
      ['02-fraud-timer', 'FraudDetector.ts'],
    ] as const) {
      const text = readFileSync(new URL(`../../exercises/${exercise}/solution/${file}`, import.meta.url), 'utf8')
      expect((await addressOf({ ...MOMENT, files: [{ name: file, text }] })).length).toBeLessThan(2000)
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

  test('made before links had interventions and views is still read', async () => {
    const { interventions: _, view: __, ...older } = MOMENT
    const read = await readMoment(await textOf(older as SharedMoment))
    expect(read).toEqual({ ...MOMENT, interventions: [], view: 'dataflow' })
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
  ])('with %j for a part is damaged', async (part) => {
    expect(await readMoment(await textOf({ ...MOMENT, ...(part as object) } as SharedMoment))).toBe('damaged')
  })

  test('no address but one with a moment names one', () => expect(momentIn('#/fraud-detection/remember')).toBeNull())

  test('a stamp changes with any text, and with where one ends', () => {
    expect(textMark(['ab', 'c'])).not.toBe(textMark(['a', 'bc']))
    expect(textMark(['ab'])).not.toBe(textMark(['ac']))
  })
})
