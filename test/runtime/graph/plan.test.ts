// The plan and the job graph made of it, held to what Flink made of the same topologies (golden/datastream/graph.json).

import { describe, expect, test } from 'vitest'
import { createJobGraph } from '../../../runtime/graph/job-graph.ts'
import { Duration, NumberSequenceSource, PrintSink, WatermarkStrategy } from '../../../runtime/index.ts'
import type { DataStream, StreamExecutionEnvironment } from '../../../runtime/index.ts'
import { planOf, type Build } from '../../harness/run-job.ts'

const sink = (stream: DataStream<number>): void => void stream.sinkTo(new PrintSink<number>()).name('Writer')
const same = (n: number): number => n
const all = (): boolean => true
const sequence = (env: StreamExecutionEnvironment): DataStream<number> => env.fromSequence(1, 10)

/** Of each vertex: its name, its parallelism, operator ids from the head on, and its inputs with their partitioners. */
function vertices(build: Build, parallelism: number): string[] {
  const { vertices } = createJobGraph(planOf(build, parallelism))
  const nameOf = (node: string): string =>
    vertices.find(({ nodes }) => nodes.some(({ id }) => id === node))?.name ?? '?'
  return vertices.map(({ name, parallelism, nodes, inputs }) => {
    const ids = nodes.map(({ operatorId }) => operatorId.slice(0, 8)).join(' ')
    const from = inputs.map(({ edge }) => ` < ${edge.partitioner} ${nameOf(edge.node)}`)
    return `${name} x${parallelism} [${ids}]${from.join('')}`
  })
}

describe('as in Flink', () => {
  test.each<[name: string, parallelism: number, build: Build, expected: string[]]>([
    [
      'source map sink',
      1,
      (env) => sink(sequence(env).map(same)),
      ['Source: Sequence Source -> Map -> Sink: Writer x1 [cbc357cc 570f7071 b728d985]'],
    ],
    [
      'keyBy reduce',
      2,
      (env) => sink(sequence(env).map(same).keyBy(same).reduce(same).filter(all)),
      [
        'Source: Sequence Source -> Map x2 [cbc357cc 7df19f87]',
        'Keyed Reduce -> Filter -> Sink: Writer x2 [90bea66d e5ebb093 55785f9e] < HASH Source: Sequence Source -> Map',
      ],
    ],
    [
      'fan out',
      2,
      (env) => {
        const mapped = sequence(env).map(same)
        const [filtered, flat] = [mapped.filter(all), mapped.flatMap<number>((n, out) => out.collect(n))]
        sink(filtered)
        sink(flat)
      },
      [
        'Source: Sequence Source -> Map -> (Filter -> Sink: Writer, Flat Map -> Sink: Writer) x2 [cbc357cc 8b66bce9 66298503 d6ba6a0e fe33aa17 657e41be]',
      ],
    ],
    [
      'union',
      2,
      (env) => {
        const [one, other] = [sequence(env), sequence(env)]
        sink(one.union(other).map(same))
      },
      [
        'Source: Sequence Source x2 [bc764cd8]',
        'Source: Sequence Source x2 [feca28af]',
        'Map -> Sink: Writer x2 [4bf7c195 ccb29b52] < FORWARD Source: Sequence Source < FORWARD Source: Sequence Source',
      ],
    ],
  ])('%s', (_name, parallelism, build, expected) => expect(vertices(build, parallelism)).toEqual(expected))
})

describe('chains and partitioners', () => {
  test.each<[name: string, build: Build, expected: string[]]>([
    [
      'changed parallelism is rebalance',
      (env) => sink(sequence(env).map(same).setParallelism(3)),
      ['Source: Sequence Source x2', 'Map x3 < REBALANCE', 'Sink: Writer x2 < REBALANCE'],
    ],
    [
      'collections have one reader',
      (env) => sink(env.fromElements(1, 2).map(same)),
      ['Source: Collection Source x1', 'Map -> Sink: Writer x2 < REBALANCE'],
    ],
    ...(['rebalance', 'rescale', 'shuffle', 'broadcast', 'global'] as const).map((way): [string, Build, string[]] => [
      way,
      (env) => sink(sequence(env)[way]().map(same)),
      ['Source: Sequence Source x2', `Map -> Sink: Writer x2 < ${way.toUpperCase()}`],
    ]),
    [
      'forward',
      (env) => sink(sequence(env).forward().map(same)),
      ['Source: Sequence Source -> Map -> Sink: Writer x2'],
    ],
    [
      'disableChaining',
      (env) => sink(sequence(env).map(same).disableChaining().filter(all)),
      ['Source: Sequence Source x2', 'Map x2 < FORWARD', 'Filter -> Sink: Writer x2 < FORWARD'],
    ],
    [
      'startNewChain',
      (env) => sink(sequence(env).map(same).startNewChain().filter(all)),
      ['Source: Sequence Source x2', 'Map -> Filter -> Sink: Writer x2 < FORWARD'],
    ],
    [
      'no chaining at all',
      (env) => sink(sequence(env.disableOperatorChaining()).map(same)),
      ['Source: Sequence Source x2', 'Map x2 < FORWARD', 'Sink: Writer x2 < FORWARD'],
    ],
    [
      'custom',
      (env) =>
        sink(
          sequence(env)
            .partitionCustom((key: number, subtasks) => key % subtasks, same)
            .map(same),
        ),
      ['Source: Sequence Source x2', 'Map -> Sink: Writer x2 < CUSTOM'],
    ],
  ])('%s', (_name, build, expected) => {
    const short = vertices(build, 2).map((text) => text.replace(/ \[[^\]]*\]/, '').replace(/ < (\w+) .*$/, ' < $1'))
    expect(short).toEqual(expected)
  })
})

describe('the document', () => {
  const build: Build = (env) => {
    const strategy = WatermarkStrategy.forBoundedOutOfOrderness<number>(Duration.ofSeconds(5)).withTimestampAssigner(
      same,
    )
    env
      .fromSource(new NumberSequenceSource(1, 5), strategy, 'numbers')
      .uid('src')
      .keyBy(same)
      .sum(0)
      .setMaxParallelism(256)
      .print('sums')
  }
  const plan = planOf(build, 3)

  test('is plain JSON: nothing is lost on the way', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
    expect(createJobGraph(JSON.parse(JSON.stringify(plan)) as typeof plan)).toEqual(createJobGraph(plan))
  })
  test('names the functions by role, and what is built in as data', () => {
    expect(plan.nodes.map(({ kind, functions, keyed }) => [kind, functions, keyed])).toEqual([
      ['source', ['timestampAssigner'], false],
      ['reduce', ['keySelector:0'], true],
      ['sink', [], false],
    ])
    expect(plan.nodes[0]?.spec).toEqual({
      kind: 'source',
      source: { kind: 'sequence', from: 1, to: 5, ratePerSecond: null },
      watermarks: { generator: 'bounded', outOfOrdernessMs: 5000, assignsTimestamps: true, perRecord: false },
    })
    expect(plan.nodes[1]?.inputs).toEqual([
      {
        node: '1',
        partitioner: 'HASH',
        isChosen: true,
        key: 'infer',
        selector: 1,
        tag: null,
        input: 1,
        isKeyed: true,
      },
    ])
    expect(plan.nodes[1]?.maxParallelism).toBe(256)
  })

  const changed: [name: string, build: Build][] = [
    ['a name', (env) => void env.fromElements(1).map(same).name('other').print()],
    ['a uid', (env) => void env.fromElements(1).map(same).uid('u').print()],
    ['an element', (env) => void env.fromElements(2).map(same).print()],
    ['an operator', (env) => void env.fromElements(1).filter(all).print()],
    ['a sink’s name', (env) => void env.fromElements(1).map(same).print('x')],
    ['a partitioner', (env) => void env.fromElements(1).rebalance().map(same).print()],
    [
      'the watermark interval',
      (env) => (env.getConfig().setAutoWatermarkInterval(5), void env.fromElements(1).map(same).print()),
    ],
    ['a description', (env) => void env.fromElements(1).map(same).setDescription('d').print()],
  ]
  const plain = planOf((env) => void env.fromElements(1).map(same).print()).hash
  test('the hash is the same for the same job, and differs with each of these', () => {
    expect(
      planOf(
        (env) =>
          void env
            .fromElements(1)
            .map((n) => n + 1)
            .print(),
      ).hash,
    ).toBe(plain)
    expect(new Set([plain, ...changed.map(([, build]) => planOf(build).hash)]).size).toBe(changed.length + 1)
  })
})
