// Random patterns and events with what real Flink 2.3.0 made of them: groups, quantifiers on groups, until, greedy, gaps,
// skip strategies, restores. Some are longer than the golden vectors, whose notation they share.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runCep } from '../../../golden/cep-vectors.ts'
import { parseExactly, type VectorFile } from '../../../golden/format.ts'

const file = path.join(import.meta.dirname, 'asked-of-flink.json')
const { vectors } = parseExactly(readFileSync(file, 'utf8')) as VectorFile

test('as many as were recorded', () => expect(vectors.length).toBe(239))

test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) =>
  expect(runCep(vector)).toEqual({ kind: 'passed' }),
)
