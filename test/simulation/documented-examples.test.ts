// What the documentation of joins, connected and broadcast streams, patterns, async I/O and side outputs shows stands in a
// job of test/jobs, which example-jobs.test.ts runs. Where an example leaves something out, it says so with an ellipsis.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const jobs = readdirSync(path.join(root, 'test/jobs')).map((name) =>
  bare(readFileSync(path.join(root, 'test/jobs', name), 'utf8')),
)

const FILES = [
  'after-match-skip-strategy',
  'async',
  'async-retry',
  'broadcast-functions',
  'broadcast-streams',
  'cep',
  'cep-functions',
  'cep-pattern',
  'co-functions',
  'co-grouped-streams',
  'connected-streams',
  'data-stream',
  'join-functions',
  'joined-streams',
  'output-tag',
  'simulated-service',
]

function bare(code: string): string {
  return code.replace(/\s+/g, '')
}

function examplesOf(name: string): string[] {
  const text = readFileSync(path.join(root, 'runtime/api', `${name}.ts`), 'utf8')
  return Array.from(text.matchAll(/\* ```ts\n([^]*?)\* ```/g), ([, block = '']) =>
    block.replace(/^ *\* ?/gm, '').trim(),
  )
}

/** Whether the parts of the example come in this order. */
function shows(job: string, example: string): boolean {
  let at = 0
  return example.split('…').every((part) => {
    at = job.indexOf(bare(part), at)
    return at >= 0
  })
}

test.each(
  FILES.flatMap((name) => examplesOf(name).map((example) => [`${name}: ${example.split('\n')[0] ?? ''}`, example])),
)('%s', (_title, example) =>
  expect(
    jobs.some((job) => shows(job, example as string)),
    example,
  ).toBe(true),
)

test('every file has an example', () => {
  for (const name of FILES) expect(examplesOf(name), name).not.toEqual([])
})
