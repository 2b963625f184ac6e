// The world outside of the cluster from one run to the next: a job that is stopped with a savepoint goes on from it on the
// same topics and tables, and every record is there once.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readOutside, restoreOutside, writeOutside } from '../../runtime/cluster/outside-file.ts'
import { logOf } from '../../runtime/connectors/log/log-cluster.ts'
import { restoreLog, snapshotLog } from '../../runtime/connectors/log/log-snapshot.ts'
import type { RunSettings } from '../../runtime/host/protocol.ts'
import type { EngineSession } from '../../runtime/host/session.ts'
import { Outside } from '../../runtime/operators/outside.ts'
import { newSession, runText, type HostedRun } from '../harness/compiled-job.ts'

/** Numbers that somebody outside writes to a topic, 20 a second, go to another topic and into a table, once each. */
const job = (database: string, producer = 'producedBy'): string => `import {
  DataGeneratorSource, JdbcSink, KafkaRecordSerializationSchema, KafkaSink, KafkaSource, NewTopic, RateLimiterStrategy,
  StreamExecutionEnvironment, WatermarkStrategy,
} from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()${database}.enableCheckpointing(400)
const source = new DataGeneratorSource((i: number) => i, 10_000, RateLimiterStrategy.perSecond(20))
const list = Array.from({ length: 200 }, (_, i) => ({ value: i, atMs: i * 50 }))
const input = new NewTopic('input', 2)
env.createTopic('${producer}' === 'producedBy' ? input.producedBy(source) : input.withRecords(...list))
env.createDatabaseTable('CREATE TABLE numbers (n INT)')
const numbers = env
  .fromSource(KafkaSource.builder<number>().setTopics('input').build(), WatermarkStrategy.noWatermarks(), 'input')
  .uid('input')
numbers
  .sinkTo(
    KafkaSink.builder<number>()
      .setRecordSerializer(KafkaRecordSerializationSchema.builder<number>().setTopic('output').build())
      .setDeliveryGuarantee('EXACTLY_ONCE')
      .setTransactionalIdPrefix('numbers')
      .build(),
  )
  .uid('output')
numbers
  .sinkTo(
    JdbcSink.builder<number>()
      .withQueryStatement('INSERT INTO numbers VALUES (?)', (statement, n) => statement.setLong(1, n))
      .buildExactlyOnce(),
  )
  .uid('table')
await env.execute('numbers')
`
const KINDS = [
  ['tables in memory', job('')],
  ['SQLite', job('.useSqlite()')],
  ['records from a list', job('', 'withRecords')],
] as const
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const inOrder = (numbers: readonly number[]): number[] => numbers.slice().sort((a, b) => a - b)

function outputOf({ outcome }: HostedRun): number[] {
  const topic = outcome?.topics.find((candidate) => candidate.topic === 'output')
  const committed = topic?.partitions.flatMap((records) => records.filter(({ state }) => state === 'committed')) ?? []
  return inOrder(committed.map(({ value }) => JSON.parse(value) as number))
}

async function tableOf(session: EngineSession): Promise<number[]> {
  return inOrder((await session.query('SELECT n FROM numbers')).rows.map(([n]) => Number(n)))
}

async function stopped(
  text: string,
  settings: RunSettings = {},
): Promise<Required<Pick<RunSettings, 'savepoint' | 'outside'>>> {
  const session = newSession()
  const { outcome, diagnostics } = await runText(session, text, {
    ...settings,
    savepointsAt: [{ atMs: 1530, stop: 'suspend' }],
  })
  expect(diagnostics).toEqual([])
  const savepoint = outcome?.savepoints[0]?.file?.text ?? ''
  return {
    savepoint: { file: 'savepoint', text: savepoint },
    outside: { file: 'outside', text: await session.outside() },
  }
}

describe.each(KINDS)('a job that goes on, %s', (_name, text) => {
  test.each([
    [1, 1],
    [2, 3],
  ])('at parallelism %i, then %i: each number once, in the topic and in the table', async (before, after) => {
    const session = newSession()
    const start = await stopped(text, { parallelism: before })
    const run = await runText(session, text, { parallelism: after, untilMs: 4000, ...start })
    expect(run.diagnostics).toEqual([])
    expect(outputOf(run).length).toBeGreaterThan(60)
    expect(outputOf(run)).toEqual(upTo(outputOf(run).length))
    expect(await tableOf(session)).toEqual(outputOf(run))
  })

  test('the same file and settings give the same run', async () => {
    const start = await stopped(text)
    const hashes = [0, 1].map(
      async () => (await runText(newSession(), text, { untilMs: 3000, ...start })).outcome?.hash,
    )
    const [first, second] = await Promise.all(hashes)
    expect(first).toMatch(/^[0-9a-f]{16}$/)
    expect(second).toBe(first)
  })
})

test('a run goes on with an outside without a savepoint: time goes on, and the job begins anew', async () => {
  const { outside } = await stopped(job(''))
  const session = newSession()
  const run = await runText(session, job(''), { untilMs: 3000, outside })
  const found = outputOf(run)
  // What the first job had written stands there, and is read from the beginning and written again.
  expect(found.filter((n) => n === 0)).toEqual([0, 0])
  expect(found.filter((n) => n === 50)).toEqual([50])
  expect(run.outcome?.position.virtualMs).toBeGreaterThan(2900)
})

test('a run that is executed again from its start begins with the same outside again', async () => {
  const text = job('.useSqlite()')
  const start = await stopped(text)
  const plain = await runText(newSession(), text, { untilMs: 3000, ...start })
  const session = newSession()
  const watched = await runText(session, text, {
    ...{ untilMs: 3000, isWatched: true },
    ...start,
  })
  expect(watched.outcome?.hash).toBe(plain.outcome?.hash)
  expect(await tableOf(session)).toEqual(outputOf(plain))
})

describe('the file', () => {
  const outside = new Outside()
  const log = logOf(outside)
  for (const id of ['committed', 'aborted', 'open']) {
    const producer = log.transactions.initTransactions(id, 1000, 5)
    const [partition] = log.topicToWrite('topic').partitions
    if (partition !== undefined) log.append(partition, { key: id, value: { n: 2n }, timestamp: NaN }, 7, producer)
    if (id === 'committed') log.transactions.commit(producer, 8)
    if (id === 'aborted') log.transactions.abort(producer, 9)
  }
  log.commitOffsets('group', new Map([['topic-0', 3]]))
  outside.files.set('/out/part-0', { text: 'a\n', state: 'finished' })
  const text = writeOutside(outside, 12_000)

  test('holds transactions, offsets and files as they are', () => {
    const again = new Outside()
    const content = readOutside(text, 'file')
    restoreOutside(again, content)
    expect(content.atUs).toBe(12_000)
    expect(writeOutside(again, 12_000)).toBe(text)
    const partition = logOf(again).topics.get('topic')?.partitions[0]
    expect([partition?.lastStableOffset(), partition?.endOffset()]).toEqual([4, 5])
    expect(logOf(again).transactions.openIds()).toEqual(['open'])
    expect(logOf(again).nextAlarmMs).toBe(1007)
    logOf(again).transactions.expire(2000)
    expect(partition?.lastStableOffset()).toBe(6)
  })

  test('a producer that nobody has taken up again is kept', () => {
    const snapshot = {
      ...snapshotLog(log),
      outside: [['topic', { position: 4, splits: [], partitioner: { random: { a: 1, b: 2 }, sticky: [] } }]] as const,
    }
    const again = logOf(new Outside())
    restoreLog(again, snapshot)
    expect(snapshotLog(again)).toEqual(snapshot)
  })

  test.each<[name: string, text: string, code: string]>([
    ['cut off', text.slice(0, -20), 'OUTSIDE_DAMAGED'],
    ['with another number in it', text.replace('"startOffset":0', '"startOffset":1'), 'OUTSIDE_DAMAGED'],
    ['of the next version', text.replace('"version":1', '"version":2'), 'OUTSIDE_VERSION'],
    ['something else', '{"format":"streambed savepoint"}', 'OUTSIDE_NONE'],
  ])('%s is refused: %s', async (_name, given, code) => {
    const { outcome } = await runText(newSession(), job(''), { outside: { file: 'world.json', text: given } })
    expect(outcome?.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.params['file']])).toEqual([
      [code, 'world.json'],
    ])
  })

  test('with tables in SQLite isn’t for a job with tables in memory, nor the other way round', async () => {
    for (const [kept, wanted, code] of [
      [job('.useSqlite()'), job(''), 'OUTSIDE_IN_SQLITE'],
      [job(''), job('.useSqlite()'), 'OUTSIDE_IN_MEMORY'],
    ] as const) {
      const { outside: given } = await stopped(kept)
      const { outcome } = await runText(newSession(), wanted, { outside: given })
      expect(outcome?.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
    }
  })
})

describe('on the command line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'outside-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('stopped in one process, gone on with in another', () => {
    const source = path.join(folder, 'job.ts')
    writeFileSync(source, job('.useSqlite()'))
    const world = path.join(folder, 'world.json')
    const streambed = (...args: string[]) => {
      const root = path.resolve(import.meta.dirname, '../..')
      const common = ['run', source, '--savepointPath', folder, '--outside', world, '--lang', 'en']
      return spawnSync(process.execPath, ['bin/streambed.mjs', ...common, ...args], { cwd: root, encoding: 'utf8' })
    }
    expect(existsSync(world)).toBe(false)
    const savepoint = /Path: (.*)\n/.exec(streambed('--stop-at', '1500').stderr)?.[1] ?? ''
    expect(streambed('-s', savepoint, '--until', '4000').stderr).toBe('')
    const { log } = readOutside(readFileSync(world, 'utf8'), world)
    const output = log.topics.find(({ name }) => name === 'output')
    const committed = output?.partitions.flatMap(({ records }) =>
      records.filter(
        ({ marker, transaction }) => marker === null && log.transactions[transaction ?? -1]?.state === 'committed',
      ),
    )
    const numbers = inOrder((committed ?? []).map(({ value }) => Number(value)))
    expect(numbers.length).toBeGreaterThan(60)
    expect(numbers).toEqual(upTo(numbers.length))
    writeFileSync(world, 'hello')
    expect(streambed().stderr).toContain('[OUTSIDE_NONE]')
  }, 180_000)
})
