// Random cases that were asked of Flink 2.3.0, in the notation of the recordings and beyond what these cover: topologies of
// every operator, async retries, joins with late records, broadcast state, windows with every trigger and evictor, state
// whose expired entries are cleaned up, rescaled snapshots. Real Flink's answers, nothing filled in by hand.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runVector } from './families.ts'
import { parseExactly, type VectorFile } from './format.ts'

const folder = path.join(import.meta.dirname, 'asked')
const CASES: Readonly<Record<string, number>> = {
  async: 14,
  broadcast: 28,
  graph: 30,
  joins: 38,
  process: 14,
  rescale: 16,
  state: 22,
  timers: 20,
  'watermark-multiplexer': 10,
  'watermark-operator': 10,
  'watermark-valve': 10,
  'windows-event': 24,
  'windows-global-count': 20,
  'windows-processing': 20,
  'windows-session': 24,
}

const files = readdirSync(folder).map((file) => {
  const content = parseExactly(readFileSync(path.join(folder, file), 'utf8')) as VectorFile
  return { family: file.replace(/\.json$/, ''), vectors: content.vectors }
})

test('as many as were asked', () =>
  expect(Object.fromEntries(files.map(({ family, vectors }) => [family, vectors.length]))).toEqual(CASES))

describe.each(files)('$family', ({ family, vectors }) => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) =>
    expect(runVector(family, vector)).toEqual({ kind: 'passed' }),
  )
})
