// Maps and filters in a row against the same functions applied to a list: every order of up to five of them, since the first
// few have places of their own in the code and the rest share one.

import { describe, expect, test } from 'vitest'
import type { DataStream } from '../../../runtime/index.ts'
import { runJob } from '../../harness/run-job.ts'

const MOST = 5
const NUMBERS = Array.from({ length: 60 }, (_, i) => i)

/** Every order of so many maps and filters. */
function orders(length: number): string[] {
  return length === 0 ? [''] : orders(length - 1).flatMap((order) => [`${order}m`, `${order}f`])
}

const map = (at: number) => (n: number) => n * 3 + at
// Every other one answers with what is only as good as true or false.
const filter = (at: number) => (n: number) =>
  at % 2 === 0 ? n % (at + 2) !== 0 : ((n % (at + 2)) as unknown as boolean)

function outcome(order: string): unknown[] {
  return runJob((env) => {
    let stream: DataStream<number> = env.fromCollection(NUMBERS)
    Array.from(order, (kind, at) => (stream = kind === 'm' ? stream.map(map(at)) : stream.filter(filter(at))))
    stream.print()
  }).rows.map(({ value }) => value)
}

describe.each(Array.from({ length: MOST }, (_, i) => i + 1))('%s in a row', (length) => {
  test.each(orders(length))('%s', (order) => {
    let expected = NUMBERS
    Array.from(order, (kind, at) => (expected = kind === 'm' ? expected.map(map(at)) : expected.filter(filter(at))))
    expect(outcome(order)).toEqual(expected)
  })
})

test.each([0, 1, 2, 3, 4])('a function at place %i that gives nothing is refused', (place) => {
  const order = `${'m'.repeat(place)}n`
  const run = () =>
    runJob((env) => {
      let stream: DataStream<number> = env.fromCollection(NUMBERS)
      Array.from(order, (kind, at) => (stream = stream.map(kind === 'm' ? map(at) : () => undefined as never)))
      stream.print()
    })
  expect(run).toThrow(expect.objectContaining({ code: 'MAP_NOTHING' }))
})
