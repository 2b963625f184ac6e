// streambed check as a grader uses it: exit status, both formats, and code that means harm.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const exercise = '01-fraud-flag'
const HEAD = `import { Alert, KeyedProcessFunction } from 'streambed'
import type { Collector, Context, Transaction } from 'streambed'

`

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function check(answer: string, ...options: string[]): Ended {
  const args = ['bin/streambed.mjs', 'check', exercise, answer, '--lang', 'en', ...options]
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

/** A detector whose processElement does this; in a file of its own name. */
function detector(body: string, before = ''): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'streambed-check-')), 'answer.ts')
  const method = `  override processElement(transaction: Transaction, context: Context<number>, out: Collector<Alert>) {\n${body}\n  }`
  const type = 'KeyedProcessFunction<number, Transaction, Alert>'
  writeFileSync(file, `${HEAD}${before}export class FraudDetector extends ${type} {\n${method}\n}\n`)
  return file
}

test('a solution passes with status 0', () => {
  const { status, stdout } = check(`exercises/${exercise}/solution`)
  expect([status, stdout.split('\n').filter((line) => line.startsWith('✓')).length]).toEqual([0, 9])
})

test('results.json, version 3, of a failure: status 1, tests in order, the first with its input and explanation', () => {
  const { status, stdout } = check(`exercises/${exercise}/wrong/exactly-500`, '--format', 'json')
  const results = JSON.parse(stdout) as {
    readonly version: number
    readonly status: string
    readonly tests: readonly { readonly test_code: string; readonly status: string; readonly message?: string }[]
  }
  expect([status, results.version, results.status]).toEqual([1, 3, 'fail'])
  expect(results.tests.map(({ test_code, status: each }) => [test_code, each]).slice(0, 4)).toEqual([
    ['small-then-large', 'pass'],
    ['only-the-next', 'pass'],
    ['two-small', 'pass'],
    ['boundaries', 'fail'],
  ])
  expect(results.tests[3]?.message).toContain('"amount":500')
  expect(results.tests[3]?.message).toContain('# Exactly 500 is taken for large')
})

describe('couldn’t run: status 2 and why', () => {
  test.each([
    ['an unknown exercise', () => ['no-such', '.'], 'There is no exercise no-such'],
    ['nothing there', () => [exercise, '/no/such/place'], 'There is nothing at /no/such/place'],
    [
      'a folder without the file',
      () => [exercise, mkdtempSync(path.join(tmpdir(), 'empty-'))],
      'holds none of the files',
    ],
    ['no answer given', () => [exercise], 'takes an exercise and an answer'],
    ['an unknown format', () => [exercise, '.', '--format', 'xml'], "--format can't be “xml”"],
  ])('%s', (_name, args, text) => {
    const ended = spawnSync(process.execPath, ['bin/streambed.mjs', 'check', ...args(), '--lang', 'en'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(text)])
  })

  test.each([
    ['a missing export', 'export const nothing = 1\n', '`FraudDetector.ts` to export `FraudDetector`'],
    ['a type error', `${HEAD}export class FraudDetector extends Nobody {}\n`, 'TS2304'],
    ['another import', `import fs from 'node:fs'\nfs.rmSync('/')\nexport class FraudDetector {}\n`, 'node:fs'],
    ['a file outside', `import { x } from '../../secret'\nexport class FraudDetector { y = x }\n`, '../../secret'],
  ])('%s', (_name, text, said) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'streambed-check-'))
    writeFileSync(path.join(folder, 'FraudDetector.ts'), text)
    const { status, stdout, stderr } = check(folder)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(said)
  })
})

describe('code that means harm gets nowhere', () => {
  // The names are spelled so that no rule of the compiler sees them.
  test.each([
    [
      'the host’s globals',
      `const found = (0, eval)('typeof process'); if (found !== 'undefined') out.collect(new Alert(66))`,
    ],
    [
      'a function made of text',
      `const make = (Alert as unknown as { constructor: (text: string) => () => unknown }).constructor
    if (typeof make('return process')() === 'object') out.collect(new Alert(66))`,
    ],
    ['the collections that judge it', `Map.prototype.get = () => undefined; void out; void context`],
  ])('%s', (_name, body) => {
    const { status, stdout } = check(detector(body))
    expect(status).toBe(1)
    expect(stdout).toContain('The job failed on this input')
    expect(stdout).not.toContain('{"id":66}')
  })

  test('a loop without end is stopped by the step budget', () => {
    const { status, stdout } = check(detector('    while (transaction.amount >= 0) void out'))
    expect(status).toBe(1)
    expect(stdout).toContain('STEP_BUDGET')
  })

  test('what no budget sees is stopped by the time limit', () => {
    const { status, stderr } = check(detector(`    void /^(a+)+$/.test('a'.repeat(60) + 'b')`), '--timeout', '4')
    expect(status).toBe(2)
    expect(stderr).toContain('longer than 4 s')
  })

  test('memory that only grows is stopped by its limit', () => {
    const grow =
      '    kept.push(new Array(4_000_000).fill(transaction.amount + kept.length))\n    if (kept.length < 1e6) this.processElement(transaction, context, out)'
    const { status, stderr } = check(detector(grow, 'const kept: unknown[] = []\n\n'), '--memory', '128')
    expect(status).toBe(2)
    expect(stderr).toContain('more than 128 MB')
  })
})
