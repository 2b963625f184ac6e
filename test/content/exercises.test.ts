// Every exercise, by behaviour: nothing of its author's is wrong, the unedited starter fails, the solution passes, and each
// wrong answer fails the check that it names, and is recognised.

import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CheckSession } from '../../runtime/host/check-session.ts'
import type { CheckReport, ExerciseJobs } from '../../runtime/host/check-report.ts'
import { compileExercise, exerciseNames, readExercise } from '../../runtime/host/exercise-folder.ts'
import { nodeHost } from '../../runtime/host/node.ts'
import { problemText } from '../../runtime/host/problem.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'

const root = path.resolve(import.meta.dirname, '../..')
const LEAST_WRONG_ANSWERS = 4

async function checked(job: CompiledJob, jobs: ExerciseJobs): Promise<CheckReport> {
  return new CheckSession(job, jobs, nodeHost).check(1, () => undefined)
}

describe.each(exerciseNames(path.join(root, 'exercises')))('%s', (name) => {
  const exercise = readExercise(root, name)
  const jobs = exercise.jobs as ExerciseJobs

  test('has no problem', () => expect(exercise.problems.map(problemText)).toEqual([]))
  test('has wrong answers enough', () => expect(exercise.wrong.length).toBeGreaterThanOrEqual(LEAST_WRONG_ANSWERS))

  test('its starter fails', async () => {
    const { job, diagnostics } = compileExercise(exercise, [])
    expect(diagnostics).toEqual([])
    expect((await checked(job as CompiledJob, jobs)).verdict).toBe('failed')
  })

  test('its solution passes, with other orders and schedules, too', async () => {
    const report = await checked(jobs.solution, jobs)
    expect(report).toMatchObject({ verdict: 'passed', explanation: null, diagnostics: [] })
    expect((await new CheckSession(jobs.solution, jobs, nodeHost).check(99, () => undefined)).verdict).toBe('passed')
  })

  test.each(exercise.wrong)('wrong answer: %s', async (answer) => {
    const { job, check } = jobs.wrong.find((wrong) => wrong.name === answer) as ExerciseJobs['wrong'][number]
    const report = await checked(job, jobs)
    const first = report.checks.find(({ status }) => status === 'failed')
    expect([first?.id, report.explanation]).toEqual([check, answer])
  })
})
