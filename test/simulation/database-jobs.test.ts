// Jobs that write into tables, through failures: appended at least once, upserted, and exactly once by prepare and commit;
// whichever database it is.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import { RandomStream } from '../../runtime/base/random.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import { topologyOf } from '../../runtime/cluster/topology.ts'
import type { DatabaseEngine } from '../../runtime/connectors/database/database.ts'
import { databaseOf } from '../../runtime/connectors/database/open-database.ts'
import { queryOutside } from '../../runtime/host/outside-views.ts'
import {
  DataGeneratorSource,
  JdbcExecutionOptions,
  JdbcSink,
  RateLimiterStrategy,
  WatermarkStrategy,
  type JdbcSinkBuilder,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { newSession, runText } from '../harness/compiled-job.ts'
import { ENGINES, outsideWith } from '../harness/databases.ts'
import { deployJob, runJob, type Build, type DeployedJob, type JobOptions } from '../harness/run-job.ts'

const TABLE = 'CREATE TABLE numbers (id BIGINT, n BIGINT)'
const KEYED = 'CREATE TABLE numbers (id BIGINT PRIMARY KEY, n BIGINT)'
const INSERT = 'INSERT INTO numbers (id, n) VALUES (?, ?)'
const UPSERT = `${INSERT} ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n`

interface Writing {
  readonly engine: DatabaseEngine
  readonly table: string
  readonly sql: string
  readonly sink: (builder: JdbcSinkBuilder<number>) => JdbcSink<number>
  readonly prepare?: (env: StreamExecutionEnvironment) => unknown
  readonly count?: number
}

const exactly = (builder: JdbcSinkBuilder<number>): JdbcSink<number> => builder.buildExactlyOnce()
const atLeast = (builder: JdbcSinkBuilder<number>): JdbcSink<number> => builder.buildAtLeastOnce()

/** Numbers, ten a second, written with themselves doubled. */
function writing({
  engine,
  table,
  sql,
  sink,
  prepare = (env) => env.enableCheckpointing(500),
  count = Infinity,
}: Writing): Build {
  return (env) => {
    prepare(env)
    if (engine === 'sqlite') env.useSqlite()
    env.createDatabaseTable(table)
    const source = new DataGeneratorSource((i: number) => i, count, RateLimiterStrategy.perSecond(10))
    const builder = JdbcSink.builder<number>().withQueryStatement(sql, (statement, value) => {
      statement.setLong(1, value)
      statement.setLong(2, value * 2)
    })
    env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').setParallelism(1).sinkTo(sink(builder))
  }
}

function deploy(what: Writing, options: JobOptions = {}): DeployedJob {
  return deployJob(writing(what), { ...options, outside: outsideWith(what.engine) })
}

function runWithFailures(what: Writing, seed: number): DeployedJob {
  const random = new RandomStream(seed, 'failures')
  const job = deploy(what, { parallelism: 1 + random.nextBelow(3), seed })
  const { simulation, execution } = job
  for (let i = 0; i < 3; i++) {
    simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + 700_000 + random.nextBelow(3_000_000) })
    const task = execution.tasks[random.nextBelow(execution.tasks.length)]
    if (task?.state === 'RUNNING') execution.taskFailed(task, new Error('lost'))
  }
  simulation.run({ ...NO_LIMIT, untilUs: 25_000_000 })
  expect(execution.attempt).toBeGreaterThan(0)
  return job
}

const ask = ({ execution }: DeployedJob, sql: string) => queryOutside(execution.outside, sql).rows
const ids = (job: DeployedJob): number[] => ask(job, 'SELECT id FROM numbers ORDER BY id').map(([id]) => Number(id))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

/** The moments of a commit in two phases, each as what is so then and wasn't just before. */
const PHASES: readonly (readonly [name: string, isNow: (job: DeployedJob) => boolean])[] = [
  ['records are gathered', ({ execution }) => execution.simulation.nowUs > 450_000],
  ['prepared, the checkpoint not complete', ({ execution }) => prepared(execution) > 0 && completed(execution) === 0],
  [
    'the checkpoint complete, nothing committed',
    ({ execution }) => completed(execution) > 0 && prepared(execution) > 0,
  ],
  ['some committed', ({ execution }) => completed(execution) > 0 && prepared(execution) === 1],
  ['all committed', ({ execution }) => completed(execution) > 0 && prepared(execution) === 0],
]

const prepared = ({ outside }: DeployedJob['execution']): number => databaseOf(outside).preparedIds().length
const completed = ({ checkpoints }: DeployedJob['execution']): number => checkpoints?.completed?.id ?? 0

describe.each(ENGINES)('a crash in each phase, %s', (engine) => {
  test.each(PHASES)('%s', (_name, isNow) => {
    // Every record by itself, so that both subtasks of the sink get some.
    const prepare = (env: StreamExecutionEnvironment) => env.enableCheckpointing(500).setBufferTimeout(0)
    const job = deploy({ engine, table: TABLE, sql: INSERT, sink: exactly, prepare }, { parallelism: 2 })
    const { simulation, execution } = job
    while (!isNow(job) && simulation.nowUs < 700_000) simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
    expect(isNow(job)).toBe(true)
    for (const task of execution.tasks) execution.taskFailed(task, new Error('lost'))
    simulation.run({ ...NO_LIMIT, untilUs: 6_000_000 })
    expect(execution.attempt).toBe(1)
    expect(ids(job).length).toBeGreaterThan(30)
    expect(ids(job)).toEqual(upTo(ids(job).length))
  })
})

describe.each(ENGINES)('exactly once, %s', (engine) => {
  test.each(upTo(10))('appended rows are there once, schedule %i', (seed) => {
    const found = ids(runWithFailures({ engine, table: TABLE, sql: INSERT, sink: exactly }, seed))
    expect(found.length).toBeGreaterThan(60)
    expect(found).toEqual(upTo(found.length))
  })

  test('rows are there once their checkpoint is complete', () => {
    const job = deploy({ engine, table: TABLE, sql: INSERT, sink: exactly })
    job.simulation.run({ ...NO_LIMIT, untilUs: 499_000 })
    expect(ids(job)).toEqual([])
    job.simulation.run({ ...NO_LIMIT, untilUs: 700_000 })
    expect(ids(job)).toEqual(upTo(ids(job).length))
    expect(ids(job).length).toBeGreaterThan(3)
  })

  test.each([true, false])('at the end of input nothing is left, with checkpoints: %s', (hasCheckpoints) => {
    const prepare = (env: StreamExecutionEnvironment) => (hasCheckpoints ? env.enableCheckpointing(60_000) : env)
    const build = writing({ engine, table: TABLE, sql: INSERT, sink: exactly, prepare, count: 12 })
    const job = runJob(build, { outside: outsideWith(engine) })
    expect(ids(job)).toEqual(upTo(12))
    expect(prepared(job.execution)).toBe(0)
  })
})

describe.each(ENGINES)('at least once, %s', (engine) => {
  test('rows that are appended come again after a failure, none is missing', () => {
    const jobs = [1, 2, 3, 4, 5].map((seed) =>
      runWithFailures(
        {
          ...{ engine, table: TABLE, sql: INSERT },
          sink: (builder) =>
            builder.withExecutionOptions(JdbcExecutionOptions.builder().withBatchSize(1).build()).buildAtLeastOnce(),
        },
        seed,
      ),
    )
    for (const job of jobs) expect(Array.from(new Set(ids(job)))).toEqual(upTo(new Set(ids(job)).size))
    expect(jobs.some((job) => ids(job).length > new Set(ids(job)).size)).toBe(true)
  })

  test.each([1, 2, 3])('an upsert makes that harmless, schedule %i', (seed) => {
    const job = runWithFailures({ engine, table: KEYED, sql: UPSERT, sink: atLeast }, seed)
    expect(ids(job)).toEqual(upTo(ids(job).length))
    expect(ask(job, 'SELECT n FROM numbers WHERE id = 7')).toEqual([[14]])
  })

  test('statements wait for their batch, for its time, or for the checkpoint', () => {
    const seen = (options: JdbcExecutionOptions, untilMs: number): number => {
      const sink = (builder: JdbcSinkBuilder<number>) => builder.withExecutionOptions(options).buildAtLeastOnce()
      const prepare = (env: StreamExecutionEnvironment) => env.enableCheckpointing(1000)
      const job = deploy({ engine, table: TABLE, sql: INSERT, sink, prepare })
      job.simulation.run({ ...NO_LIMIT, untilUs: untilMs * 1000 })
      return ids(job).length
    }
    const builder = () => JdbcExecutionOptions.builder()
    expect([seen(builder().build(), 990), seen(builder().build(), 1050)]).toEqual([0, 10])
    expect([seen(builder().withBatchSize(4).build(), 250), seen(builder().withBatchSize(4).build(), 350)]).toEqual([
      0, 4,
    ])
    expect(seen(builder().withBatchIntervalMs(250).build(), 260)).toBe(3)
  })
})

test.each(ENGINES)('a database that is away for a while costs an attempt and no row, %s', (engine) => {
  const job = deploy({ engine, table: TABLE, sql: INSERT, sink: exactly })
  job.simulation.run({ ...NO_LIMIT, untilUs: 1_200_000 })
  job.simulation.intervene({ kind: 'disconnect-database', forMs: 1000 } as ClusterAction)
  job.simulation.run({ ...NO_LIMIT, untilUs: 2_000_000 })
  expect((job.execution.failure?.error as LearnerError).code).toBe('DATABASE_UNREACHABLE')
  job.simulation.run({ ...NO_LIMIT, untilUs: 12_000_000 })
  expect(ids(job).length).toBeGreaterThan(50)
  expect(ids(job)).toEqual(upTo(ids(job).length))
})

test('which of a job’s sinks write into tables is in its topology', () => {
  const { execution } = deploy({ engine: 'memory', table: TABLE, sql: INSERT, sink: atLeast })
  const nodes = topologyOf(execution).vertices.flatMap((vertex) => vertex.nodes)
  expect(nodes.map(({ kind, isDatabaseSink = false }) => [kind, isDatabaseSink])).toEqual([
    ['source', false],
    ['sink', true],
    ['committer', false],
  ])
})

describe('what doesn’t fit says so', () => {
  const insert =
    (call: (statement: { setLong(index: number, value: number): void }) => void): Build =>
    (env) => {
      env.createDatabaseTable(TABLE)
      env.fromSequence(1, 2).sinkTo(JdbcSink.builder<number>().withQueryStatement(INSERT, call).buildAtLeastOnce())
    }
  test.each<[name: string, call: () => unknown, code: string]>([
    [
      'SQL that isn’t understood',
      () => JdbcSink.builder().withQueryStatement('INSERT numbers', () => undefined),
      'SQL_STATEMENT',
    ],
    [
      'a query as a statement',
      () => JdbcSink.builder().withQueryStatement('SELECT id FROM numbers', () => undefined),
      'SQL_WRITES',
    ],
    ['no statement', () => JdbcSink.builder().buildAtLeastOnce(), 'SQL_WANTED'],
    ['a batch of −1', () => JdbcExecutionOptions.builder().withBatchSize(-1), 'OPTION_VALUE'],
    ['a table that is none', () => runJob((env) => void env.createDatabaseTable('DELETE FROM numbers')), 'SQL_CREATES'],
    ['a parameter that isn’t there', () => runJob(insert((statement) => statement.setLong(3, 1))), 'PARAMETER_SET'],
    ['a parameter that isn’t set', () => runJob(insert((statement) => statement.setLong(1, 1))), 'PARAMETER_UNSET'],
    [
      'a table that isn’t there',
      () =>
        runJob(
          (env) =>
            void env.fromSequence(1, 2).sinkTo(
              JdbcSink.builder<number>()
                .withQueryStatement(INSERT, () => undefined)
                .buildAtLeastOnce(),
            ),
        ),
      'TABLE_MISSING',
    ],
  ])('%s', (_name, call, code) => expect(call).toThrowError(expect.objectContaining({ code }) as Error))

  test('a question to the console is answered with what is wrong', () => {
    const job = deploy({ engine: 'memory', table: TABLE, sql: INSERT, sink: atLeast })
    const codes = ['SELECT', 'SELECT id FROM other', 'SELECT id FROM numbers WHERE id = ?'].map(
      (sql) => queryOutside(job.execution.outside, sql).diagnostics[0]?.code,
    )
    expect(codes).toEqual(['SQL_STATEMENT', 'TABLE_MISSING', 'SQL_STATEMENT'])
  })
})

test('whoever runs a job can ask for rows and for the log when it has ended', async () => {
  const session = newSession()
  const { outcome } = await runText(
    session,
    `import { JdbcSink, LogSink, StreamExecutionEnvironment } from 'streambed'
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    env.createDatabaseTable('CREATE TABLE words (word TEXT PRIMARY KEY, n INT)')
    const sql = 'INSERT INTO words VALUES (?, 1) ON CONFLICT (word) DO UPDATE SET n = words.n + 1'
    const words = env.fromData('a', 'b', 'a')
    words.sinkTo(
      JdbcSink.builder<string>().withQueryStatement(sql, (s, word) => s.setString(1, word)).buildExactlyOnce(),
    )
    words.sinkTo(new LogSink<string>('words'))
    await env.execute()`,
  )
  expect(outcome?.diagnostics).toEqual([])
  expect(await session.query("SELECT n FROM words WHERE word = 'a'")).toMatchObject({ columns: ['n'], rows: [[2]] })
  const [topic] = (await session.viewLog(2)).topics
  expect(topic?.partitions[0]).toMatchObject({ endOffset: 3, lastStableOffset: 3 })
  expect(topic?.partitions[0]?.records.map(({ value }) => value)).toEqual(['"b"', '"a"'])
})

test.each([
  ['buildExactlyOnce', 'a table that isn’t there', 'INSERT INTO other VALUES (?, 1)', 'TABLE_MISSING'],
  ['buildExactlyOnce', 'a key that is there already', 'INSERT INTO words VALUES (?, 1)', 'DUPLICATE_KEY'],
  ['buildAtLeastOnce', 'a table that isn’t there', 'INSERT INTO other VALUES (?, 1)', 'TABLE_MISSING'],
  ['buildAtLeastOnce', 'a key that is there already', 'INSERT INTO words VALUES (?, 1)', 'DUPLICATE_KEY'],
])('%s: %s is marked where the sink was made', async (build, _name, sql, code) => {
  const { diagnostics } = await runText(
    newSession(),
    `import { JdbcSink, StreamExecutionEnvironment } from 'streambed'
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    env.createDatabaseTable('CREATE TABLE words (word TEXT PRIMARY KEY, n INT)')
    env
      .fromData('a', 'b', 'a')
      .map((word) => word)
      .sinkTo(JdbcSink.builder<string>().withQueryStatement('${sql}', (s, word) => s.setString(1, word)).${build}())
    await env.execute()`,
  )
  expect(diagnostics.map((found) => [found.code, found.span?.line])).toEqual([[code, 7]])
})

describe.each(ENGINES)('kinds of rows, %s', (engine) => {
  test.each([
    [INSERT, '+I'],
    [`${INSERT} ON CONFLICT (id) DO NOTHING`, '+I'],
    [UPSERT, '+U'],
    ['INSERT OR REPLACE INTO numbers (id, n) VALUES (?, ?)', '+U'],
    ['UPDATE numbers SET id = ? WHERE n = ?', '+U'],
    ['DELETE FROM numbers WHERE id = ? AND n = ?', '-D'],
  ])('rows of %s are told as %s', (sql, kind) => {
    const build = writing({ engine, table: KEYED, sql, sink: atLeast, count: 2 })
    expect(runJob(build, { outside: outsideWith(engine) }).rows.map((row) => row.kind)).toEqual([kind, kind])
  })
})
