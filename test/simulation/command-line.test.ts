// The command line with data of one's own, and what it says on which stream.

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

/** As `streambed` itself is called. */
function streambed(args: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<typeof run> {
  return spawnSync(process.execPath, ['bin/streambed.mjs', ...args], {
    ...{ cwd: root, encoding: 'utf8', env: { ...process.env, LC_ALL: '', LANG: '', ...env } },
  })
}

test('usage that is asked for is output, in the language of the arguments or of the environment', () => {
  for (const [args, env, said] of [
    [['--help'], {}, 'Usage: streambed run'],
    [['--lang', 'zh', '--help'], {}, '用法：streambed run'],
    [['plan', '--help'], { LANG: 'zh_CN.UTF-8' }, '用法：streambed run'],
    [['check', '--help'], { LC_ALL: 'zh_CN.UTF-8', LANG: 'en_US.UTF-8' }, '用法：streambed check'],
    [['savepoint', '--help', '--lang=en'], { LANG: 'zh_CN.UTF-8' }, 'Usage: streambed savepoint'],
  ] as const) {
    const { status, stdout, stderr } = streambed(args, env)
    expect([status, stdout.slice(0, said.length), stderr]).toEqual([0, said, ''])
  }
  const { status, stdout, stderr } = streambed([])
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining('Usage: streambed run')])
}, 60_000)

const JOB = `${chapter}/02-remember/start/FraudDetectionJob.ts`

test.each([
  ['savepoints', ['--savepoint-at', '1000', '--savepointPath', `${JOB}/kept`]],
  ['what stands outside', ['--outside', `${JOB}/kept.json`]],
])(
  '%s that can’t be written are told, and the run is whole',
  (_name, options) => {
    const { status, stderr } = streambed(['run', JOB, '--until', '2000', ...options])
    expect([status, stderr.includes('[FILE_UNWRITABLE]')]).toEqual([1, true])
    expect(stderr).not.toMatch(/^\s+at /m)
  },
  120_000,
)
