// What learners do wrong, from source text to diagnostic: the code, the line, and a session that runs the next job. A
// type error is the page's business.

import { describe, expect, test } from 'vitest'
import { newSession, runText } from '../harness/compiled-job.ts'
import { render } from '../../runtime/messages/index.ts'

// Line 1 of every job; the case begins on line 2.
const HEAD = `import { Configuration, StreamExecutionEnvironment, KeyedProcessFunction, ProcessFunction, RichMapFunction, ValueStateDescriptor, OutputTag, RateLimiterStrategy, Random } from 'streambed'; const env = StreamExecutionEnvironment.getExecutionEnvironment(); const numbers = env.fromElements(1, 2, 3)`
const RUN = `await env.execute('job')`

function keyed(body: string): string {
  return [
    'class F extends KeyedProcessFunction<number, number, number> {',
    body,
    '}',
    'numbers.keyBy((n) => n).process(new F()).print()',
    RUN,
  ].join('\n')
}

function early(stream: string): string {
  return [
    `import { ContinuousEventTimeTrigger, Duration, GlobalWindows, WatermarkStrategy } from 'streambed'`,
    `${stream}.keyBy((n) => 1)`,
    '  .window(GlobalWindows.create()).trigger(ContinuousEventTimeTrigger.of(Duration.ofMillis(1)))',
    '  .reduce((a) => a).print()',
    RUN,
  ].join('\n')
}

const RIGHT = `${HEAD}\nnumbers.map((n) => n * 2).print('out')\n${RUN}`

describe('a mistake', () => {
  test.each<[name: string, text: string, code: string, line: number | null]>([
    ['syntax', 'numbers.map((n) => n * ).print()\n' + RUN, 'SYNTAX_ERROR', 2],
    ['a throw while building', `const limit = 5\nthrow new RangeError('no')`, 'JOB_THREW', 3],
    ['a window without keys', `numbers\n  .window(1 as any).sum(0)\n${RUN}`, 'METHOD_ELSEWHERE', 3],
    ['a method that no stream has', `numbers\n  .pam((n) => n)\n${RUN}`, 'JOB_THREW', 3],
    [
      'a throw in open',
      keyed(`  override open() {\n    throw new Error('open')\n  }\n  override processElement() {}`),
      'FUNCTION_THREW',
      4,
    ],
    [
      'a throw in processElement',
      keyed(`  override processElement(n: number) {\n    if (n === 2)\n      throw new Error('two')\n  }`),
      'FUNCTION_THREW',
      5,
    ],
    [
      'a throw in onTimer',
      keyed(
        `  override processElement(n: number, c: any) { c.timerService().registerEventTimeTimer(1) }\n  override onTimer() {\n    throw new Error('timer')\n  }`,
      ),
      'FUNCTION_THREW',
      5,
    ],
    [
      'a throw in a map',
      `numbers\n  .map((n) => {\n    throw new Error('map')\n  })\n  .print()\n${RUN}`,
      'FUNCTION_THREW',
      4,
    ],
    [
      'a text that is thrown',
      `numbers\n  .map((n) => {\n    throw 'text'\n  })\n  .print()\n${RUN}`,
      'THROWN_NO_ERROR',
      null,
    ],
    ['a text that is thrown while building', `throw 'text'`, 'THROWN_NO_ERROR', null],
    [
      'a failure after the last restart',
      `env.enableCheckpointing(100)\nenv.configure(new Configuration().set('restart-strategy.type', 'fixed-delay').set('restart-strategy.fixed-delay.attempts', 2))\nnumbers.map((n) => { throw new Error('map') }).print()\n${RUN}`,
      'FUNCTION_THREW_AGAIN',
      4,
    ],
    [
      'a partition that is not there',
      `env.setParallelism(2)\nconst dealt = numbers.partitionCustom(() => 2, (n) => n)\ndealt\n  .map((n) => n)\n  .print()\n${RUN}`,
      'PARTITION_RANGE',
      5,
    ],
    [
      'unaligned checkpoints, several at once',
      `env.enableCheckpointing(100)\nenv.getCheckpointConfig().enableUnalignedCheckpoints()\nenv.getCheckpointConfig().setMaxConcurrentCheckpoints(2)\nnumbers.print()\n${RUN}`,
      'UNALIGNED_CONCURRENT',
      6,
    ],
    [
      'a function for other windows',
      `import { GlobalWindows, ProcessWindowFunction } from 'streambed'\nclass P extends ProcessWindowFunction<any, any, any, any> {\n  override process() {}\n}\nnumbers\n  .windowAll(GlobalWindows.create())\n  .process(new P() as any).print()\n${RUN}`,
      'WINDOW_FUNCTION',
      8,
    ],
    [
      'a parameter of a statement that is not set',
      `import { JdbcSink } from 'streambed'\nenv.createDatabaseTable('CREATE TABLE t (a BIGINT PRIMARY KEY, b BIGINT)')\nnumbers\n  .map((n) => n)\n  .sinkTo(JdbcSink.builder<number>().withQueryStatement('INSERT INTO t (a, b) VALUES (?, ?)', (s, n) => s.setLong(1, n)).buildAtLeastOnce())\n${RUN}`,
      'PARAMETER_UNSET',
      6,
    ],
    [
      'a keyed function on a stream without keys',
      `class P extends KeyedProcessFunction<number, number, number> {\n  override processElement() {}\n}\nnumbers.process(new P() as any).print()\n${RUN}`,
      'PROCESS_NOT_KEYED',
      5,
    ],
    [
      'a throw in a key selector',
      `numbers\n  .keyBy((n: any) => n.a.b)\n  .sum(0).print()\n${RUN}`,
      'FUNCTION_THREW',
      3,
    ],
    [
      'a null key',
      `numbers\n  .keyBy((n): number | null => n === 3 ? null : n)\n  .reduce((a) => a)\n  .print()\n${RUN}`,
      'KEY_NULL',
      null,
    ],
    ['an object as a key', `numbers.keyBy((n) => ({ n })).reduce((a) => a).print()\n${RUN}`, 'KEY_NOT_SUPPORTED', 2],
    [
      'state without a key',
      keyed(
        `  state!: any\n  override open() {\n    this.state = this.getRuntimeContext().getState(new ValueStateDescriptor('v'))\n    this.state.value()\n  }\n  override processElement() {}`,
      ),
      'STATE_WITHOUT_KEY',
      6,
    ],
    [
      'state on a stream without keys',
      `class M extends RichMapFunction<number, number> {\n  override open() {\n    this.getRuntimeContext().getState(new ValueStateDescriptor('v'))\n  }\n  override map(n: number) { return n }\n}\nnumbers.map(new M()).print()\n${RUN}`,
      'STATE_NOT_KEYED',
      4,
    ],
    [
      'a timer on a stream without keys',
      `class P extends ProcessFunction<number, number> {\n  override processElement(n: number, c: any) {\n    c.timerService().registerEventTimeTimer(1)\n  }\n}\nnumbers.process(new P()).print()\n${RUN}`,
      'TIMER_NOT_KEYED',
      4,
    ],
    ['a promise from a map', `numbers\n  .map(async (n) => n)\n  .print()\n${RUN}`, 'PROMISE_RETURNED', null],
    [
      'a map that returns nothing',
      `numbers\n  .map((n) => {\n    n * 2\n  })\n  .print()\n${RUN}`,
      'MAP_NOTHING',
      null,
    ],
    [
      'a map that returns nothing, and a filter after it',
      `numbers\n  .map((n) => { n * 2 })\n  .filter(() => true)\n  .print()\n${RUN}`,
      'MAP_NOTHING',
      null,
    ],
    [
      'results returned by flatMap',
      `numbers\n  .flatMap((n: number) => [n, n] as any)\n  .print()\n${RUN}`,
      'FLAT_MAP_RETURNED',
      null,
    ],
    [
      'a watermark that makes a window fire without end',
      early(
        `numbers.assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n ** 30).withPerRecordWatermarks())`,
      ),
      'TRIGGER_TOO_OFTEN',
      null,
    ],
    ['early results by event time without timestamps', early('numbers'), 'TRIGGER_NO_TIMESTAMP', null],
    ['an await before execute', `await Promise.resolve()\nnumbers.print()\n${RUN}`, 'AWAIT_BEFORE_EXECUTE', 2],
    ['an endless loop', `numbers.map((n) => {\n  while (n > 0) n++\n  return n\n}).print()\n${RUN}`, 'STEP_BUDGET', 3],
    ['an endless loop while building', `let i = 0\nfor (;;) i++`, 'STEP_BUDGET', 3],
    [
      'a timer that sets itself in the past',
      keyed(
        `  override processElement(n: number, c: any) { c.timerService().registerProcessingTimeTimer(0) }\n  override onTimer(t: number, c: any) { c.timerService().registerProcessingTimeTimer(t - 1) }`,
      ),
      'STEP_BUDGET',
      null,
    ],
    [
      'deep recursion',
      `const deep = (n: number): number => deep(n + 1) + 1\nnumbers.map(deep).print()\n${RUN}`,
      'STACK_OVERFLOW',
      2,
    ],
    [
      'a source function that goes on for ever',
      `env.addSource({\n  run(context: any) {\n    while (true) context.collect(1)\n  },\n} as any).print()\n${RUN}`,
      'SOURCE_ENDLESS',
      null,
    ],
    ['a file that isn’t there', `env.readTextFile('/data/words.txt').print()\n${RUN}`, 'FILE_MISSING', 2],
    ['a rate below zero', `const a = 1\nRateLimiterStrategy.perSecond(-1)\n${RUN}`, 'RATE', 3],
    ['no seed', `new Random(undefined as any)\n${RUN}`, 'RANDOM_SEED', 2],
    ['no sink', `numbers.map((n) => n)\n${RUN}`, 'NO_SINK', 3],
    ['an empty job', RUN, 'NO_SINK', 2],
    ['no execute', `numbers.print()`, 'NO_EXECUTE', null],
    ['two executes', `numbers.print()\n${RUN}\n${RUN}`, 'TWO_EXECUTES', 4],
    [
      'an operator after execute',
      `numbers.print()\nconst done = env.execute('x')\nnumbers.map((n) => n)\nawait done`,
      'AFTER_EXECUTE',
      4,
    ],
    [
      'an operator after an awaited execute',
      `numbers.print()\n${RUN}\nnumbers.map((n) => n).print()`,
      'AFTER_EXECUTE',
      4,
    ],
    [
      'a name that does not exist',
      `import { FlinkJob } from 'streambed'\nnew FlinkJob()\nnumbers.print()\n${RUN}`,
      'API_NAME_UNKNOWN',
      2,
    ],
    [
      'a class for an object',
      `class M extends RichMapFunction<number, number> { override map(n: number) { return n } }\nnumbers.map(M as any).print()\n${RUN}`,
      'CLASS_NOT_OBJECT',
      3,
    ],
  ])('%s', async (_name, text, code, line) => {
    const session = newSession()
    const { outcome, diagnostics } = await runText(session, `${HEAD}\n${text}`)
    const [first] = diagnostics
    expect([first?.code, outcome?.state ?? 'failed']).toEqual([code, 'failed'])
    if (line !== null) expect(first?.span?.line).toBe(line)
    for (const language of ['en', 'zh'] as const) {
      const { what, todo } = render(first as NonNullable<typeof first>, language)
      expect(`${what} ${todo}`).not.toMatch(/\{\w+\}/)
    }
    const next = await runText(session, RIGHT)
    expect([next.outcome?.state, next.rows.map((row) => row.text)]).toEqual(['finished', ['2', '4', '6']])
  })
})

describe('not a mistake', () => {
  test('a string of 100 MB: shortened for the page, whole for the job', async () => {
    const session = newSession()
    const text = `${HEAD}\nnumbers.map((n) => 'x'.repeat(1e8)).map((s) => s.length).print('length')\n${RUN}`
    expect((await runText(session, text)).rows.map((row) => row.text)).toEqual(['100000000', '100000000', '100000000'])
    const shown = await runText(session, `${HEAD}\nnumbers.map((n) => 'x'.repeat(1e6)).print()\n${RUN}`)
    expect(shown.rows.every((row) => row.text.length < 5000 && row.value.length < 5000)).toBe(true)
  })

  test.each<[name: string, settings: object, code: string]>([
    ['parallelism 0', { parallelism: 0 }, 'SETTING'],
    ['parallelism 129', { parallelism: 129 }, 'SETTING'],
    ['a seed that is no integer', { seed: 1.5 }, 'SETTING'],
    ['a time before the start', { untilMs: -1 }, 'SETTING'],
    ['no speed', { speed: 0 }, 'SETTING'],
  ])('a setting: %s', async (_name, settings, code) => {
    const session = newSession()
    expect((await runText(session, RIGHT, settings)).diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
    expect((await runText(session, RIGHT)).outcome?.state).toBe('finished')
  })

  test('one job at a time; the first goes on', async () => {
    const session = newSession()
    const first = runText(session, RIGHT)
    expect((await runText(session, RIGHT)).diagnostics[0]?.code).toBe('ALREADY_RUNNING')
    expect((await first).outcome?.state).toBe('finished')
  })

  test('an endless job is stopped, and the next one runs', async () => {
    const session = newSession()
    const endless = `import { StreamExecutionEnvironment, TransactionSource } from 'streambed'\nconst env = StreamExecutionEnvironment.getExecutionEnvironment()\nenv.addSource(TransactionSource.unbounded()).filter(() => false).print()\n${RUN}`
    const running = runText(session, endless)
    await new Promise((resolve) => setImmediate(resolve))
    while (
      (await Promise.race([
        running.then(() => 'over'),
        session.stop().then(() => new Promise((resolve) => setImmediate(resolve))),
      ])) !== 'over'
    );
    expect((await running).outcome?.state).toBe('stopped')
    expect((await runText(session, RIGHT)).outcome?.state).toBe('finished')
  })

  test('console output arrives with its subtask, rows with theirs', async () => {
    const { logs, rows } = await runText(
      newSession(),
      `${HEAD}\nnumbers.map((n) => {\n  console.warn('saw', n)\n  return n\n}).print('s')\n${RUN}`,
    )
    expect(logs.map(({ level, text }) => `${level} ${text}`)).toEqual(['warn saw 1', 'warn saw 2', 'warn saw 3'])
    expect(rows.map(({ sink, subtask, value, timestamp }) => [sink, subtask, value, timestamp])).toEqual(
      ['1', '2', '3'].map((n) => ['s', 0, n, null]),
    )
  })

  test('the same run twice has one hash; another seed, another', async () => {
    const session = newSession()
    const text = `${HEAD}\nnumbers.rebalance().map((n) => n + Math.random()).print()\n${RUN}`
    const hash = async (seed: number): Promise<string> =>
      (await runText(session, text, { seed, parallelism: 2 })).outcome?.hash ?? ''
    const [one, again, other] = [await hash(1), await hash(1), await hash(2)]
    expect(one).toMatch(/^[0-9a-f]{16}$/)
    expect([again === one, other === one]).toEqual([true, false])
  })
})
