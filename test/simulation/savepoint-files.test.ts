// Savepoints as hosts meet them: asked for while a job runs, at set times, as files to start from and to look into, and on
// the command line.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type {
  RunSettings,
  SavepointFile,
  SavepointOutcome,
  SavepointStop,
  SavepointView,
} from '../../runtime/host/protocol.ts'
import { savepointText } from '../../runtime/host/savepoint-text.ts'
import { inspectSavepoint } from '../../runtime/host/savepoints.ts'
import { compiled, newSession, runText, type HostedRun } from '../harness/compiled-job.ts'

const text = (uid: string, configuration = ''): string => `
import {
  Configuration, DataGeneratorSource, KeyedProcessFunction, RateLimiterStrategy, StreamExecutionEnvironment, Types,
  ValueStateDescriptor, WatermarkStrategy, type Collector, type Context, type OnTimerContext,
} from 'streambed'

class Counter extends KeyedProcessFunction<number, number, string> {
  readonly #count = new ValueStateDescriptor('count', Types.LONG)

  override processElement(_value: number, ctx: Context<number>, out: Collector<string>): void {
    const count = this.getRuntimeContext().getState(this.#count)
    count.update((count.value() ?? 0) + 1)
    ctx.timerService().registerEventTimeTimer(1_000_000)
    out.collect(ctx.getCurrentKey() + ' ' + count.value())
  }

  override onTimer(_time: number, ctx: OnTimerContext<number>, out: Collector<string>): void {
    out.collect(ctx.getCurrentKey() + ' fired')
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.configure(new Configuration()${configuration})
env
  .fromSource(
    new DataGeneratorSource((i: number) => i, 60, RateLimiterStrategy.perSecond(20)),
    WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((i) => i),
    'numbers',
  )
  .uid('numbers')
  .keyBy((i) => i % 3)
  .process(new Counter())
  .uid('${uid}')
  .print()
await env.execute('counting')
`

const job = text('counter')
const rowsOf = ({ rows }: HostedRun): string[] => rows.map((row) => row.text)
const run = (source: string, settings: RunSettings): Promise<HostedRun> => runText(newSession(), source, settings)

function fileOf(outcome: SavepointOutcome | undefined): SavepointFile {
  if (outcome?.file == null) throw new Error(`no savepoint: ${outcome?.diagnostic?.code}`)
  return outcome.file
}

async function stoppedAt(atMs: number, stop: SavepointStop = 'suspend'): Promise<[HostedRun, SavepointFile]> {
  const first = await run(job, { savepointsAt: [{ atMs, stop }] })
  return [first, fileOf(first.outcome?.savepoints[0])]
}

const whole = run(job, {}).then(rowsOf)

describe('at a set time', () => {
  test('a run that starts from the file does what was left, later in virtual time', async () => {
    const [first, { text: savepoint, path: name, atMs }] = await stoppedAt(1500)
    expect([first.outcome?.state, name, atMs]).toEqual(['finished', 'savepoint-1', 1501])
    const second = await run(job, { parallelism: 2, savepoint: { file: name, text: savepoint } })
    expect(second.outcome?.state).toBe('finished')
    expect([...rowsOf(first), ...rowsOf(second)].sort()).toEqual((await whole).slice().sort())
    expect(Math.min(...second.rows.map(({ at }) => at))).toBeGreaterThan(1500)
  })

  test('the same settings give the same run', async () => {
    const settings: RunSettings = { savepointsAt: [{ atMs: 700, stop: 'none' }] }
    const [a, b] = [await run(job, settings), await run(job, settings)]
    expect(a.outcome?.hash).toBe(b.outcome?.hash)
    expect(a.outcome?.savepoints).toEqual(b.outcome?.savepoints)
    expect(rowsOf(a)).toEqual(await whole)
  })

  test('after the job is over there’s none, and the run says so', async () => {
    const { outcome } = await run(job, { savepointsAt: [{ atMs: 60_000, stop: 'none' }] })
    expect(outcome?.savepoints).toEqual([
      { file: null, diagnostic: { code: 'SAVEPOINT_NOT_RUNNING', params: {}, span: null } },
    ])
    expect(outcome?.position.virtualMs).toBeLessThan(60_000)
  })

  test.each<[name: string, settings: RunSettings]>([
    ['a time that isn’t one', { savepointsAt: [{ atMs: -1, stop: 'none' }] }],
    ['a stop that isn’t one', { savepointsAt: [{ atMs: 1, stop: 'later' as never }] }],
    ['a file without text', { savepoint: { file: 'x', text: undefined as never } }],
  ])('%s is refused', async (_name, settings) => {
    expect((await run(job, settings)).diagnostics.map(({ code }) => code)).toEqual(['SETTING'])
  })
})

describe('while it runs', () => {
  /** Asks for it as soon as so many rows are there. */
  async function askAfter(rows: number, stop: SavepointStop, settings: RunSettings = {}) {
    const session = newSession()
    const source = compiled([{ name: 'job.ts', text: job }]).job
    if (source === null) throw new Error('doesn’t compile')
    const asked: Promise<SavepointOutcome>[] = []
    const texts: string[] = []
    const outcome = await session.run(source, { isWatched: true, speed: 20, ...settings }, (frame) => {
      texts.push(...frame.rows.map((row) => row.text))
      if (texts.length >= rows && asked.length === 0) asked.push(session.savepoint(stop))
    })
    return { outcome, texts, file: fileOf(await asked[0]) }
  }

  test('the job goes on; the answer is the file that the outcome has', async () => {
    const { outcome, texts, file } = await askAfter(5, 'none')
    expect([outcome.state, texts]).toEqual(['finished', await whole])
    // The answer also says how far the run had come, for whoever shares what begins with it.
    const { madeBy, ...same } = file
    expect(outcome.savepoints).toEqual([{ file: same, diagnostic: null }])
    expect(madeBy?.map(({ action }) => action)).toEqual([{ kind: 'savepoint', stop: 'none' }])
  })

  test('stopped, and gone on with', async () => {
    const { outcome, texts, file } = await askAfter(5, 'suspend')
    expect(outcome.state).toBe('finished')
    const second = await run(job, { savepoint: { file: file.path, text: file.text } })
    expect([...texts, ...rowsOf(second)].sort()).toEqual((await whole).slice().sort())
  })

  test('drained', async () => {
    const { texts } = await askAfter(5, 'drain')
    expect(texts.filter((row) => row.includes('fired')).sort()).toEqual(['0 fired', '1 fired', '2 fired'])
  })

  test('with nothing running there’s none', async () => {
    const { diagnostic } = await newSession().savepoint('none')
    expect(diagnostic?.code).toBe('SAVEPOINT_NOT_RUNNING')
  })
})

describe('what doesn’t fit', () => {
  test('state that nobody claims, unless it’s allowed: then the operator begins with none', async () => {
    const [, { path: file, text: savepoint }] = await stoppedAt(1500)
    const refused = await run(text('other'), { savepoint: { file, text: savepoint } })
    expect(refused.diagnostics).toEqual([
      { code: 'RESTORE_NO_UID', params: { operator: 'KeyedProcess', uid: 'counter' }, span: null },
    ])
    const allowed = await run(text('other'), { savepoint: { file, text: savepoint, allowNonRestoredState: true } })
    expect(rowsOf(allowed).slice(0, 3)).toEqual(['0 1', '1 1', '2 1'])
    const configured = text('other', `.set('execution.state-recovery.ignore-unclaimed-state', true)`)
    expect(rowsOf(await run(configured, { savepoint: { file, text: savepoint } }))).toEqual(rowsOf(allowed))
  })

  test('another max parallelism is refused where the operator is', async () => {
    const [, { path: file, text: savepoint }] = await stoppedAt(1500)
    const other = text('counter', `.set('pipeline.max-parallelism', 256)`)
    const { diagnostics } = await run(other, { savepoint: { file, text: savepoint } })
    expect(diagnostics[0]?.code).toBe('RESTORE_MAX_PARALLELISM')
    expect(diagnostics[0]?.span?.line).toBeGreaterThan(20)
  })

  test('a state of another type fails the job with its name, once and for all', async () => {
    const [, { path: file, text: savepoint }] = await stoppedAt(1500)
    const source = text('counter', `.set('execution.checkpointing.interval', '1 s')`)
    const other = source
      .replace("'count', Types.LONG", "'count', Types.STRING")
      .replace('(count.value() ?? 0) + 1', "'x'")
    const { outcome, diagnostics } = await run(other, { savepoint: { file, text: savepoint } })
    expect(outcome?.state).toBe('failed')
    const params = { state: 'count', before: 'value(LONG)', now: 'value(STRING)' }
    expect(diagnostics[0]).toMatchObject({ code: 'RESTORE_STATE_TYPE', params })
  })
})

describe('keys of another class than those in the savepoint', () => {
  test('fail the job at the first of them, once and for all', async () => {
    const [, { path: file, text: savepoint }] = await stoppedAt(1500)
    const other = text('counter', `.set('execution.checkpointing.interval', '1 s')`)
      .replace('keyBy((i) => i % 3)', 'keyBy((i) => String(i % 3))')
      .replaceAll('<number, number, string>', '<string, number, string>')
    const { outcome, diagnostics } = await run(other, { savepoint: { file, text: savepoint }, untilMs: 60_000 })
    expect([outcome?.state, outcome?.position.virtualMs]).toEqual(['failed', 1501])
    const params = { first: 'LONG', later: 'STRING' }
    expect(diagnostics).toMatchObject([{ code: 'KEY_CLASS_RESTORED', params }])
  })
})

describe('named by the job’s configuration', () => {
  const configured = text('counter', `.set('execution.state-recovery.path', 'file:///kept/savepoint-1')`)

  test('a file of the run', async () => {
    const [first, { text: savepoint }] = await stoppedAt(1500)
    const second = await run(configured, { files: { '/kept/savepoint-1': savepoint } })
    expect([...rowsOf(first), ...rowsOf(second)].sort()).toEqual((await whole).slice().sort())
  })

  test('that isn’t there', async () => {
    expect((await run(configured, {})).diagnostics[0]?.code).toBe('SAVEPOINT_MISSING')
  })

  test('and where savepoints go', async () => {
    const source = text('counter', `.set('execution.checkpointing.savepoint-dir', '/kept/')`)
    const { outcome } = await run(source, { savepointsAt: [{ atMs: 500, stop: 'none' }] })
    expect(fileOf(outcome?.savepoints[0]).path).toBe('/kept/savepoint-1')
  })
})

describe('checkpoints that outlive the job', () => {
  const retaining = (retention: string, more = '') =>
    text(
      'counter',
      `.set('execution.checkpointing.interval', '400 ms')
       .set('execution.checkpointing.externalized-checkpoint-retention', '${retention}')${more}`,
    )
  const paths = ({ outcome }: HostedRun): readonly string[] => outcome?.checkpoints.map((file) => file.path) ?? []
  const failing = (source: string) =>
    source.replace('out.collect(ctx', "if (count.value() === 9) throw 'nine'; out.collect(ctx")
  const noRestart = `.set('restart-strategy.type', 'none')`

  test('of a job that somebody ended: a run goes on from the last', async () => {
    const first = await run(retaining('RETAIN_ON_CANCELLATION'), { untilMs: 1500 })
    expect(paths(first)).toEqual(['chk-3'])
    const [file] = first.outcome?.checkpoints ?? []
    expect(file?.kind).toBe('checkpoint')
    const second = await run(job, { savepoint: { file: 'chk-3', text: file?.text ?? '' } })
    const before = rowsOf(first).slice(0, 60 - second.rows.filter((row) => !row.text.includes('fired')).length)
    expect([...before, ...rowsOf(second)].sort()).toEqual((await whole).slice().sort())
  })

  test('as many as are to be kept, where they are to be kept', async () => {
    const more = `.set('execution.checkpointing.num-retained', 2).set('execution.checkpointing.dir', '/chk/')`
    const first = await run(retaining('RETAIN_ON_CANCELLATION', more), { untilMs: 1500 })
    const folder = `/chk/${(JSON.parse(first.outcome?.plan ?? '') as { hash: string }).hash}`
    expect(paths(first)).toEqual([`${folder}/chk-2`, `${folder}/chk-3`])
    const plain = `${more}.set('execution.checkpointing.create-subdir', false)`
    expect(paths(await run(retaining('RETAIN_ON_CANCELLATION', plain), { untilMs: 1500 }))[0]).toBe('/chk/chk-2')
  })

  test.each<[retention: string, ended: number, failed: number]>([
    ['NO_EXTERNALIZED_CHECKPOINTS', 0, 0],
    ['DELETE_ON_CANCELLATION', 0, 1],
    ['RETAIN_ON_CANCELLATION', 1, 1],
  ])(
    '%s: %i of one that was ended, %i of one that failed, none of one that finished',
    async (retention, ended, failed) => {
      const source = retaining(retention, noRestart)
      expect(paths(await run(source, { untilMs: 1500 }))).toHaveLength(ended)
      const lost = await run(failing(source), {})
      expect([lost.outcome?.state, paths(lost).length]).toEqual(['failed', failed])
      expect(paths(await run(source, {}))).toEqual([])
    },
  )

  test('a savepoint that the job has claimed goes once a checkpoint has taken its place', async () => {
    const [, { text: savepoint }] = await stoppedAt(1000)
    const started = (claimMode: 'CLAIM' | 'NO_CLAIM', untilMs: number) =>
      run(retaining('RETAIN_ON_CANCELLATION'), { untilMs, savepoint: { file: 'x', text: savepoint, claimMode } })
    expect((await started('CLAIM', 1300)).outcome?.isSavepointGone).toBe(false)
    expect((await started('CLAIM', 2000)).outcome?.isSavepointGone).toBe(true)
    expect((await started('NO_CLAIM', 2000)).outcome?.isSavepointGone).toBe(false)
    expect(paths(await started('CLAIM', 1300))).toEqual([])
  })
})

test('a look into it: operators, states, keys with their groups, timers, positions', async () => {
  const [, { path: file, text: savepoint }] = await stoppedAt(1500)
  const { view } = await newSession().inspectSavepoint({ file, text: savepoint }, 100)
  const [source, counter, sink] = view?.operators ?? []
  expect(source?.operator.map(({ state, value }) => [state, value])).toEqual([
    ['SourceReaderState', '{id=0, position=30, end=60}'],
  ])
  expect(counter).toMatchObject({ uid: 'counter', keyCount: 3, keyType: 'LONG', maxParallelism: 128 })
  expect(counter?.states).toEqual([{ name: 'count', type: 'value(LONG)', expires: false }])
  expect(counter?.keyed).toContainEqual({
    ...{ key: '1', keyGroup: 86, subtask: 0, window: null },
    ...{ state: 'count', value: '10', timers: [] },
  })
  const timers = [{ time: 1_000_000, isEventTime: true }]
  expect(counter?.keyed).toContainEqual(expect.objectContaining({ key: '1', state: null, timers }))
  expect([sink?.hasState, counter?.hasState]).toEqual([false, true])
  expect((await newSession().inspectSavepoint({ file, text: '{}' }, 1)).diagnostic?.code).toBe('SAVEPOINT_NONE')
})

describe('on the command line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'savepoints-'))
  const source = path.join(folder, 'job.ts')
  writeFileSync(source, job)
  afterAll(() => rmSync(folder, { recursive: true }))

  const streambed = (...args: string[]) => {
    const root = path.resolve(import.meta.dirname, '../..')
    return spawnSync(process.execPath, ['bin/streambed.mjs', ...args, '--lang', 'en'], { cwd: root, encoding: 'utf8' })
  }

  test('stopped, looked into, and gone on with', async () => {
    const first = streambed('run', source, '--stop-at', '1500', '--savepointPath', folder)
    const file = path.join(folder, 'savepoint-1.json')
    expect(first.stderr).toBe(`Savepoint completed. Path: ${file}\n`)
    const inEnglish = streambed('savepoint', file).stdout
    expect(inEnglish).toContain('  86     0        1            count   10\n')
    expect(inEnglish).toMatch(/, 3 keys of LONG\n[^]*, no state\n$/)
    const { view } = inspectSavepoint({ file, text: readFileSync(file, 'utf8') }, 2)
    // A Chinese character is as wide as two others.
    expect(
      savepointText(view as SavepointView, 'zh')
        .split('\n')
        .slice(5),
    ).toEqual([
      'KeyedProcess  uid counter  并行度 1，最大 128，3 个 LONG 类型的键',
      '  count：value(LONG)',
      '  键组  子任务  键  窗口  状态    值',
      '  86    0       1         count   10',
      '  86    0       1         定时器  事件时间 1000000',
      '',
      expect.stringMatching(/^Sink: .*，没有状态$/),
    ])
    const second = streambed('run', source, '-s', file)
    const lines = [...first.stdout.split('\n'), ...second.stdout.split('\n')].filter((line) => line !== '')
    expect(lines.sort()).toEqual((await whole).slice().sort())
    writeFileSync(path.join(folder, 'other.ts'), text('other'))
    expect(streambed('run', path.join(folder, 'other.ts'), '-s', file).stderr).toContain('[RESTORE_NO_UID]')
    expect(streambed('run', path.join(folder, 'other.ts'), '-s', file, '-n').stdout).toContain('0 1\n')
    writeFileSync(path.join(folder, 'cut.json'), readFileSync(file, 'utf8').slice(0, 900))
    const cut = streambed('savepoint', path.join(folder, 'cut.json'))
    expect([cut.status, cut.stderr]).toEqual([1, expect.stringContaining('[SAVEPOINT_DAMAGED]')])
  }, 60_000)

  test('drain alone says what it belongs to', () => {
    const { status, stderr } = streambed('run', source, '--drain')
    expect([status, stderr]).toEqual([2, expect.stringContaining('--drain goes with --stop-at')])
  })
})
