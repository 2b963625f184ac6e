// A record that hasn't been read yet comes at another time or with another timestamp, and everything follows from that. What
// sources will give next is known beforehand: another execution of the same run says it.

import { describe, expect, test } from 'vitest'
import type { ClusterAction, ComingRecord, Frame, RunIntervention, RunSettings } from '../../runtime/host/protocol.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const ASSIGNER = 'withTimestampAssigner(([, at]) => at)'

function jobOf(source: string, strategy: string): string {
  return `
import { DataGeneratorSource, Duration, RateLimiterStrategy, StreamExecutionEnvironment } from 'streambed'
import { TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const pairs = [['a', 1000], ['a', 4000], ['a', 12000], ['a', 8000], ['a', 25000]]
env
  ${source}
  .keyBy(([key]) => key)
  .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
  .apply((key, window, all, out) => out.collect(window.start + ': ' + all.map(([, at]) => at).join(' ')))
  .print('windows')
await env.execute()`.replaceAll(
    'STRATEGY',
    `WatermarkStrategy.forMonotonousTimestamps().withPerRecordWatermarks()${strategy}`,
  )
}

const GENERATED = jobOf(
  `.fromSource(new DataGeneratorSource((i) => pairs[i], 5, RateLimiterStrategy.perSecond(1)), STRATEGY, 'pairs')`,
  `.${ASSIGNER}`,
)
const ASSIGNED_LATER = jobOf(
  `.fromSource(new DataGeneratorSource((i) => pairs[i], 5, RateLimiterStrategy.perSecond(1)),
    WatermarkStrategy.noWatermarks(), 'pairs')
  .map((pair) => pair)
  .assignTimestampsAndWatermarks(STRATEGY)`,
  `.${ASSIGNER}`,
)
const STAMPED = jobOf(`.fromSource(new DataGeneratorSource((i) => pairs[i], 5), STRATEGY, 'pairs')`, '')

const AT = [1000, 4000, 12_000, 8000, 25_000]
const INPUT: RunSettings = {
  inputs: { pairs: AT.map((timestamp, i) => ({ value: ['a', timestamp], timestamp, atMs: i * 1000 })) },
}
const PLAIN = ['0: 1000 4000', '10000: 12000', '20000: 25000']

interface Ran {
  readonly rows: readonly string[]
  readonly hash: string
  readonly interventions: readonly RunIntervention[]
  readonly coming: readonly ComingRecord[]
  readonly frames: readonly Frame[]
  readonly logs: number
}

/** Paused after the first record; then does this, and goes on to the end. */
async function run(
  text: string,
  settings: RunSettings,
  act?: (coming: readonly ComingRecord[]) => ClusterAction,
): Promise<Ran> {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  expect(diagnostics).toEqual([])
  const session = newSession()
  const frames: Frame[] = []
  let coming: readonly ComingRecord[] = []
  let isDone = act === undefined
  const outcome = await session.run(
    job as NonNullable<typeof job>,
    { ...settings, isWatched: true, ...(act === undefined ? {} : { startsAt: { kind: 'time', atMs: 500 } }) },
    async (frame) => {
      frames.push(frame)
      if (isDone || !frame.isPaused || frame.isPassing || act === undefined) return
      isDone = true
      void (async () => {
        coming = await session.lookAhead(10)
        expect(await session.intervene(act(coming))).toEqual([])
        await session.play(null)
      })()
    },
  )
  expect(outcome.diagnostics).toEqual([])
  const rows = frames.flatMap((frame) => frame.rows.map((row) => row.text))
  const logs = frames.reduce((sum, frame) => sum + frame.logs.length, 0)
  return { rows, hash: outcome.hash, interventions: outcome.interventions, coming, frames, logs }
}

const move =
  (place: number, to: { atMs?: number; timestamp?: number }) =>
  (coming: readonly ComingRecord[]): ClusterAction => {
    const { handle } = coming[place] as ComingRecord
    const { operator, split, record } = handle as NonNullable<typeof handle>
    return { kind: 'move-record', operator, split, record, ...to }
  }

describe('what comes next', () => {
  test.each<[name: string, text: string, settings: RunSettings]>([
    ['of a generator', GENERATED, {}],
    ['where timestamps are assigned further on', ASSIGNED_LATER, {}],
    ['of an input', STAMPED, INPUT],
  ])('%s is known, with its times', async (_name, text, settings) => {
    const { coming, rows } = await run(text, settings, move(2, { timestamp: 8000 }))
    expect(coming.map(({ timestamp, atMs }) => [timestamp, Math.round(atMs)])).toEqual([
      [4000, 1000],
      [12_000, 2000],
      [8000, 3000],
      [25_000, 4000],
    ])
    expect(coming.map(({ handle }) => handle?.record)).toEqual([1, 2, 3, 4])
    expect(rows).toEqual(PLAIN)
  })

  test('is found out by nobody: the run stays the same, and the learner’s code says nothing twice', async () => {
    const text = GENERATED.replace(ASSIGNER, `withTimestampAssigner(([, at]) => { console.log(at); return at })`)
    const { job } = compiled([{ name: 'job.ts', text }])
    const [plain, asked] = await Promise.all(
      [false, true].map(async (asks) => {
        const session = newSession()
        let logs = 0
        const outcome = await session.run(
          job as NonNullable<typeof job>,
          { isWatched: true, startsPaused: true },
          async (frame) => {
            logs += frame.logs.length
            if (!frame.isPaused) return
            if (asks) expect(await session.lookAhead(3)).toHaveLength(3)
            await session.play(null)
          },
        )
        return { hash: outcome.hash, logs }
      }),
    )
    expect(asked).toEqual(plain)
    expect(plain?.logs).toBe(5)
  })
})

describe('a record that is moved', () => {
  const none = async (text: string, settings: RunSettings) => (await run(text, settings)).rows

  test.each<[name: string, text: string, settings: RunSettings]>([
    ['of a generator', GENERATED, {}],
    ['where timestamps are assigned further on', ASSIGNED_LATER, {}],
    ['of an input', STAMPED, INPUT],
  ])('in event time, %s, belongs to another window', async (_name, text, settings) => {
    expect(await none(text, settings)).toEqual(PLAIN)
    // What was late isn't any more; and what was in time is the first of another window.
    expect((await run(text, settings, move(2, { timestamp: 15_000 }))).rows).toEqual([
      '0: 1000 4000',
      '10000: 12000 8000',
      '20000: 25000',
    ])
    const moved = await run(text, settings, move(0, { timestamp: 11_000 }))
    expect(moved.rows).toEqual(['0: 1000', '10000: 4000 12000', '20000: 25000'])
    expect(moved.interventions).toHaveLength(1)
  })

  test('in its arrival comes where it belongs by then: before what made it late', async () => {
    const { rows } = await run(STAMPED, INPUT, move(2, { atMs: 1500 }))
    expect(rows).toEqual(['0: 1000 4000 8000', '10000: 12000', '20000: 25000'])
    const later = await run(STAMPED, INPUT, move(0, { atMs: 2500 }))
    expect(later.rows).toEqual(['0: 1000', '10000: 12000', '20000: 25000'])
  })

  test.each<[name: string, record: number, atMs: number, rows: readonly string[]]>([
    ['the turn nearest to it', 2, 1900, ['0: 1000 4000 8000', '10000: 12000', '20000: 25000']],
    ['another turn, however little is asked for', 0, 1100, ['0: 1000', '10000: 12000', '20000: 25000']],
    ['the last turn, from what is too late', 0, 90_000, ['0: 1000', '10000: 12000', '20000: 25000']],
    ['the next turn, from what is too early', 3, 0, ['0: 1000', '20000: 25000']],
  ])('in its arrival, where a rate says when records come, takes %s', async (_name, record, atMs, rows) => {
    const ran = await run(GENERATED, {}, move(record, { atMs }))
    expect(ran.rows).toEqual(rows)
    expect((await run(GENERATED, { interventions: ran.interventions })).hash).toBe(ran.hash)
  })

  test('keeps its timestamp whichever turn it gets, and whoever moves past it', async () => {
    const to = (record: number, more: object): RunIntervention => {
      return { event: 0, action: { kind: 'move-record', operator: 'pairs', split: '0', record, ...more } }
    }
    const both = await run(GENERATED, { interventions: [to(1, { atMs: 4000, timestamp: 26_000 })] })
    expect(both.rows).toEqual(['0: 1000', '10000: 12000', '20000: 25000 4000'])
    const passed = await run(GENERATED, { interventions: [to(3, { timestamp: 15_000 }), to(1, { atMs: 4000 })] })
    expect(passed.rows).toEqual(['0: 1000', '10000: 12000 8000', '20000: 25000'])
    // The one that comes third by now was the fourth.
    const again = [to(3, { timestamp: 15_000 }), to(1, { atMs: 4000 }), to(2, { timestamp: 16_000 })]
    expect((await run(GENERATED, { interventions: again })).rows).toEqual(passed.rows)
  })

  test('before the source runs is moved all the same', async () => {
    const action: ClusterAction = { kind: 'move-record', operator: 'pairs', split: '0', record: 1, timestamp: 11_000 }
    const { rows } = await run(GENERATED, { interventions: [{ event: 0, action }] })
    expect(rows).toEqual(['0: 1000', '10000: 4000 12000', '20000: 25000'])
  })

  test('makes a run like any other: the same with the same interventions, and another than without', async () => {
    const forked = await run(STAMPED, INPUT, move(2, { atMs: 1500, timestamp: 9000 }))
    const again = await run(STAMPED, { ...INPUT, interventions: forked.interventions })
    expect([again.rows, again.hash]).toEqual([forked.rows, forked.hash])
    expect((await run(STAMPED, INPUT)).hash).not.toBe(forked.hash)
  })

  test.each<[name: string, text: string, settings: RunSettings]>([
    ['of an input', STAMPED, INPUT],
    ['of a generator', GENERATED, {}],
  ])('stays moved for whoever reads it again after a failure, %s', async (_name, job, settings) => {
    const text = job.replace('const pairs', 'env.enableCheckpointing(500)\nconst pairs')
    const forked = await run(text, settings, move(2, { atMs: 1500 }))
    const [{ event }] = forked.interventions as [RunIntervention]
    const failing: RunIntervention = { event: event + 1, action: { kind: 'throw', operator: 'pairs', record: 3 } }
    const again = await run(text, { ...settings, interventions: [...forked.interventions, failing] })
    expect(Array.from(new Set(again.rows)).sort()).toEqual(['0: 1000 4000 8000', '10000: 12000', '20000: 25000'])
  })
})

test.each<[action: object, code: string]>([
  [{ split: '0', record: 1 }, 'ACTION_MOVES_NOTHING'],
  [{ split: '0', record: 1, atMs: 5 }, 'ACTION_ARRIVAL_NOT_MOVED'],
  [{ split: '0', record: 1, timestamp: 1.5 }, 'ACTION_VALUE'],
  [{ record: 1, timestamp: 1 }, 'ACTION_VALUE'],
])('a move that can’t be done says why: %j', async (action, code) => {
  const { job } = compiled([{ name: 'job.ts', text: GENERATED.replace(', RateLimiterStrategy.perSecond(1)', '') }])
  const done = { event: 5, action: { kind: 'move-record', operator: 'pairs', ...action } as ClusterAction }
  const outcome = await newSession().run(job as NonNullable<typeof job>, { interventions: [done] }, () => undefined)
  expect(outcome.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
})
