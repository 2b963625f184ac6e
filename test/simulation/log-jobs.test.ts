// Jobs that read and write topics: offsets to begin and to stop at, groups, partitions that come later, transactions that
// take too long, and what is refused.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import { logOf } from '../../runtime/connectors/log/log-cluster.ts'
import { viewLog } from '../../runtime/connectors/log/log-view.ts'
import {
  DataGeneratorSource,
  DeliveryGuarantee,
  Duration,
  FlinkFixedPartitioner,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  NewTopic,
  OffsetResetStrategy,
  OffsetsInitializer,
  RateLimiterStrategy,
  TopicPartition,
  WatermarkStrategy,
  type KafkaSinkBuilder,
  type KafkaSourceBuilder,
  type StreamExecutionEnvironment,
  type TopicRecord,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, runJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const NONE = WatermarkStrategy.noWatermarks<string>()
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const values = ({ rows }: DeployedJob): unknown[] => rows.map(({ value }) => value)
const topicOf = ({ execution }: DeployedJob, name: string) =>
  viewLog(logOf(execution.outside)).topics.find((topic) => topic.name === name)

/** Letters in a topic of one partition, one each 100 ms. */
const letters: TopicRecord[] = [...'abcdef'].map((value, i) => ({ value, timestamp: i * 10, atMs: i * 100 }))

function reading(
  configure: (builder: KafkaSourceBuilder<string>) => KafkaSourceBuilder<string>,
  topic = new NewTopic('in').withRecords(...letters),
): Build {
  return (env) => {
    env.createTopic(topic)
    const source = configure(KafkaSource.builder<string>().setTopics(topic.name)).build()
    env.fromSource(source, NONE, 'letters').print('seen')
  }
}

const run = (build: Build, untilMs = 3000, parallelism = 1): DeployedJob => {
  const job = deployJob(build, { parallelism })
  job.simulation.run({ ...NO_LIMIT, untilUs: untilMs * 1000 })
  return job
}

describe('reading', () => {
  const stop = (offset: number) => OffsetsInitializer.offsets(new Map([[new TopicPartition('in', 0), offset]]))

  test('as records come, without an end', () => {
    const job = run(reading((builder) => builder))
    expect(values(job)).toEqual([...'abcdef'])
    expect(job.rows.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 300, 400, 500])
    expect(job.rows.map(({ timestamp }) => timestamp)).toEqual([0, 10, 20, 30, 40, 50])
    expect(job.execution.state).toBe('RUNNING')
  })

  test('a paused source reads what came meanwhile once the pause is over', () => {
    const job = deployJob(reading((builder) => builder.setBounded(stop(6))))
    job.simulation.run({ ...NO_LIMIT, untilUs: 50_000 })
    job.simulation.intervene({ kind: 'pause-source', operator: 'letters', forMs: 700 } as ClusterAction)
    job.simulation.run(NO_LIMIT)
    expect([values(job).join(''), job.execution.state]).toEqual(['abcdef', 'FINISHED'])
    expect(job.rows.map(({ atMs }) => atMs).slice(1)).toEqual([700, 700, 700, 700, 700])
  })

  describe('late, by a fault', () => {
    const late = (byMs: number) => ({ kind: 'delay-source', operator: 'letters', byMs }) as ClusterAction
    const told = (job: DeployedJob): string => job.rows.map(({ value, atMs }) => `${String(value)}@${atMs}`).join(' ')
    const doing = (build: Build, ...acts: readonly (readonly [atMs: number, action: ClusterAction])[]): DeployedJob => {
      const job = deployJob(build, {})
      for (const [atMs, action] of acts) {
        job.simulation.run({ ...NO_LIMIT, untilUs: atMs * 1000 })
        job.simulation.intervene(action)
      }
      job.simulation.run({ ...NO_LIMIT, untilUs: 3_000_000 })
      return job
    }

    test('what comes from then on is there so much later', () => {
      const job = doing(
        reading((builder) => builder),
        [150, late(700)],
      )
      expect(told(job)).toBe('a@0 b@100 c@900 d@1000 e@1100 f@1200')
    })

    test('until it’s taken back: then all that has come is there', () => {
      const job = doing(
        reading((builder) => builder),
        [150, late(700)],
        [420, late(0)],
      )
      expect(told(job)).toBe('a@0 b@100 c@400 d@400 e@400 f@500')
    })

    test('in a bounded source to its end', () => {
      const job = doing(
        reading((builder) => builder.setBounded(stop(6))),
        [150, late(700)],
      )
      expect([told(job), job.execution.state]).toEqual(['a@0 b@100 c@900 d@1000 e@1100 f@1200', 'FINISHED'])
    })

    test('to whoever reads again after a failure, too: nothing is lost, and what comes is late', () => {
      const build: Build = (env) => {
        env.enableCheckpointing(50)
        reading((builder) => builder)(env)
      }
      const fail = { kind: 'throw', operator: 'letters' } as ClusterAction
      const job = doing(build, [150, late(700)], [250, fail])
      expect(job.execution.attempt).toBe(1)
      expect(values(job).join('')).toMatch(/^abc*def$/)
    })
  })

  test('a job that waits for a topic for ever isn’t stuck', () => {
    const build = reading((builder) => builder.setProperty('partition.discovery.interval.ms', -1))
    const job = deployJob(build)
    expect(job.simulation.run(NO_LIMIT)).toBe('quiescent')
    expect(() => job.execution.requireNotStuck()).not.toThrow()
    expect([values(job).length, job.execution.state]).toEqual([6, 'RUNNING'])
  })

  test('up to an offset, waiting for it', () => {
    const { rows, execution } = runJob(reading((builder) => builder.setBounded(stop(4))))
    expect(rows.map(({ value }) => value)).toEqual([...'abcd'])
    expect(execution.state).toBe('FINISHED')
  })

  test('a bounded source of what is there when the job starts', () => {
    const job = runJob(reading((builder) => builder.setBounded(OffsetsInitializer.latest())))
    expect([values(job), job.execution.state]).toEqual([['a'], 'FINISHED'])
  })

  test.each([
    ['an offset', OffsetsInitializer.offsets(new Map([[new TopicPartition('in', 0), 2]])), 'cdef'],
    ['no offset of this partition', OffsetsInitializer.offsets(new Map(), OffsetResetStrategy.EARLIEST), 'abcdef'],
    ['what a group that has read nothing has committed', OffsetsInitializer.committedOffsets('LATEST'), 'bcdef'],
    ['earliest', OffsetsInitializer.earliest(), 'abcdef'],
  ])('begins with %s', (_name, offsets, expected) => {
    const build = reading((builder) => builder.setStartingOffsets(offsets).setGroupId('g'))
    expect(values(run(build)).join('')).toBe(expected)
  })

  test('begins at a time, of records that are there', () => {
    const first = run(reading((builder) => builder))
    const build = reading((builder) => builder.setStartingOffsets(OffsetsInitializer.timestamp(30)))
    const second = deployJob(build, { outside: first.execution.outside })
    second.simulation.run({ ...NO_LIMIT, untilUs: 1_000_000 })
    expect(values(second).join('')).toBe('def')
  })

  test('a group goes on where the last complete checkpoint of an earlier job was', () => {
    const grouped: Build = (env) => {
      env.enableCheckpointing(250)
      reading((builder) =>
        builder.setGroupId('g').setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST)),
      )(env)
    }
    const first = run(grouped, 290)
    expect(viewLog(logOf(first.execution.outside)).groups).toEqual([
      { group: 'g', offsets: [{ partition: 'in-0', offset: 3, lag: 0 }] },
    ])
    first.execution.cancel()
    const second = deployJob(grouped, { outside: first.execution.outside })
    second.simulation.run({ ...NO_LIMIT, untilUs: 2_000_000 })
    expect(values(second).join('')).toBe('def')
  })

  test('with a deserializer of values, and of whole records', () => {
    const ofValue = reading((builder) => builder.setValueOnlyDeserializer((value: string) => value.toUpperCase()))
    expect(values(run(ofValue)).join('')).toBe('ABCDEF')
    const ofRecord = reading((builder) =>
      builder.setDeserializer(
        ({ topic, partition, offset, value }) => `${topic}-${partition}@${offset} ${String(value)}`,
      ),
    )
    expect(values(run(ofRecord))[4]).toBe('in-0@4 e')
  })

  test('a partition that comes later is found and read from its beginning', () => {
    const build = reading((builder) => builder.setProperty('partition.discovery.interval.ms', 1000))
    const job = run(build, 700)
    const log = logOf(job.execution.outside)
    const [, second] = log.createTopic('in', 2).partitions
    if (second === undefined) throw new Error()
    log.append(second, { key: null, value: 'late', timestamp: NaN }, 700, null)
    job.simulation.run({ ...NO_LIMIT, untilUs: 999_000 })
    expect(values(job)).not.toContain('late')
    job.simulation.run({ ...NO_LIMIT, untilUs: 1_500_000 })
    expect(values(job)).toContain('late')
  })

  test('topics by pattern; every partition is one subtask’s', () => {
    const build: Build = (env) => {
      for (const name of ['in-a', 'in-b', 'other']) {
        const records = upTo(8).map((i) => ({ value: `${name} ${i}`, partition: i % 4 }))
        env.createTopic(new NewTopic(name, 4).withRecords(...records))
      }
      const source = KafkaSource.builder<string>().setTopicPattern(/in-.*/).build()
      env.fromSource(source, NONE, 's').print('seen')
    }
    const job = run(build, 500, 3)
    const seen = values(job) as string[]
    expect(seen.sort()).toEqual(['in-a', 'in-b'].flatMap((name) => upTo(8).map((i) => `${name} ${i}`)).sort())
    const owners = new Set(job.rows.map(({ subtask, value }) => `${subtask} ${String(value).slice(0, -1)}`))
    expect(owners.size).toBeGreaterThan(2)
  })

  test('a partition without records holds back the watermark until it’s idle', () => {
    const watermarks = (isIdleAllowed: boolean): number => {
      const build: Build = (env) => {
        env.createTopic(new NewTopic('in', 2).withRecords(...letters.map((record) => ({ ...record, partition: 0 }))))
        const strategy = WatermarkStrategy.forMonotonousTimestamps<string>()
        const idle = isIdleAllowed ? strategy.withIdleness(Duration.ofSeconds(1)) : strategy
        env.fromSource(KafkaSource.builder<string>().setTopics('in').build(), idle, 's').print('seen')
      }
      return run(build, 5000).execution.tasks[0]?.watermark() ?? NaN
    }
    expect([watermarks(false), watermarks(true)]).toEqual([-Infinity, 49])
  })

  test('records whose time is over are gone: the reset strategy says where reading goes on', () => {
    const topic = new NewTopic('in').withRetention(Duration.ofMillis(150)).withRecords(...letters)
    const first = run(reading((builder) => builder, topic))
    const from = (strategy: keyof typeof OffsetResetStrategy): Build =>
      reading(
        (builder) => builder.setGroupId('g').setStartingOffsets(OffsetsInitializer.committedOffsets(strategy)),
        topic,
      )
    const second = (strategy: keyof typeof OffsetResetStrategy) => {
      logOf(first.execution.outside).commitOffsets('g', new Map([['in-0', 1]]))
      return deployJob(from(strategy), { outside: first.execution.outside })
    }
    const earliest = second('EARLIEST')
    earliest.simulation.run({ ...NO_LIMIT, untilUs: 100_000 })
    expect(values(earliest).join('')).toBe('ef')
    const none = second('NONE')
    none.simulation.run({ ...NO_LIMIT, untilUs: 100_000 })
    expect((none.execution.failure?.error as LearnerError).code).toBe('NO_OFFSET')
  })
})

function writing(
  configure: (builder: KafkaSinkBuilder<number>) => KafkaSinkBuilder<number>,
  prepare: (env: StreamExecutionEnvironment) => unknown = () => undefined,
  schema = KafkaRecordSerializationSchema.builder<number>().setTopic('out'),
): Build {
  return (env) => {
    prepare(env)
    const source = new DataGeneratorSource((i: number) => i, Infinity, RateLimiterStrategy.perSecond(10))
    env
      .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
      .sinkTo(configure(KafkaSink.builder<number>().setRecordSerializer(schema.build())).build())
  }
}

const exactly = (builder: KafkaSinkBuilder<number>): KafkaSinkBuilder<number> =>
  builder.setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE).setTransactionalIdPrefix('tx')

describe('writing', () => {
  const records = (job: DeployedJob) => topicOf(job, 'out')?.partitions.flatMap((partition) => partition.records) ?? []

  test('key, value, topic and partition as the serializer says', () => {
    const schema = KafkaRecordSerializationSchema.builder<number>()
      .setTopicSelector((n) => (n % 2 === 0 ? 'even' : 'odd'))
      .setKeySerializationSchema((n) => `k${n % 4}`)
      .setValueSerializationSchema((n) => `#${n}`)
    const job = run(
      writing(
        (builder) => builder,
        (env) => env.createTopic('even', 3),
        schema,
      ),
      850,
    )
    const even = topicOf(job, 'even')?.partitions.flatMap((partition) => partition.records) ?? []
    expect(even.map(({ key, value }) => `${String(key)} ${String(value)}`).sort()).toEqual([
      'k0 #0',
      'k0 #4',
      'k0 #8',
      'k2 #2',
      'k2 #6',
    ])
    expect(topicOf(job, 'odd')?.partitions).toHaveLength(1)
    for (const partition of topicOf(job, 'even')?.partitions ?? []) {
      expect(new Set(partition.records.map(({ key }) => key)).size).toBeLessThan(3)
    }
  })

  test('by a partitioner', () => {
    const base = () => KafkaRecordSerializationSchema.builder<number>().setTopic('out')
    const custom = base().setPartitioner({ partition: (n, _key, _topic, partitions) => n % partitions })
    const job = run(
      writing(
        (builder) => builder,
        (env) => env.createTopic('out', 3),
        custom,
      ),
      850,
    )
    expect(topicOf(job, 'out')?.partitions.map((partition) => partition.records.map(({ value }) => value))).toEqual([
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ])
    const fixed = base().setPartitioner(new FlinkFixedPartitioner())
    const other = run(
      writing(
        (builder) => builder,
        (env) => env.createTopic('out', 3),
        fixed,
      ),
      850,
    )
    expect(topicOf(other, 'out')?.partitions.map((partition) => partition.records.length)).toEqual([9, 0, 0])
  })

  test('exactly once, records are open until their checkpoint is complete', () => {
    const job = run(
      writing(exactly, (env) => env.enableCheckpointing(450)),
      700,
    )
    const states = records(job).map(({ value, state }) => `${String(value)} ${state}`)
    expect(states).toEqual(
      ['0 committed', '1 committed', '2 committed', '3 committed', '4 committed', '5 open', '6 open', '7 open'].slice(
        0,
        states.length,
      ),
    )
    expect(viewLog(logOf(job.execution.outside)).transactions.map(({ transactionalId }) => transactionalId)).toEqual([
      'tx-0-2',
    ])
  })

  test('at the end of input, with checkpoints and without', () => {
    const bounded =
      (prepare: (env: StreamExecutionEnvironment) => unknown): Build =>
      (env) => {
        prepare(env)
        const sink = exactly(
          KafkaSink.builder<number>().setRecordSerializer(
            KafkaRecordSerializationSchema.builder<number>().setTopic('out').build(),
          ),
        ).build()
        env.fromSequence(0, 9).sinkTo(sink)
      }
    for (const prepare of [() => undefined, (env: StreamExecutionEnvironment) => env.enableCheckpointing(1000)]) {
      const job = runJob(bounded(prepare))
      expect(records(job).map(({ value, state }) => `${String(value)} ${state}`)).toEqual(
        upTo(10).map((i) => `${i} committed`),
      )
    }
  })

  test('a transaction that is open longer than its timeout is aborted, and its writer fenced', () => {
    const short = (builder: KafkaSinkBuilder<number>) => exactly(builder).setProperty('transaction.timeout.ms', '1000')
    const job = run(
      writing(short, (env) => env.enableCheckpointing(3000)),
      3500,
    )
    const states = new Set(
      records(job)
        .filter(({ value }) => Number(value) < 11)
        .map(({ state }) => state),
    )
    expect(states).toEqual(new Set(['aborted']))
    expect(job.execution.attempt + (job.execution.state === 'RESTARTING' ? 1 : 0)).toBeGreaterThan(0)
  })

  test('two jobs with one prefix fence one another', () => {
    const build = writing(exactly, (env) => env.enableCheckpointing(60_000))
    const first = run(build, 500)
    const second = deployJob(build, { outside: first.execution.outside })
    second.simulation.run({ ...NO_LIMIT, untilUs: 500_000 })
    first.simulation.run({ ...NO_LIMIT, untilUs: 700_000 })
    expect((first.execution.failure?.error as LearnerError).code).toBe('PRODUCER_FENCED')
  })
})

describe('what doesn’t fit is refused where it’s said', () => {
  const source = () => KafkaSource.builder<string>()
  const schema = KafkaRecordSerializationSchema.builder<number>().setTopic('out').build()
  test.each<[name: string, call: () => unknown, code: string]>([
    ['a source without topics', () => source().build(), 'TOPICS_WANTED'],
    [
      'committed offsets without a group',
      () => source().setTopics('in').setStartingOffsets(OffsetsInitializer.committedOffsets()).build(),
      'GROUP_WANTED',
    ],
    ['offsets that aren’t', () => source().setStartingOffsets('earliest' as never), 'OFFSETS_WANTED'],
    ['offsets in an object', () => OffsetsInitializer.offsets({} as never), 'OFFSETS_MAP'],
    ['a pattern in a text', () => source().setTopicPattern('in-.*' as never), 'TOPIC_PATTERN'],
    ['a slip in a property', () => source().setProperty('isolation.levle', 'read_committed'), 'OPTION_UNKNOWN'],
    [
      'a value of a property that isn’t one',
      () => source().setTopics('in').setProperty('isolation.level', 'committed').build(),
      'OPTION_VALUE',
    ],
    ['a sink without a serializer', () => KafkaSink.builder().build(), 'RECORD_SERIALIZER'],
    ['a serializer without a topic', () => KafkaRecordSerializationSchema.builder().build(), 'TOPICS_WANTED'],
    [
      'exactly once without a prefix',
      () => KafkaSink.builder<number>().setRecordSerializer(schema).setDeliveryGuarantee('EXACTLY_ONCE').build(),
      'TRANSACTIONAL_ID_PREFIX',
    ],
    [
      'a timeout of an hour',
      () =>
        exactly(KafkaSink.builder<number>().setRecordSerializer(schema))
          .setProperty('transaction.timeout.ms', 3_600_000)
          .build(),
      'TRANSACTION_TIMEOUT',
    ],
    ['no partitions', () => new NewTopic('t', 0), 'PARTITION_COUNT'],
    [
      'a record for a partition there isn’t',
      () => new NewTopic('t', 1).withRecords({ value: 1, partition: 1 }),
      'TOPIC_RECORD',
    ],
    [
      'records that go back in time',
      () => new NewTopic('t').withRecords({ value: 1, atMs: 5 }, { value: 2, atMs: 4 }),
      'TOPIC_RECORD',
    ],
    [
      'a producer that reads a topic',
      () => new NewTopic('t').producedBy(source().setTopics('in').build()),
      'PRODUCER_SOURCE',
    ],
    ['a partition below 0', () => new TopicPartition('t', -1), 'PARTITION_NUMBER'],
    ['a topic created twice', () => runJob((env) => void env.createTopic('a').createTopic('a')), 'TOPIC_TWICE'],
  ])('%s', (_name, call, code) => expect(call).toThrowError(expect.objectContaining({ code }) as Error))

  test('a topic that isn’t there fails the job', () => {
    const job = run((env) => void env.fromSource(source().setTopics('nowhere').build(), NONE, 's').print())
    expect((job.execution.failure?.error as LearnerError).code).toBe('TOPIC_MISSING')
  })
})
