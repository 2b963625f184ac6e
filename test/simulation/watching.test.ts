// Watching, pausing and stepping a run: what a moment says, and that the run is the same as one nobody watched.

import { describe, expect, test } from 'vitest'
import type { HostPort } from '../../runtime/host/host-port.ts'
import { nodeHost } from '../../runtime/host/node.ts'
import { elementsIn, type Frame, type Moment, type RunSettings } from '../../runtime/host/protocol.ts'
import { EngineSession } from '../../runtime/host/session.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { listsOf } from '../harness/channels-of-moment.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const DETECTOR = `
import { KeyedProcessFunction, Types, ValueStateDescriptor } from 'streambed'
export class FraudDetector extends KeyedProcessFunction {
  open() {
    const context = this.getRuntimeContext()
    this.flag = context.getState(new ValueStateDescriptor('flag', Types.BOOLEAN))
    this.timer = context.getState(new ValueStateDescriptor('timer', Types.LONG))
  }
  processElement(transaction, context, out) {
    const wasSmall = this.flag.value()
    if (wasSmall !== null) {
      if (transaction.amount > 500) {
        out.collect('alert ' + transaction.accountId)
      }
      context.timerService().deleteProcessingTimeTimer(this.timer.value())
      this.flag.clear()
      this.timer.clear()
    }
    if (transaction.amount < 1) {
      this.flag.update(true)
      const due = context.timerService().currentProcessingTime() + 60_000
      context.timerService().registerProcessingTimeTimer(due)
      this.timer.update(due)
    }
  }
  onTimer() {
    this.flag.clear()
    this.timer.clear()
  }
}`

const JOB = `
import { StreamExecutionEnvironment, TransactionSource, WatermarkStrategy } from 'streambed'
import { FraudDetector } from './FraudDetector'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromSource(TransactionSource.bounded(), WatermarkStrategy.noWatermarks(), 'transactions')
  .keyBy((transaction) => transaction.accountId)
  .process(new FraudDetector())
  .name('fraud-detector')
  .print()
await env.execute()`

const SLOW = { bufferRecords: 1, sourceRecords: 1, credits: 8, latencyUs: 300_000, bufferTimeoutUs: 0 }

const SILENCE = [
  { atMs: 0, value: { accountId: 1, timestamp: 0, amount: 0.5 } },
  { atMs: 61_000, value: { accountId: 1, timestamp: 61_000, amount: 800 } },
]

function job(): CompiledJob {
  const files = [
    { name: 'Job.ts', text: JOB },
    { name: 'FraudDetector.ts', text: DETECTOR },
  ]
  const { job: made, diagnostics } = compiled(files, 'Job.ts')
  expect(diagnostics).toEqual([])
  return made as CompiledJob
}

/** Runs to the end by single steps; gives the moments after each. */
async function stepThrough(settings: RunSettings): Promise<{ moments: Moment[]; frames: Frame[]; hash: string }> {
  const session = newSession()
  const frames: Frame[] = []
  const outcome = await session.run(job(), { ...settings, isWatched: true, startsPaused: true }, async (frame) => {
    frames.push(frame)
    if (frame.isPaused) await session.step('record')
  })
  expect(outcome.diagnostics).toEqual([])
  return { moments: frames.flatMap(({ moment }) => (moment ? [moment] : [])), frames, hash: outcome.hash }
}

async function hashOf(settings: RunSettings): Promise<string> {
  return (await newSession().run(job(), settings, () => undefined)).hash
}

describe('a watched run', () => {
  test.each([
    ['alone', {}],
    ['on a slow network, three subtasks', { parallelism: 3, seed: 7, cluster: SLOW }],
    ['with an input of its own', { inputs: { transactions: SILENCE } }],
  ] as [string, RunSettings][])('%s has the hash of one nobody watches', async (_name, settings) => {
    const hash = await hashOf(settings)
    expect(await hashOf({ ...settings, isWatched: true })).toBe(hash)
    expect(await hashOf({ ...settings, isWatched: true, speed: 100_000 })).toBe(hash)
    expect((await stepThrough(settings)).hash).toBe(hash)
  })

  test('steps once for every record on every subtask, and once for a timer', async () => {
    const { moments } = await stepThrough({ cluster: SLOW })
    const hands = moments.flatMap(({ hand }) => (hand ? [hand] : []))
    // 50 at the source, 50 at the detector, one alert at the sink; the last frame shows the last hand again.
    const tasks = hands.map(({ task }) => task)
    expect(new Set(tasks)).toEqual(new Set([0, 1]))
    expect(tasks.filter((task) => task === 0).length).toBeGreaterThanOrEqual(50)
    const last = moments.at(-1) as Moment
    expect(last.tasks.map(({ recordsIn }) => recordsIn)).toEqual([50, 50])
  })

  test('shows a timer set, and fired, and the state before and after', async () => {
    const { moments } = await stepThrough({ inputs: { transactions: SILENCE }, cluster: SLOW })
    const steps = moments.map(({ tasks, hand }) => ({ hand, key: tasks[1]?.keyed?.keys[0] }))
    const set = steps.find(({ key }) => key?.timers[0]?.change === 'registered')
    expect(set?.key?.cells).toEqual([
      { text: 'true', was: null },
      { text: '60300', was: null },
    ])
    expect(set?.hand?.calls.map(({ kind, name, text }) => `${kind} ${name} ${text}`)).toEqual([
      'read flag null',
      'update flag true',
      'register processing time 60300',
      'update timer 60300',
    ])
    expect(set?.hand?.calls.map(({ at }) => `${at?.file}:${at?.line}`)).toEqual([
      'FraudDetector.ts:10',
      'FraudDetector.ts:20',
      'FraudDetector.ts:22',
      'FraudDetector.ts:23',
    ])
    const fired = steps.find(({ key }) => key?.timers[0]?.change === 'fired')
    expect(fired?.hand).toMatchObject({ kind: 'timer', timestamp: 60_300, key: '1' })
    expect(fired?.key?.cells).toEqual([
      { text: null, was: 'true' },
      { text: null, was: '60300' },
    ])
  })

  test('follows a record from channel to state to row', async () => {
    const { moments, frames } = await stepThrough({ cluster: SLOW, parallelism: 2 })
    const alert = moments.find(({ hand }) => (hand?.rows.length ?? 0) > 0)
    expect(alert?.hand).toMatchObject({ rows: [0], key: '3', text: expect.stringContaining('871.15') as unknown })
    const { channel = -1, id = -1 } = alert?.hand?.element ?? {}
    const wasInChannel = moments.some((moment) =>
      elementsIn(moment.channels, channel).some((element) => element.id === id && element.label === '3'),
    )
    expect(wasInChannel).toBe(true)
    expect(frames[0]?.topology?.vertices.map(({ name }) => name)).toEqual([
      'Source: transactions',
      'fraud-detector -> Sink: Print to Std. Out',
    ])
    expect(frames.filter(({ topology }) => topology !== null)).toHaveLength(1)
  })

  test('labels are keys also where there is one channel only, and asking for them is no call of the run', async () => {
    const counting = JOB.replace(
      '(transaction) => transaction.accountId',
      '(transaction) => (calls++, transaction.accountId)',
    )
      .replace('const env', 'let calls = 0\nconst env')
      .replace('.print()', '.map((alert) => alert + calls).print()')
    const made = compiled(
      [
        { name: 'Job.ts', text: counting },
        { name: 'FraudDetector.ts', text: DETECTOR },
      ],
      'Job.ts',
    ).job as CompiledJob
    const labels = new Set<string>()
    const watched = await newSession().run(made, { isWatched: true, cluster: SLOW, speed: 1000 }, ({ moment }) => {
      for (const { kind, label } of listsOf(moment?.channels).flat()) if (kind === 'record') labels.add(label)
    })
    expect([...labels].filter((label) => !/^[1-5]$/.test(label))).toEqual([])
    const alone = await newSession().run(made, { cluster: SLOW }, () => undefined)
    expect(watched.hash).toBe(alone.hash)
  })

  test('shows what functions give, where the stream is keyed, and every timer that one watermark fires', async () => {
    const text = `
import { KeyedProcessFunction, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
class Remind extends KeyedProcessFunction {
  processElement(value, context) {
    context.timerService().registerEventTimeTimer(value.at + 1)
  }
  onTimer(timestamp, context, out) {
    out.collect(context.getCurrentKey() + ' at ' + timestamp)
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromElements({ key: 'a', at: 10 }, { key: 'b', at: 20 }, { key: 'a', at: 30 }, { key: 'c', at: 1000 })
  .assignTimestampsAndWatermarks(
    WatermarkStrategy.noWatermarks().withTimestampAssigner((value) => value.at))
  .map((value) => ({ ...value, at: value.at * 2 }))
  .filter((value) => value.key !== 'c')
  .keyBy((value) => value.key)
  .process(new Remind())
  .print()
await env.execute()`
    const { job: made, diagnostics } = compiled([{ name: 'Job.ts', text }], 'Job.ts')
    expect(diagnostics).toEqual([])
    const moments: Moment[] = []
    let keyedAt: unknown = null
    const session = newSession()
    const settings = { isWatched: true, startsPaused: true, cluster: SLOW }
    const outcome = await session.run(made as CompiledJob, settings, async ({ topology, moment, isPaused }) => {
      keyedAt ??= topology?.vertices.at(-1)?.inputs[0]?.keyedAt
      if (moment) moments.push(moment)
      if (isPaused) await session.step('record')
    })
    expect(outcome.diagnostics).toEqual([])
    expect(keyedAt).toMatchObject({ file: 'Job.ts', line: 18 })
    const results = moments.flatMap(({ hand }) => (hand?.calls ?? []).filter(({ kind }) => kind === 'result'))
    expect(results.map(({ name, text: given, at }) => `${at?.line} ${name} ${given}`).slice(0, 2)).toEqual([
      '16 map {key=a, at=20}',
      '17 filter true',
    ])
    // The end of the input fires all three in one step; each is there, with its key, what it gave, and its mark.
    const fired = moments.find(({ hand }) => hand?.kind === 'timer')
    expect(fired?.hand?.timers).toEqual([
      { key: 'a', at: 21, isEventTime: true },
      { key: 'b', at: 41, isEventTime: true },
      { key: 'a', at: 61, isEventTime: true },
    ])
    expect(fired?.hand?.calls.map(({ text: given }) => given)).toEqual(['a at 21', 'b at 41', 'a at 61'])
    expect(fired?.hand?.rows).toEqual([0, 1, 2])
    expect(fired?.tasks.at(-1)?.keyed?.keys.map(({ key, timers, isCurrent }) => ({ key, timers, isCurrent }))).toEqual([
      {
        key: 'a',
        timers: [
          { at: 21, isEventTime: true, change: 'fired' },
          { at: 61, isEventTime: true, change: 'fired' },
        ],
        isCurrent: true,
      },
      { key: 'b', timers: [{ at: 41, isEventTime: true, change: 'fired' }], isCurrent: true },
    ])
    expect(outcome.hash).toBe((await newSession().run(made as CompiledJob, { cluster: SLOW }, () => undefined)).hash)
  })

  test('an unknown source of an input, and a record out of order, are said', async () => {
    const run = (inputs: RunSettings['inputs']) => newSession().run(job(), { inputs } as RunSettings, () => undefined)
    expect((await run({ payments: [] })).diagnostics[0]).toMatchObject({
      code: 'INPUT_SOURCE_UNKNOWN',
      params: { source: 'payments', names: 'transactions' },
    })
    const backwards = [...SILENCE].reverse()
    expect((await run({ transactions: backwards })).diagnostics[0]).toMatchObject({ code: 'INPUT_RECORD' })
  })

  test('a stretch without events is passed over and said so', async () => {
    // A host whose clock moves only when the driver sleeps.
    let wallMs = 0
    const host: HostPort = {
      ...nodeHost,
      wallMs: () => wallMs,
      sleep: async (ms) => void (wallMs += ms),
    }
    const skipped: number[] = []
    await new EngineSession(host).run(
      job(),
      { inputs: { transactions: SILENCE }, isWatched: true, speed: 1, cluster: SLOW },
      ({ skippedMs }) => void (skippedMs > 0 && skipped.push(skippedMs)),
    )
    // 61 virtual seconds at normal speed: only what has something to show takes real time.
    expect(wallMs).toBeLessThan(5000)
    expect(wallMs + skipped.reduce((a, b) => a + b, 0)).toBeGreaterThan(61_000)
  })
})

test('who wants to see more of a run that plays is shown it at once, whenever the next event is', async () => {
  let asked = 0
  const session = new EngineSession({
    ...nodeHost,
    // A night that only a question ends.
    sleep: async (ms) => {
      if (asked++ > 0) return nodeHost.sleep(ms)
      queueMicrotask(() => void session.watch({ keys: 0, state: { filter: '', open: null } }))
      await new Promise(() => undefined)
    },
  })
  const shown: boolean[] = []
  const outcome = await session.run(job(), { isWatched: true, speed: 1, cluster: SLOW }, async ({ moment }) => {
    if (moment !== null) shown.push(moment.state !== null)
    if (asked > 0) await session.stop()
  })
  expect(shown.slice(0, 2)).toEqual([false, true])
  expect(outcome.state).toBe('stopped')
})

test('a record is called by its key where it was keyed, though it travelled without one before', async () => {
  const text = `
import { StreamExecutionEnvironment, TransactionSource, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromSource(TransactionSource.bounded(), WatermarkStrategy.noWatermarks(), 'transactions')
  .rebalance()
  .filter(() => true)
  .keyBy((transaction) => transaction.accountId)
  .reduce((a, b) => b)
  .print()
await env.execute()`
  const { job: made } = compiled([{ name: 'Job.ts', text }], 'Job.ts')
  const session = newSession()
  const labels = new Map<string, Set<string>>()
  await session.run(
    made as CompiledJob,
    { isWatched: true, parallelism: 1, cluster: SLOW, startsPaused: true },
    async (frame) => {
      listsOf(frame.moment?.channels).forEach((elements, i) => {
        const seen = labels.get(String(i)) ?? new Set()
        labels.set(String(i), seen)
        for (const { kind, label } of elements) if (kind === 'record') seen.add(label)
      })
      if (frame.isPaused) await session.step('record')
    },
  )
  const [unkeyed = new Set(), keyed = new Set()] = labels.values()
  expect([...unkeyed].every((label) => label.startsWith('{accountId'))).toBe(true)
  expect([...keyed].sort()).toEqual(['1', '2', '3', '4', '5'])
})
