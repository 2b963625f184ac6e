// Random jobs on random clusters to which things happen: every schedule must come to the right end under the eyes of
// independent observers. `npm run sim` runs as many as one likes. A failing seed is printed as the command that runs the
// smallest schedule which fails; put it into KEPT, for ever.

import { describe, expect, test } from 'vitest'
import { END_KINDS } from '../harness/random-ends.ts'
import { drawSchedule, type FaultSchedule } from '../harness/fault-schedule.ts'
import { runSchedule, type ScheduleResult } from '../harness/run-schedule.ts'
import { shrinkInterventions } from '../harness/shrink-schedule.ts'

const BLOCKS = 15
const SEEDS_PER_BLOCK = 20
const TIMEOUT_MS = 240_000
/** Seeds that once failed: what was wrong stands in the name. */
const KEPT: readonly (readonly [seed: number, what: string])[] = [
  [134, 'a savepoint failed with which the job was to be drained: its sources had ended, and the job ended with them'],
  [413, 'a checkpoint gave up an older savepoint with which the job was to stop'],
  [617, 'a job that was stopping took a second savepoint, whose failure started it again'],
  [2087, 'a job stopped with an earlier checkpoint than the one it was to be rescaled from'],
  [873, 'a job that failed as soon as it started was started again at one and the same moment for ever'],
  [668, 'a topic’s record that arrived while its source was paused never woke it'],
  [3895, 'a savepoint was taken beside the one with which the job stopped, and its barriers were left in the channels'],
  [3697, 'operators had been chained since a checkpoint that held records on their way between them: they were lost'],
  [8291, 'a source that had finished was chained with a map that had not, and began again'],
  [1932, 'an acknowledgement came so late that its subtask had been replaced by others, for another parallelism'],
  [10527, 'checkpoints that waited for themselves took longer than a transaction of the log may stay open'],
  [45234, 'the same from its start, so that it failed again and again'],
  [63529, 'a channel woke that had been ahead of those that went idle before it: none gave a watermark'],
  [201499, 'the same while another was active that had still to catch up'],
  [409754, 'no operator of the savepoint had the parallelism of the job that it was taken of'],
  [10623, 'a job that had stopped with a savepoint lost a TaskManager, and a part of it went on from there to its end'],
  [21638, 'a checkpoint that waited for a channel to end was taken after the savepoint with which the job was drained'],
  [23059, 'a savepoint was complete after checkpoints that had begun later'],
  [24826, 'records were on their way between operators that had as many subtasks the next time, each with a channel'],
  [7780, 'a source was put out of order twice, and who read it again in the midst of that read other records'],
]

const results = new Map<number, ScheduleResult>()
const schedules: FaultSchedule[] = []

describe('schedules of faults', () => {
  test.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))(
    'seeds from %i',
    (first) => {
      for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed++) runSeed(seed)
    },
    TIMEOUT_MS,
  )
  test.each(KEPT)('kept seed %i: %s', (seed) => runSeed(seed))

  test('are of many kinds, and much happens in them', () => {
    const all = Array.from(results.values())
    const kinds = new Set(all.flatMap(({ interventions }) => interventions.map(({ action }) => action.kind)))
    expect(kinds.size).toBeGreaterThanOrEqual(17)
    const times = (is: (result: ScheduleResult) => boolean): number => all.filter(is).length
    expect(times(({ resumed }) => resumed.includes('savepoint'))).toBeGreaterThan(BLOCKS)
    expect(times(({ resumed }) => resumed.includes('checkpoint'))).toBeGreaterThan(BLOCKS / 2)
    expect(times(({ rescaled }) => rescaled > 0)).toBeGreaterThan(BLOCKS / 2)
    expect(times(({ hasDrained }) => hasDrained)).toBeGreaterThan(BLOCKS / 3)
    const unaligned = schedules.filter(
      ({ checkpoints }) => checkpoints !== null && checkpoints.overtakesAfterMs !== null,
    )
    expect(unaligned.length).toBeGreaterThan(BLOCKS * 5)
    const ends = new Set(schedules.flatMap(({ job }) => job.nodes.flatMap((node) => ('end' in node ? [node.end] : []))))
    expect(END_KINDS.filter((kind) => !ends.has(kind))).toEqual([])
    const restarted = all.filter(({ restarts }) => restarts > 0)
    expect(restarted.length).toBeGreaterThan(BLOCKS * 4)
    expect(restarted.filter(({ checkpoint }) => checkpoint > 0).length).toBeGreaterThan(BLOCKS * 3)
    expect(all.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(BLOCKS * 5000)
  })
})

test('a schedule that fails is made as small as it goes', () => {
  const throws = (event: number, record: number) => {
    return { event, action: { kind: 'throw', operator: 'map 1', record } } as const
  }
  const interventions = [throws(3, 9), throws(5, 2), throws(8, 40), throws(9, 7)]
  const smallest = shrinkInterventions(interventions, (fewer) => fewer.some(({ event }) => event === 8))
  expect(smallest).toEqual([throws(8, 1)])
})

function runSeed(seed: number): void {
  const schedule = drawSchedule(seed)
  const result = runSchedule(schedule)
  schedules.push(schedule)
  results.set(seed, result)
  if (result.violations.length === 0) return
  const broken = result.violations[0]?.invariant
  const smallest = shrinkInterventions(result.interventions, (interventions) => {
    return runSchedule({ ...schedule, interventions, strokes: [] }).violations[0]?.invariant === broken
  })
  const command = `npm run sim -- --from ${seed} --seeds 1 --interventions '${JSON.stringify(smallest)}'`
  throw new Error([command, ...result.violations.map(({ invariant, text }) => `[${invariant}] ${text}`)].join('\n'))
}
