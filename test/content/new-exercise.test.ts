// `npm run new:exercise` makes an exercise that is right as it stands; and what an author is told about mistakes.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CheckReport, ExerciseJobs } from '../../runtime/host/check-report.ts'
import { CheckSession } from '../../runtime/host/check-session.ts'
import { compileExercise, readExercise } from '../../runtime/host/exercise-folder.ts'
import { nodeHost } from '../../runtime/host/node.ts'
import { problemText } from '../../runtime/host/problem.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { createExercise } from '../../ui/build/lesson/exercise-skeleton.ts'
import { readLessons } from '../../ui/build/lesson/lesson-folder.ts'

const root = mkdtempSync(path.join(tmpdir(), 'streambed-content-'))
symlinkSync(path.resolve(import.meta.dirname, '../../runtime'), path.join(root, 'runtime'))
afterAll(() => rmSync(root, { recursive: true }))
const written = createExercise(root, 'double-it')
const folder = path.join(root, 'exercises/01-double-it')

function checked(job: CompiledJob, jobs: ExerciseJobs): Promise<CheckReport> {
  return new CheckSession(job, jobs, nodeHost).check(1, () => undefined)
}

test('a new exercise has every part, and nothing is wrong with it', async () => {
  expect(written).toContain('exercises/01-double-it/task.zh.md')
  expect(readLessons(root).problems.map(problemText)).toEqual([])
  const exercise = readExercise(root, '01-double-it')
  const jobs = exercise.jobs as ExerciseJobs
  const { job } = compileExercise(exercise, [])
  expect((await checked(job as CompiledJob, jobs)).verdict).toBe('failed')
  expect((await checked(jobs.solution, jobs)).verdict).toBe('passed')
  for (const { name, job: wrong } of jobs.wrong) expect((await checked(wrong, jobs)).explanation).toBe(name)
})

test.each([
  ['Double It', '"Double It" can\'t be a name'],
  ['double-it', 'There is an exercise double-it already'],
])('the name %s', (name, said) => expect(() => createExercise(root, name)).toThrow(said))

describe('an author is told file, line, rule and remedy', () => {
  const yaml = readFileSync(path.join(folder, 'check.yaml'), 'utf8')

  test.each<[mistake: string, from: string, to: string, said: string]>([
    [
      'an unknown key',
      'orders: 4',
      'order_s: 4',
      'check.yaml:11: There is no key "order_s" here. Did you mean "orders"?',
    ],
    ["an input that isn't there", '[numbers]', '[number]', 'There is no inputs/number.jsonl. Did you mean "numbers"?'],
    [
      "a job that isn't there",
      'job: Job.ts',
      'job: Jobs.ts',
      'check.yaml:1: There is no start/Jobs.ts. Did you mean "Job.ts"?',
    ],
    [
      'one language only',
      '      zh: 每个数都会翻倍输出。\n',
      '',
      'The check doesn’t say in both languages what must hold.',
    ],
    ['no rows', '    rows: [6, -4, 0, 10]\n', '', 'The check has no rows.'],
    ['orders without what is kept', '    keep: nothing\n', '', 'Several orders, but nothing says what stays in order.'],
    ['no end', '    inputs: [numbers]\n', '', 'The job reads its own data and may not end.'],
    ['a wrong answer without its check', '  added: doubled\n', '', 'No check is named for wrong/added.'],
    ['a wrong answer of an unknown check', 'added: doubled', 'added: halved', '"added" names the check "halved".'],
    ['no YAML', 'edit: [double.ts]', 'edit: [double.ts', 'This isn’t YAML'],
  ])('%s', (_mistake, from, to, said) => {
    expect(yaml).toContain(from)
    writeFileSync(path.join(folder, 'check.yaml'), yaml.replace(from, to))
    const texts = readExercise(root, '01-double-it').problems.map(problemText)
    writeFileSync(path.join(folder, 'check.yaml'), yaml)
    expect(texts).toContainEqual(expect.stringContaining(said))
  })

  test('a missing translation of an explanation, and code that doesn’t compile', () => {
    const why = path.join(folder, 'wrong/added/why.zh.md')
    const code = path.join(folder, 'wrong/added/double.ts')
    const [text, source] = [readFileSync(why, 'utf8'), readFileSync(code, 'utf8')]
    rmSync(why)
    writeFileSync(code, 'export const dubble = 1\n')
    const texts = readLessons(root).problems.map(problemText)
    writeFileSync(why, text)
    writeFileSync(code, source)
    expect(texts).toContainEqual(expect.stringContaining('why.zh.md:1: The explanation is missing.'))
    expect(texts).toContainEqual(expect.stringContaining('asks `double.ts` to export `double`'))
  })
})
