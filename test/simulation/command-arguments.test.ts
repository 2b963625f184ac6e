// What the command line says of arguments that it doesn't understand, in both languages; and that its usage tells of every
// option that there is.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { CHECK_OPTIONS, checkCommand } from '../../runtime/host/check-command.ts'
import { understood, usageOf } from '../../runtime/host/command-text.ts'
import { readCommand, readRunArguments, RUN_OPTIONS } from '../../runtime/host/run-arguments.ts'
import { SAVEPOINT_OPTIONS, savepointCommand } from '../../runtime/host/savepoint-command.ts'

const JOB = 'lessons/01-fraud-detection/02-remember/start/FraudDetectionJob.ts'
const folder = mkdtempSync(path.join(tmpdir(), 'streambed-arguments-'))

/** As the command line takes them, but that nothing is run: the exit status, or what was read, and all that was said. */
async function given(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  for (const name of ['LC_ALL', 'LANG']) vi.stubEnv(name, env[name] ?? '')
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text)
      return true
    })
  }
  try {
    return { result: await read(args), ...texts }
  } finally {
    vi.restoreAllMocks()
  }
}

async function read(args: readonly string[]): Promise<object | number> {
  const asked = understood({ args, command: null }, () => readCommand(args))
  if (typeof asked === 'number') return asked
  const { command, rest } = asked
  if (command === 'check') return checkCommand(rest)
  if (command === 'savepoint') return savepointCommand(rest)
  return understood({ args: rest, command }, () => readRunArguments(rest, command))
}

afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(folder, { recursive: true }))

describe('mistaken', () => {
  test.each<[args: readonly string[], en: string, zh: string]>([
    [['rnu', JOB], 'There is no command “rnu”.\n  Did you mean `streambed run`?', '你指的是不是 `streambed run`？'],
    [['job.ts'], '“job.ts”.\n  The commands are run, plan, check, savepoint', '命令有 run, plan, check, savepoint'],
    [['run'], 'streambed run takes a job file', 'streambed run 需要一个作业文件'],
    [['plan', JOB, JOB], 'one job file; files given: 2', '给出的文件数：2'],
    [
      ['run', JOB, '--sede', '7'],
      'no option --sede.\n  Did you mean --seed?',
      '没有选项 --sede。\n  你指的是不是 --seed？',
    ],
    [['run', JOB, '-seed', '7'], 'no option -seed.\n  Did you mean --seed?', '没有选项 -seed。'],
    [['run', JOB, '-json'], 'no option -json.\n  Did you mean --json?', '没有选项 -json。'],
    [['run', JOB, '-nx'], 'no option -nx.\n  All of them are', '没有选项 -nx。'],
    [['run', JOB, '--__proto__', '7'], 'no option --__proto__', '没有选项 --__proto__。'],
    [['run', JOB, '--whatever'], 'no option --whatever.\n  All of them are', '没有选项 --whatever。\n  `streambed run'],
    [['--jsno'], 'streambed has no option --jsno', 'streambed 没有选项 --jsno'],
    [['--sede', '7', 'run', JOB], 'no option --sede.\n  Did you mean --seed?', '没有选项 --sede。'],
    [['--json'], 'Options were given, but no command', '没有给出命令'],
    [['--json', 'check', 'a', 'b'], 'The command check came after options', '命令 check 写在了选项后面'],
    [['run', JOB, '--seed'], '--seed takes a value', '--seed 需要一个值'],
    [['run', JOB, '--until', '-1'], 'what follows, -1, looks like an option', '后面的 -1 看起来是一个选项'],
    [['run', JOB, '--json=yes'], '--json takes no value, and was given “yes”', '--json 不带值，而这里给了它“yes”'],
    [['run', JOB, '--seed', 'abc'], '--seed can’t be “abc”', '--seed 不能是“abc”'],
    [['run', JOB, '--seed='], '--seed can’t be “”', '--seed 不能是“”'],
    [['run', JOB, '--parallelism', 'x'], 'digits, at least 1, at most 128', '整数，最小 1，最大 128'],
    [['run', JOB, '--parallelism', '1.5'], '--parallelism can’t be “1.5”', '--parallelism 不能是“1.5”'],
    [['run', JOB, '--slots', '0'], '--slots can’t be “0”', '--slots 不能是“0”'],
    [['run', JOB, '--until', 'soon'], 'a virtual time in ms, not “soon”', '虚拟时间，不能是“soon”'],
    [['run', JOB, '--submit-at', 'x'], '--submit-at takes a virtual time', '--submit-at 需要一个'],
    [['run', JOB, '--cancel', '1'], '`--cancel <job>@<ms>`', '`--cancel <job>@<ms>`'],
    [['run', JOB, '--cancel', '2@5'], '--cancel 2@5 names a job that there isn’t', '--cancel 2@5 指的作业不存在'],
    [['run', JOB, '--savepoint-at', '-'], 'a virtual time in ms, not “-”', '虚拟时间，不能是“-”'],
    [['run', JOB, '--rescale-at', '5'], '`--rescale-at <ms>:<n>`', '`--rescale-at <ms>:<n>`'],
    [['run', JOB, '--rescale-at', '5:0'], '--rescale-at can’t be “0”', '--rescale-at 不能是“0”'],
    [['run', JOB, '--claimMode', 'some'], 'Choose one of these: CLAIM, NO_CLAIM', '选择：CLAIM, NO_CLAIM'],
    [['run', JOB, '--stop-at', '2000', '--until', '1000'], '2000 ms, and the run ends at 1000 ms', '1000 毫秒就已结束'],
    [
      ['run', JOB, '--rescale-at', '3000:2', '--until', '1000'],
      '--rescale-at names the time 3000 ms',
      '--rescale-at 指定',
    ],
    [['run', JOB, '--drain'], '--drain goes with --stop-at', '--drain 要和 --stop-at 一起使用'],
    [['run', JOB, '--input', 'x'], '`--input <source>=<file.jsonl>`', '`--input <source>=<file.jsonl>`'],
    [['run', JOB, '--input', 't=README.md'], 'Line 1 of README.md isn’t a record', 'README.md 的第 1 行不是'],
    [['run', JOB, '--file', '/words='], '`--file </path>=<file>`', '`--file </path>=<file>`'],
    [['savepoint'], 'one file; files given: 0', '给出的文件数：0'],
    [['savepoint', 'a', '--row', '3'], 'Did you mean --rows?', '你指的是不是 --rows？'],
    [['savepoint', 'a', '--rows', 'all'], '--rows can’t be “all”', '--rows 不能是“all”'],
    [['check', '01-fraud-flag'], 'names given: 1', '给出的名称数：1'],
    [['check', 'a', 'b', '--formt', 'json'], 'Did you mean --format?', '你指的是不是 --format？'],
    [['check', 'a', 'b', '--format', 'xml'], 'Choose one of these: text, json', '选择：text, json'],
    [['check', 'a', 'b', '--timeout', '0'], '--timeout takes seconds, not “0”', '不能是“0”'],
    [['check', 'a', 'b', '--memory', '8'], 'digits, at least 64', '整数，最小 64'],
  ])('%j', async (args, en, zh) => {
    for (const [env, said] of [
      [{ LANG: 'en_US.UTF-8' }, en.replace('’', "'")],
      [{ LANG: 'zh_CN.UTF-8' }, zh],
    ] as const) {
      const { result, stdout, stderr } = await given(args, env)
      expect([result, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)])
      expect(stderr).toMatch(/ {2}\[COMMAND_[A-Z_]+\]\n$/)
      expect([stderr.includes('NaN'), /[\u4e00-\u9fff]/.test(stderr)]).toEqual([false, env.LANG.startsWith('zh')])
    }
  })

  test('a line of an input that is JSON, but no record', async () => {
    const file = path.join(folder, 'numbers.jsonl')
    writeFileSync(file, '{"source":"test"}\n{"value":1}\n2\n')
    const { result, stderr } = await given(['run', JOB, '--input', `transactions=${file}`])
    expect([result, stderr]).toEqual([2, expect.stringContaining(`Line 3 of ${file} isn't a record`)])
  })
})

describe('the language', () => {
  const zh = { LANG: 'zh_CN.UTF-8' }
  test.each<[args: readonly string[], env: Readonly<Record<string, string>>, said: string]>([
    [['run', '--nonsense', '--lang', 'zh'], {}, '没有选项'],
    [['run', '--lang=zh-CN', '--nonsense'], {}, '没有选项'],
    [['run', '--lang', 'EN', '--nonsense'], zh, 'has no option'],
    [['run', '--nonsense'], { LC_ALL: 'en_US.UTF-8', ...zh }, 'has no option'],
    [['run', '--nonsense'], { LC_ALL: '', ...zh }, '没有选项'],
    [['run', '--nonsense'], { LANG: 'fr_FR.UTF-8' }, 'has no option'],
    [['run', JOB, '--lang', 'fr'], {}, 'There is no language “fr” here.\n  Choose one of these: en, zh.'],
    [['run', '--nonsense', '--lang', 'fr'], zh, '这里没有语言“fr”。\n  请从这些语言中选择：en, zh。'],
    [['savepoint', 'nothing', '--lang', 'zhongwen'], {}, 'There is no language “zhongwen”'],
    [['check', '--help', '--lang', 'de'], {}, 'There is no language “de”'],
    [['run', JOB, '--lang'], zh, '--lang 需要一个值'],
  ])('%j with %j', async (args, env, said) => {
    const { result, stdout, stderr } = await given(args, env)
    expect([result, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)])
  })
})

test('arguments that are understood, with options before the command', async () => {
  const args = ['--json', '--lang', 'zh', 'run', JOB, JOB, '--submit-at', '50', '--cancel', '2@70', '--rescale-at=9:4']
  const { result, stderr } = await given([...args, '--until', '100', '--seed=-3', '--slots', '2'])
  expect(stderr).toBe('')
  expect(result).toMatchObject({
    file: JOB,
    others: [{ file: JOB, atMs: 50 }],
    options: {
      ...{ json: true, language: 'zh' },
      settings: {
        ...{ parallelism: 1, seed: -3, untilMs: 100, cluster: { slotsPerTaskManager: 2 } },
        ...{ cancelsAt: [{ job: 2, atMs: 70 }], rescalesAt: [{ atMs: 9, parallelism: 4 }] },
      },
    },
  })
})

test.each([
  ['run', RUN_OPTIONS],
  ['check', CHECK_OPTIONS],
  ['savepoint', SAVEPOINT_OPTIONS],
] as const)('the usage of %s tells of its options and of no others', (command, options) => {
  for (const language of ['en', 'zh'] as const) {
    const lines = usageOf(command, language).split('\n')
    const told = lines.flatMap((line) => /^ {2}(?:-(\w), )?--([\w-]+)( <.*?>)?(?: |$)/.exec(line)?.slice(1) ?? [])
    const own = Object.entries<{ readonly type: string; readonly short?: string }>(options)
    const known = own.flatMap(([name, { type, short }]) => [short, name, type === 'string'])
    const rows = (flat: readonly unknown[]): unknown[] =>
      flat.flatMap((_, i) => (i % 3 === 0 ? [[flat[i], flat[i + 1], Boolean(flat[i + 2])]] : []))
    expect(new Set(rows(told))).toEqual(new Set(rows(known)))
  }
})
