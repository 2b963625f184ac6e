// Every lesson as it will be read: no mistakes of its author, translations up to date, every run executed with its own
// settings, and every prediction one that can be right.

import path from 'node:path'
import { describe, expect, test } from 'vitest'
import ts from 'typescript'
import { blankSourceFile } from 'ts-blank-space'
import type { RunOutcome, SinkRow } from '../../runtime/host/protocol.ts'
import { compileJob, type CompiledJob } from '../../runtime/sandbox/compile.ts'
import { readLessons } from '../../ui/build/lesson/lesson-folder.ts'
import { problemText } from '../../runtime/host/problem.ts'
import { LESSON_CLUSTER } from '../../ui/kernel/run-settings.ts'
import type { LessonBundle, RunBlock } from '../../ui/lesson/lesson-model.ts'
import { PredictionScore } from '../../ui/lesson/score-prediction.ts'
import { jobFrom } from '../../ui/notebook/job-files.ts'
import { newSession } from '../harness/compiled-job.ts'

const { bundles, problems } = readLessons(path.resolve(import.meta.dirname, '../..'))

test('no lesson has a problem', () => expect(problems.map(problemText)).toEqual([]))

test('every translation is of the present original (else bring it up to date, then `npm run stamp`)', () =>
  expect(bundles.filter(({ texts }) => texts.zh.isStale).map(({ id }) => id)).toEqual([]))

test('every file of start/ is shown or imported by what is', () => {
  for (const { id, files, texts } of bundles) {
    const shown = texts.en.blocks.flatMap((block) => (block.kind === 'cell' ? [block.file] : []))
    const reached = new Set(shown.concat(runsOf(texts.en.blocks).flatMap(({ job }) => namesFrom(files, job))))
    expect([id, files.map(({ name }) => name).filter((name) => !reached.has(name))]).toEqual([id, []])
  }
})

describe.each(bundles)('$id', (bundle) => {
  test.each(runsOf(bundle.texts.en.blocks))('its run $id does what its predictions are about', async (block) => {
    const { outcome, rows } = await runBlock(bundle, block)
    expect(outcome.diagnostics).toEqual([])
    expect(['finished', 'until']).toContain(outcome.state)
    const predictions = bundle.texts.en.blocks.flatMap((other) =>
      other.kind === 'predict' && other.run === block.id ? [other] : [],
    )
    for (const prediction of predictions) {
      const right = prediction.choices.filter(({ count }) => {
        const score = new PredictionScore({ ...prediction, choice: count })
        score.take(rows)
        score.end()
        return score.verdict?.isRight
      })
      expect([prediction.id, right.length]).toEqual([prediction.id, 1])
    }
  })
})

function runsOf(blocks: LessonBundle['texts']['en']['blocks']): RunBlock[] {
  return blocks.flatMap((block) => (block.kind === 'run' ? [block] : []))
}

function namesFrom(files: LessonBundle['files'], entry: string): string[] {
  return jobFrom(files, entry).files.map(({ name }) => name)
}

/** As the page runs it, but at full speed. */
async function runBlock(bundle: LessonBundle, block: RunBlock): Promise<{ outcome: RunOutcome; rows: SinkRow[] }> {
  const { job, diagnostics } = compileJob(jobFrom(bundle.files, block.job).files, block.job, { ts, blankSourceFile })
  expect(diagnostics).toEqual([])
  const inputs = bundle.inputs.filter(({ name }) => block.inputs.includes(name))
  const rows: SinkRow[] = []
  const outcome = await newSession().run(
    job as CompiledJob,
    {
      parallelism: block.parallelism,
      untilMs: block.untilMs,
      cluster: LESSON_CLUSTER,
      inputs: Object.fromEntries(inputs.map(({ source, records }) => [source, records])),
    },
    (frame) => void rows.push(...frame.rows),
  )
  return { outcome, rows }
}
