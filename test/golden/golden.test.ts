// Every recorded vector that this slice of the engine can run, one case each. What can't be run yet is counted by its
// reason: a vector that silently stops being run changes a count and fails.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runVector } from './families.ts'
import { parseExactly, type Vector, type VectorFile, type Verdict } from './format.ts'

const root = path.join(import.meta.dirname, 'vectors')

/** Family -> how many vectors wait until their operators are there. A family that isn't named waits for nothing. */
const WAITING: Readonly<Record<string, number>> = {}
/** Family -> how many vectors are about what isn't part of the engine: options that mean something to a real cluster alone. */
const NOT_HERE: Readonly<Record<string, number>> = { 'option-defaults': 282 }
/** Family -> how many vectors there are, so that a file can't shrink unseen. */
const VECTORS: Readonly<Record<string, number>> = {
  async: 58,
  broadcast: 36,
  cep: 174,
  'default-max-parallelism': 17,
  exchanges: 18,
  graph: 53,
  jobs: 25,
  joins: 89,
  'key-group-ranges': 107,
  keygroups: 9,
  lifecycle: 11,
  'operator-ids': 1,
  'operator-state-redistribution': 176,
  'option-defaults': 324,
  partitioners: 21,
  process: 54,
  rescale: 68,
  'restart-strategies': 83,
  'restart-strategy-from-configuration': 20,
  'restore-rules': 19,
  state: 79,
  timers: 56,
  'watermark-generators': 33,
  'watermark-multiplexer': 30,
  'watermark-operator': 25,
  'watermark-valve': 53,
  'windows-event': 129,
  'windows-global-count': 45,
  'windows-processing': 45,
  'windows-session': 98,
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const content = parseExactly(readFileSync(path.join(root, file), 'utf8')) as VectorFile
    return { family: content.family ?? path.basename(file, '.json'), vectors: content.vectors }
  })

/** Not every family names its vectors. */
function nameOf(vector: Vector): string {
  return (vector.name as string | undefined) ?? JSON.stringify(vector).slice(0, 80)
}

test('the families and the number of their vectors', () => {
  expect(Object.fromEntries(files.map(({ family, vectors }) => [family, vectors.length]))).toEqual(VECTORS)
})

describe.each(files)('$family', ({ family, vectors }) => {
  let waiting = 0
  let notHere = 0
  const runs: [name: string, verdict: Verdict][] = []
  for (const vector of vectors) {
    const verdict = runVector(family, vector)
    if (verdict.kind === 'not yet run') waiting++
    else if (verdict.kind === 'not here') notHere++
    else runs.push([nameOf(vector), verdict])
  }

  test('waits for what the list says, and nothing else', () => expect(waiting).toBe(WAITING[family] ?? 0))
  test('leaves out what the list says, and nothing else', () => expect(notHere).toBe(NOT_HERE[family] ?? 0))
  if (runs.length > 0) test.each(runs)('%s', (_name, verdict) => expect(verdict).toEqual({ kind: 'passed' }))
})

describe('the runner bites', () => {
  const first = (family: string): Vector =>
    (files.find((file) => file.family === family) as { vectors: readonly Vector[] }).vectors[0] as Vector
  const spoiled = (vector: Vector): Vector =>
    JSON.parse(JSON.stringify(vector), (key, value: unknown) => {
      if (key === 'out' && Array.isArray(value)) return [...(value as unknown[]), ['watermark', 12345]]
      return key === 'murmur' || key === 'hash' ? (value as number) + 1 : value
    }) as Vector

  test.each(['timers', 'cep', 'watermark-valve', 'watermark-operator', 'watermark-generators', 'keygroups'])(
    '%s: a wrong expectation fails',
    (family) => expect(runVector(family, spoiled(first(family))).kind).toBe('failed'),
  )
  test('an unknown family, kind or command is never passed', () => {
    expect(runVector('cep', first('timers')).kind).toBe('not yet run')
    expect(runVector('timers', { name: 'x', operator: { kind: 'other' } }).kind).toBe('not yet run')
    const steps = [{ in: ['record', ['k', [['b', 'get']]], 1], out: [] }]
    expect(runVector('timers', { name: 'x', operator: { kind: 'keyedProcess' }, steps }).kind).toBe('not yet run')
  })
})
