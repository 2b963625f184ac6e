// The command line with data of one's own.

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const chapter = 'lessons/01-fraud-detection'
const silence = `${chapter}/03-forget/inputs/silence.jsonl`

function run(lesson: string, ...options: string[]): { status: number | null; stdout: string; stderr: string } {
  const job = `${chapter}/${lesson}/start/FraudDetectionJob.ts`
  const args = ['bin/streambed.mjs', 'run', job, '--lang', 'en', ...options]
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

test('a silence of more than a minute: the flag alone accuses account 1, the timer doesn’t', () => {
  expect(run('02-remember', '--input', `transactions=${silence}`).stdout).toBe('Alert{id=2}\nAlert{id=1}\n')
  expect(run('03-forget', '--input', `transactions=${silence}`).stdout).toBe('Alert{id=2}\n')
})

test('data for a source that isn’t there', () => {
  const { status, stderr } = run('02-remember', '--input', `payments=${silence}`)
  expect(status).toBe(1)
  expect(stderr).toContain('it has transactions')
})

test.each([
  [['-s', 'nowhere.json']],
  [['--input', 'transactions=nowhere.jsonl']],
  [['--file', '/words.txt=nowhere.txt']],
])('a file that isn’t there is said in a sentence, without the usage: %j', (options) => {
  const { status, stderr } = run('02-remember', ...options)
  expect([status, stderr.includes('[FILE_UNREADABLE]'), stderr.includes('Usage')]).toEqual([2, true, false])
  expect(run('02-remember', ...options, '--lang', 'zh').stderr).toContain('无法读取')
})
