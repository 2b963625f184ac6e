// Every job that a lesson or an exercise begins with: it type-checks, is the same job each time, and runs.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { compileFile } from '../../runtime/host/node.ts'
import { newSession } from '../harness/compiled-job.ts'

const root = path.resolve(import.meta.dirname, '../..')

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name)
    return statSync(file).isDirectory() ? filesBelow(file) : [file]
  })
}

const sources = ['lessons', 'exercises']
  .flatMap((folder) => filesBelow(path.join(root, folder)))
  .filter((file) => /[\\/](start|solution)[\\/].*\.ts$/.test(file))
const jobs = sources
  .filter((file) => readFileSync(file, 'utf8').includes('env.execute('))
  .map((file) => path.relative(root, file))

test('there are jobs', () =>
  expect(jobs).toContain(path.join('lessons', '01-fraud-detection', '02-remember', 'start', 'FraudDetectionJob.ts')))

test('all files of jobs type-check against the API', () => {
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file))
  const { options } = ts.parseJsonConfigFileContent(
    { ...(config.config as object), include: [], files: [] },
    ts.sys,
    root,
  )
  const program = ts.createProgram([...sources, path.join(root, 'runtime/messages/raw.d.ts')].filter(existsSync), {
    ...options,
    noEmit: true,
  })
  const found = sources.flatMap((file) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  })
  expect(
    found.map(
      ({ messageText, file }) =>
        `${path.relative(root, file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    ),
  ).toEqual([])
})

describe.each(jobs)('%s', (file) => {
  const compiled = compileFile(path.join(root, file))
  const job = compiled.job as NonNullable<typeof compiled.job>

  test('compiles', () => expect(compiled.diagnostics).toEqual([]))
  test('is one job, however often it is evaluated', async () => {
    const plans = [await newSession().plan(job, {}), await newSession().plan(job, { seed: 2 })]
    expect(plans.map(({ diagnostics }) => diagnostics)).toEqual([[], []])
    expect(plans[0]?.plan?.hash).toMatch(/^[0-9a-f]{32}$/)
    expect(plans[0]?.plan?.hash).toBe(plans[1]?.plan?.hash)
  })
  test.each([1, 3])('runs for five virtual seconds at parallelism %i', async (parallelism) => {
    const outcome = await newSession().run(job, { untilMs: 5000, parallelism }, () => undefined)
    expect(outcome.diagnostics).toEqual([])
    expect(['finished', 'until']).toContain(outcome.state)
    // Some lesson jobs are about giving no rows; lessons.test.ts counts those. But every job reads.
    expect(outcome.position.event).toBeGreaterThan(20)
  })
})
