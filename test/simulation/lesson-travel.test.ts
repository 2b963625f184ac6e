// Random seeks in the runs of all lessons, undisturbed and with faults: what is shown at a place, whatever keyframe the run
// was taken there from, is what a run shows there that is never taken back by any.

import path from 'node:path'
import { expect, test } from 'vitest'
import ts from 'typescript'
import { blankSourceFile } from 'ts-blank-space'
import { RandomStream } from '../../runtime/base/random.ts'
import type { Frame, RunIntervention, RunOutcome, RunSettings } from '../../runtime/host/protocol.ts'
import { compileJob, type CompiledJob } from '../../runtime/sandbox/compile.ts'
import { readLessons } from '../../ui/build/lesson/lesson-folder.ts'
import { LESSON_CLUSTER } from '../../ui/kernel/run-settings.ts'
import { jobFrom } from '../../ui/notebook/job-files.ts'
import { newSession } from '../harness/compiled-job.ts'

const SEEKS = 60
const WATCHED = { isWatched: true, startsPaused: true }
/** A job that is said to remember something unseen is taken back by executing it from its start. */
const UNSEEN = [
  { name: 'nothing', isCertain: false, span: { file: 'Job.ts', line: 1, column: 1, endLine: 1, endColumn: 1 } },
]

const RUNS = readLessons(path.resolve(import.meta.dirname, '../..')).bundles.flatMap((bundle) =>
  bundle.texts.en.blocks.flatMap((block) => {
    if (block.kind !== 'run') return []
    const { job } = compileJob(jobFrom(bundle.files, block.job).files, block.job, { ts, blankSourceFile })
    const inputs = bundle.inputs.filter(({ name }) => block.inputs.includes(name))
    const settings: RunSettings = {
      parallelism: block.parallelism,
      untilMs: block.untilMs,
      cluster: LESSON_CLUSTER,
      inputs: Object.fromEntries(inputs.map(({ source, records }) => [source, records])),
    }
    return [{ name: `${bundle.id} ${block.id}`, job: job as CompiledJob, settings }]
  }),
)

/** What is shown at a place: all of a frame that a page shows, with what has been said by then. */
type Sight = readonly [place: string, moment: string, said: string]

/** Goes to these places, one after the other, and then on to the end. */
async function visit(job: CompiledJob, settings: RunSettings, events: readonly number[]) {
  const session = newSession()
  const said: Record<'rows' | 'logs', string[]> = { rows: [], logs: [] }
  const sights: Sight[] = []
  let isImpure = false
  let next = 0
  const take = (name: 'rows' | 'logs', first: number, lines: readonly unknown[]): string => {
    lines.forEach((line, i) => (said[name][first + i] = JSON.stringify(line)))
    return said[name].slice(0, first + lines.length).join('\n')
  }
  const outcome: RunOutcome = await session.run(job, { ...settings, ...WATCHED }, async (frame: Frame) => {
    const [rows, logs] = [take('rows', frame.rowsFirst, frame.rows), take('logs', frame.logsFirst, frame.logs)]
    isImpure ||= frame.isImpure
    if (frame.isPassing || !frame.isPaused) return
    const { position, moment } = frame
    // When something was done is known from then on, wherever the run is.
    const deeds = frame.deeds.map(({ action, isDone }) => ({ action, isDone }))
    if (next > 0) sights.push([JSON.stringify(position), JSON.stringify([moment, deeds]), `${rows}\n${logs}`])
    const event = events[next++]
    if (event === undefined) await session.play(null)
    else await session.seek({ kind: 'place', event, record: 0 })
  })
  return { sights, outcome, isImpure }
}

/** Deaths of TaskManagers, failures and slow links, at places of the run. */
function faults(events: number, random: RandomStream): RunIntervention[] {
  const at = (): number => 1 + random.nextBelow(Math.max(1, events - 1))
  const drawn: RunIntervention[] = [
    { event: at(), action: { kind: 'add-task-manager' } },
    { event: at(), action: { kind: 'kill-task-manager', taskManager: 1 } },
    { event: at(), action: { kind: 'add-task-manager' } },
  ]
  return drawn.sort((a, b) => a.event - b.event)
}

test.each(RUNS)('$name', async ({ name, job, settings }) => {
  const random = new RandomStream(name.length, name)
  const undisturbed = await visit(job, settings, [])
  for (const interventions of [[], faults(undisturbed.outcome.position.event, random)]) {
    const given = { ...settings, interventions }
    const length = (await visit(job, given, [])).outcome.position.event
    const events = Array.from({ length: SEEKS }, () => 1 + random.nextBelow(length))
    const inOrder = [...events].sort((a, b) => a - b)
    const reference = await visit({ ...job, hidden: UNSEEN }, given, inOrder)
    const shown = new Map(reference.sights.map((sight, i) => [inOrder[i], sight]))
    const { sights, outcome, isImpure } = await visit(job, given, events)
    expect(sights).toHaveLength(reference.sights.length)
    sights.forEach((sight, i) =>
      expect([events[i], ...sight]).toEqual([events[i], ...(shown.get(events[i] as number) ?? [])]),
    )
    expect(outcome).toEqual(reference.outcome)
    expect(isImpure).toBe(false)
  }
})

test('so that is more than a thousand seeks', () => expect(RUNS.length * SEEKS * 2).toBeGreaterThan(1000))
