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

/** As `streambed` itself is called. */
function streambed(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stderr } = spawnSync(process.execPath, ['bin/streambed.mjs', ...args], { encoding: 'utf8' })
  return { status, said: stderr }
}

const JOB = 'lessons/01-fraud-detection/02-remember/start/FraudDetectionJob.ts'

test.each<[args: readonly string[], code: string, value: string]>([
  [['run', JOB, '--seed', 'many'], 'COMMAND_NUMBER', '“many”'],
  [['run', JOB, '--slots', 'x'], 'COMMAND_NUMBER', '`--slots`'],
  [['run', JOB, JOB, '--submit-at', 'soon'], 'COMMAND_NUMBER', '“soon”'],
  [['run', JOB, '--cancel', '1'], 'COMMAND_FORM', '1@5000'],
  [['run', JOB, '--rescale-at', '3000'], 'COMMAND_FORM', '5000:3'],
  [['run', JOB, '--claimMode', 'LEGACY'], 'COMMAND_FORM', '“LEGACY”'],
  [['run', JOB, '--input', 'payments'], 'COMMAND_FORM', '“payments”'],
  [['run', JOB, '--input', `payments=${JOB}`], 'COMMAND_INPUT_LINE', `${JOB}:1`],
  [['run', JOB, '--stop-at', '2000', '--until', '1000'], 'COMMAND_AFTER_UNTIL', '1000'],
  [['run', JOB, '--drain'], 'COMMAND_DRAIN', '--stop-at'],
  [['run'], 'COMMAND_JOB_FILE', 'streambed run job.ts'],
  [['start', JOB], 'COMMAND_UNKNOWN', '“start”'],
  [['savepoint', JOB, '--rows', 'all'], 'COMMAND_NUMBER', '“all”'],
])(
  '%j is told in both languages, with what to do',
  (args, code, value) => {
    for (const lang of ['en', 'zh']) {
      const { status, said } = streambed(...args, '--lang', lang)
      expect([status, said.includes(`[${code}]`), said.includes('NaN')]).toEqual([2, true, false])
      expect(said).toContain(value)
      expect(/[\u4e00-\u9fff]/.test(said)).toBe(lang === 'zh')
    }
  },
  120_000,
)

test.each([
  ['savepoints', ['--savepoint-at', '1000', '--savepointPath', `${JOB}/kept`]],
  ['what stands outside', ['--outside', `${JOB}/kept.json`]],
])(
  '%s that can’t be written are told, and the run is whole',
  (_name, options) => {
    const { status, said } = streambed('run', JOB, '--until', '2000', '--lang', 'en', ...options)
    expect([status, said.includes('[FILE_UNWRITABLE]')]).toEqual([1, true])
    expect(said).not.toMatch(/^\s+at /m)
  },
  120_000,
)
