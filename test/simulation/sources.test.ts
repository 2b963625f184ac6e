// Jobs on every kind of source: what comes out, when, and on which subtask; that both vocabularies give the same; and that
// a run is the same each time.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import { toPrintText } from '../../runtime/base/value-text.ts'
import type { Row } from '../../runtime/cluster/job-observer.ts'
import {
  ClickEventGenerator,
  DataGen,
  DataGenSource,
  DataGeneratorSource,
  Duration,
  FileSource,
  NumberSequenceSource,
  PYTHON_TRANSACTIONS,
  RateLimiterStrategy,
  SourceFunction,
  TaxiFareGenerator,
  TaxiRideGenerator,
  TextLineInputFormat,
  TransactionSource,
  WatermarkStrategy,
  type Source,
  type SourceContext,
} from '../../runtime/index.ts'
import { runJob, type Build, type JobOptions } from '../harness/run-job.ts'

const NONE = WatermarkStrategy.noWatermarks()

function texts(build: Build, options: JobOptions = {}): string[] {
  return runJob(build, options).rows.map(({ value }) => toPrintText(value))
}

function codeOf(build: Build): string {
  try {
    runJob(build)
  } catch (error) {
    return (error as LearnerError).code
  }
  return 'none'
}

describe.each<[name: string, make: () => Source<unknown>, rows: number, first: string, lastAtMs: number]>([
  ['rides', () => TaxiRideGenerator.runFor(Duration.ofMinutes(10)), 30, '5,START,2020-01-01T12:01:40Z,-73.85884', 250],
  [
    'fares',
    () => TaxiFareGenerator.runFor(Duration.ofHours(1)),
    179,
    '1,2013000185,2013000185,2020-01-01T12:00:20Z',
    1780,
  ],
  ['clicks', () => new ClickEventGenerator(12), 12, 'ClickEvent{timestamp=0, page=/help}', 22],
  [
    'transactions',
    () => TransactionSource.bounded(),
    50,
    '{accountId=1, timestamp=1546300800000, amount=188.23}',
    4900,
  ],
  ['a sequence', () => new NumberSequenceSource(1, 20), 20, '1', 0],
  ['a generator', () => new DataGeneratorSource((i) => `#${i}`, 4, RateLimiterStrategy.perSecond(2)), 4, '#0', 1500],
  ['invented rows', () => new DataGenSource({ id: DataGen.sequence(1, 5) }, { rowsPerSecond: 5 }), 5, '{id=1}', 800],
])('%s', (_name, make, count, first, lastAtMs) => {
  test('comes whole and in time', () => {
    const { rows } = runJob((env) => void env.fromSource(make(), NONE, 's').print())
    expect(rows.length).toBe(count)
    expect(toPrintText(rows[0]?.value)).toMatch(
      first.startsWith('{') || first.includes('{') ? /./ : new RegExp(`^${first.replace(/[{}.]/g, '\\$&')}`),
    )
    expect(toPrintText(rows[0]?.value).startsWith(first)).toBe(true)
    expect(rows.at(-1)?.atMs).toBe(lastAtMs)
    expect(rows.every(({ timestamp }) => Number.isNaN(timestamp))).toBe(true)
  })
  test('is the same by addSource, at parallelism 3, and each time', () => {
    const all = texts((env) => void env.fromSource(make(), NONE, 's').print())
    expect(texts((env) => void env.addSource(make(), 's').print())).toEqual(all)
    expect(texts((env) => void env.fromSource(make(), NONE, 's').print(), { parallelism: 3 }).sort()).toEqual(
      all.sort(),
    )
    const hashes = [1, 2].map(() => runJob((env) => void env.fromSource(make(), NONE, 's').print()).hash)
    expect(hashes[0]).toBe(hashes[1])
  })
})

test('rides without end go on and on', () => {
  const { rows } = runJob((env) => void env.addSource(new TaxiRideGenerator()).print(), {}, { untilUs: 20_000_000 })
  expect(rows.length).toBeGreaterThan(2000)
})

test('the ten transactions of the Python tutorial', () => {
  const rows = texts(
    (env) =>
      void env
        .fromCollection(PYTHON_TRANSACTIONS)
        .map(([account]) => account)
        .print(),
  )
  expect(rows.join('')).toBe('1223114433')
})

class Three extends SourceFunction<string> {
  override run(context: SourceContext<string>): void {
    context.collect('a')
    context.collectWithTimestamp('b', 7)
    context.collect('c')
  }
}

test('a source function’s records, with the timestamps it gave', () => {
  const { rows } = runJob((env) => void env.addSource(new Three()).print())
  expect(rows.map(({ value, timestamp }) => [value, timestamp])).toEqual([
    ['a', NaN],
    ['b', 7],
    ['c', NaN],
  ])
})

describe('files', () => {
  const withFiles =
    (build: Build): Build =>
    (env) => {
      env.putFile('/data/b.txt', 'three\nfour').putFile('/data/a.txt', 'one\r\ntwo\r\n').putFile('/data/_hidden', 'no')
      build(env)
    }
  test.each(['/data/a.txt', 'file:///data/a.txt', 'file:/data/a.txt/'])('the lines of %s', (path) => {
    expect(texts(withFiles((env) => void env.readTextFile(path).print()))).toEqual(['one', 'two'])
  })
  test('a folder’s files by name, without hidden ones', () => {
    expect(texts(withFiles((env) => void env.readTextFile('/data').print()))).toEqual(['one', 'two', 'three', 'four'])
  })
  test('a file source shares its files among subtasks', () => {
    const build = withFiles((env) => {
      const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data/a.txt', '/data/b.txt').build()
      env.fromSource(source, NONE, 'files').print()
    })
    const { rows } = runJob(build, { parallelism: 2 })
    expect(rows.filter(({ subtask }) => subtask === 0).map(({ value }) => value)).toEqual(['one', 'two'])
    expect(rows.filter(({ subtask }) => subtask === 1).map(({ value }) => value)).toEqual(['three', 'four'])
  })
  test.each<[string, Build]>([
    ['FILE_MISSING', (env) => void env.readTextFile('/data/c.txt').print()],
    ['FILE_MISSING', (env) => void env.readTextFile('/dat').print()],
    ['PATH', (env) => void env.readTextFile('').print()],
    ['FILE_TEXT', (env) => void env.putFile('/x', 5 as unknown as string)],
  ])('%s', (code, build) => expect(codeOf(withFiles(build))).toBe(code))
})

describe('a socket', () => {
  const build: Build = (env) => void env.socketTextStream('localhost', 9999).print()
  test('says that there is no network', () => expect(codeOf(build)).toBe('SOCKET'))
  test('gets its lines from the run’s input', () => {
    const inputs = {
      'Socket Stream': [
        { value: 'to be', atMs: 5 },
        { value: 'or not', atMs: 70 },
      ],
    }
    expect(runJob(build, { inputs }).rows.map(({ value, atMs }) => [value, atMs])).toEqual([
      ['to be', 5],
      ['or not', 70],
    ])
  })
  test('refuses a port that is none', () => {
    expect(codeOf((env) => void env.socketTextStream('localhost', 65_536).print())).toBe('PORT')
  })
})

describe('held back', () => {
  test('a rate makes up for a second at most', () => {
    // Slow to process: a record every 100 ms of work, where one comes every 10 ms.
    const build: Build = (env) => {
      const source = new DataGeneratorSource((i) => i, 400, RateLimiterStrategy.perSecond(100))
      env.fromSource(source, NONE, 's').print()
    }
    const { rows } = runJob(build, { cluster: { recordUs: 100_000, sourceRecords: 64 } })
    expect(rows.length).toBe(400)
    expect((rows.at(-1) as Row).atMs).toBeGreaterThanOrEqual(39_900)
  })
})

describe('refused while the job is built', () => {
  test.each<[string, () => unknown]>([
    ['RATE', () => RateLimiterStrategy.perSecond(-1)],
    ['RATE', () => RateLimiterStrategy.perSecond(0)],
    ['RECORD_COUNT', () => new DataGeneratorSource((i) => i, -5)],
    ['RECORD_COUNT', () => new DataGeneratorSource((i) => i, 1.5)],
    ['RECORD_COUNT', () => new ClickEventGenerator(-1)],
    ['RECORD_COUNT', () => new TaxiFareGenerator(0.5)],
    ['DURATION_WANTED', () => TaxiRideGenerator.runFor(Duration.ofSeconds(-1))],
    ['SEQUENCE', () => new NumberSequenceSource(2, 1)],
    ['SEQUENCE', () => DataGen.sequence(2, 1)],
    ['NUMBER_RANGE', () => DataGen.randomInt(2, 1)],
    ['NUMBER_RANGE', () => DataGen.randomInt(0, 1.5)],
    ['NULL_RATE', () => DataGen.withNulls(DataGen.randomBoolean(), 2)],
    ['RATE', () => new DataGenSource({}, { rowsPerSecond: 0 })],
    ['FILE_FORMAT', () => FileSource.forRecordStreamFormat('text' as unknown as TextLineInputFormat, '/x')],
    ['DURATION_WANTED', () => NONE.withIdleness(Duration.ofMillis(0))],
    ['DURATION_WANTED', () => NONE.withIdleness(Duration.ofMillis(-5))],
    ['DURATION_WANTED', () => NONE.withWatermarkAlignment('g', Duration.ofMillis(0))],
    ['DURATION_WANTED', () => NONE.withWatermarkAlignment('g', Duration.ofSeconds(1), Duration.ofMillis(0))],
    ['NAME_WANTED', () => NONE.withWatermarkAlignment('', Duration.ofSeconds(1))],
  ])('%s %#', (code, make) => {
    expect(() => make()).toThrow(expect.objectContaining({ code }) as Error)
  })
  test('alignment behind the source', () => {
    const aligned = WatermarkStrategy.forMonotonousTimestamps<number>().withWatermarkAlignment(
      'g',
      Duration.ofMillis(1),
    )
    expect(codeOf((env) => void env.fromData(1, 2).assignTimestampsAndWatermarks(aligned).print())).toBe(
      'ALIGNMENT_NOT_SOURCE',
    )
  })
  test('something else than a strategy', () => {
    const wrong = {} as WatermarkStrategy<number>
    expect(codeOf((env) => void env.fromData(1, 2).assignTimestampsAndWatermarks(wrong).print())).toBe(
      'STRATEGY_WANTED',
    )
    expect(codeOf((env) => void env.fromSource(new NumberSequenceSource(1, 2), wrong, 's').print())).toBe(
      'STRATEGY_WANTED',
    )
  })
})

describe('refused at the record', () => {
  const assigning = (value: unknown): Build => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner(() => value as number)
    return (env) => void env.fromSource(new NumberSequenceSource(1, 3), strategy, 's').print()
  }
  test.each([[NaN], [undefined], [null], ['5'], [1.5], [new Date(5)]])('the timestamp %s', (value) => {
    expect(codeOf(assigning(value))).toBe('TIMESTAMP_NOT_INTEGER')
  })
  const generating = (map: (index: number) => unknown): Build => {
    return (env) => void env.fromSource(new DataGeneratorSource(map, 3), NONE, 's').print()
  }
  test('a generator function that returns nothing, or a promise', () => {
    expect(codeOf(generating((index) => (index < 2 ? index : undefined)))).toBe('GENERATED_NOTHING')
    expect(codeOf(generating(async (index) => index))).toBe('PROMISE_RETURNED')
    expect(codeOf(generating(() => null))).toBe('none')
  })
  test('a watermark that is no number, and a generator that is none', () => {
    const emitting = (value: unknown): Build => {
      const strategy = WatermarkStrategy.forGenerator<number>(() => ({
        onEvent: (_event, _timestamp, output) => output.emitWatermark(value as number),
        onPeriodicEmit: () => undefined,
      }))
      return (env) => void env.fromSource(new NumberSequenceSource(1, 3), strategy, 's').print()
    }
    expect(codeOf(emitting(NaN))).toBe('WATERMARK_NOT_NUMBER')
    expect(codeOf(emitting(undefined))).toBe('WATERMARK_NOT_NUMBER')
    expect(codeOf(emitting(5))).toBe('none')
    const none = WatermarkStrategy.forGenerator<number>(() => undefined as never)
    expect(codeOf((env) => void env.fromSource(new NumberSequenceSource(1, 3), none, 's').print())).toBe(
      'GENERATOR_WANTED',
    )
  })
})
