// What a page shows of what a run has said, while the run goes back and forth.

import { expect, test } from 'vitest'
import type { LogLine, SinkRow } from '../../runtime/host/protocol.ts'
import { RunCourse } from '../../ui/stage/run-course.ts'

const row = (n: number): SinkRow => ({
  ...{ sink: n % 2 === 0 ? 'even' : 'odd', kind: '+I' as const, subtask: 0, timestamp: null },
  ...{ value: String(n), text: String(n), at: n },
})
const line = (n: number): LogLine => ({ level: 'info', text: String(n), subtask: 0, at: n })
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

/** A frame with rows and log lines of these numbers. */
function frame(from: number, to: number, isFork = false) {
  const of = numbers(from, to)
  return { rows: of.map(row), rowsFirst: from, logs: of.map(line), logsFirst: from, isFork }
}

/** Totals, and the last row of each sink. */
function shown(course: RunCourse, ...args: Parameters<typeof frame>): readonly unknown[] {
  const { all, sinks, log } = course.take(frame(...args))
  return [all.total, log.total, Array.from(sinks.values(), ({ kept, total }) => `${kept.at(-1)?.text} of ${total}`)]
}

test('going on, back, and on to where the run was', () => {
  const course = new RunCourse()
  expect(shown(course, 0, 5)).toEqual([5, 5, ['4 of 3', '3 of 2']])
  expect(shown(course, 5, 8)).toEqual([8, 8, ['6 of 4', '7 of 4']])
  expect(shown(course, 3, 3)).toEqual([3, 3, ['2 of 2', '1 of 1']])
  expect(shown(course, 7, 9)).toEqual([9, 9, ['8 of 5', '7 of 4']])
  expect(shown(course, 0, 0)).toEqual([0, 0, []])
})

test('what came after a fork is never shown again', () => {
  const course = new RunCourse()
  course.take(frame(0, 10))
  expect(shown(course, 4, 4, true)).toEqual([4, 4, ['2 of 2', '3 of 2']])
  expect(shown(course, 4, 6)).toEqual([6, 6, ['4 of 3', '5 of 3']])
})

test('of a long run the beginning is forgotten, and counted all the same', () => {
  const course = new RunCourse()
  for (let from = 0; from < 200_000; from += 10_000) course.take(frame(from, from + 10_000))
  expect(shown(course, 110_000, 110_000)).toEqual([110_000, 110_000, ['109998 of 55000', '109999 of 55000']])
  expect(course.take(frame(110_000, 110_000)).all.kept).toHaveLength(1000)
  expect(shown(course, 0, 2)).toEqual([2, 2, ['0 of 1', '1 of 1']])
})
