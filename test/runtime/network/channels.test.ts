// Channels, gates and writers: order, credits, control elements in their place, and copies for each consumer.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DataGeneratorSource,
  KeyedProcessFunction,
  OutputTag,
  ProcessFunction,
  RateLimiterStrategy,
  WatermarkStrategy,
} from '../../../runtime/index.ts'
import type { Collector, Context, OnTimerContext, UnkeyedContext } from '../../../runtime/index.ts'
import { NO_LIMIT, Simulation } from '../../../runtime/kernel/simulation.ts'
import { Channel, type ChannelSettings } from '../../../runtime/network/channel.ts'
import { connections } from '../../../runtime/network/exchange.ts'
import { InputGate } from '../../../runtime/network/input-gate.ts'
import { FanOut, RecordWriter } from '../../../runtime/network/record-writer.ts'
import { BufferPool, IDLE, WATERMARK } from '../../../runtime/record/buffer.ts'
import { NOWHERE } from '../../../runtime/record/receiver.ts'
import type { Partitioner } from '../../../runtime/record/partitioner.ts'
import { keyGroupRange, subtaskOf } from '../../../runtime/record/key-groups.ts'
import type { Task } from '../../../runtime/task/task.ts'
import { deployJob, runJob, type Build } from '../../harness/run-job.ts'

function channelWith(capacity: number, settings: Partial<ChannelSettings> = {}): Channel {
  const simulation = new Simulation({ seed: 1, startMs: 0, isHashed: true })
  return new Channel(simulation, new BufferPool(capacity), {
    credits: 2,
    latencyUs: 10,
    bufferTimeoutUs: 100,
    ...settings,
  })
}

/** `1 W5 idle 2` of what has arrived, consumed buffer by buffer. */
function drain(channel: Channel): string {
  const out: string[] = []
  while (channel.arrived.length > 0) {
    const buffer = channel.arrived[0] as Channel['arrived'][number]
    for (let i = 0; i <= buffer.size; i++) {
      buffer.controlAt.forEach((at, control) => {
        if (at === i)
          out.push(
            buffer.controlKinds[control] === WATERMARK
              ? `W${buffer.controlValues[control]}`
              : buffer.controlKinds[control] === IDLE
                ? 'idle'
                : 'active',
          )
      })
      if (i < buffer.size) out.push(`${String(buffer.valueAt(i))}@${buffer.timestampAt(i)}`)
    }
    channel.releaseFirst()
  }
  return out.join(' ')
}

const element = fc.oneof(
  { weight: 5, arbitrary: fc.nat(99).map((n) => `${n}@${n}`) },
  { weight: 1, arbitrary: fc.nat(99).map((n) => `W${n}`) },
  { weight: 1, arbitrary: fc.constantFrom('idle', 'active', 'flush', 'flush while busy') },
)

describe('a channel', () => {
  test('delivers everything once, in order, control elements in their place', () => {
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        (elements, capacity) => {
          const channel = channelWith(capacity)
          let at = 0
          for (const text of elements) {
            if (text.startsWith('flush')) channel.flush((at += 7), text !== 'flush')
            else if (text.startsWith('W')) channel.processWatermark(Number(text.slice(1)))
            else if (text.includes('@')) channel.processElement(Number(text.split('@')[0]), Number(text.split('@')[1]))
            else channel.processStatus(text === 'idle')
          }
          channel.flush(at + 7, false)
          channel.simulation.run(NO_LIMIT)
          expect(drain(channel)).toBe(elements.filter((text) => !text.startsWith('flush')).join(' '))
          expect(channel.sentRecords).toBe(channel.consumedRecords)
          expect([channel.inFlight - channel.returning.length, channel.onTheWay.length]).toEqual([0, 0])
        },
      ),
    )
  })

  test('a buffer takes the latency to arrive, and its credit the same to come back', () => {
    const channel = channelWith(1, { credits: 1 })
    const { simulation } = channel
    channel.processElement('a', 1)
    channel.flush(5, false)
    simulation.run({ ...NO_LIMIT, untilUs: 14 })
    expect(channel.arrived.length).toBe(0)
    simulation.run({ ...NO_LIMIT, untilUs: 15 })
    expect([drain(channel), channel.unacknowledged(), channel.hasCredit()]).toEqual(['a@1', 1, false])
    simulation.nowUs = 24
    expect([channel.unacknowledged(), channel.hasCredit()]).toEqual([1, false])
    simulation.nowUs = 25
    expect([channel.unacknowledged(), channel.hasCredit()]).toEqual([0, true])
  })

  test('credit is an event only for who waits for it, whether it was given back before or after', () => {
    for (const isGivenBefore of [true, false]) {
      const channel = channelWith(1, { credits: 1 })
      const { simulation } = channel
      const woken: number[] = []
      const wake = (): number => woken.push(simulation.nowUs)
      channel.producer = { id: 7, wake, wakeAtOnce: wake, hasFinished: () => false }
      channel.processElement('a', 1)
      channel.flush(5, false)
      if (!isGivenBefore) channel.awaitCredit()
      simulation.run(NO_LIMIT)
      drain(channel)
      if (isGivenBefore) channel.awaitCredit()
      expect([simulation.run(NO_LIMIT), woken, channel.hasCredit()]).toEqual(['quiescent', [25], true])
      channel.processElement('b', 2)
      channel.flush(30, false)
      simulation.run(NO_LIMIT)
      drain(channel)
      expect([simulation.heap.size, woken]).toEqual([0, [25]])
    }
  })

  test('credits held up on their way wake the producer when they get through; one sent later may come first', () => {
    const channel = channelWith(1, { credits: 1 })
    const { simulation } = channel
    const woken: number[] = []
    const wake = (): number => woken.push(simulation.nowUs)
    channel.producer = { id: 7, wake, wakeAtOnce: wake, hasFinished: () => false }
    for (const n of [1, 2]) channel.processElement(n, n)
    channel.flush(5, false)
    channel.awaitCredit()
    simulation.run(NO_LIMIT)
    channel.delayUs = 1000
    channel.releaseFirst()
    channel.delayUs = 0
    channel.releaseFirst()
    channel.heldUntilUs = 200
    simulation.run(NO_LIMIT)
    expect([woken, channel.unacknowledged()]).toEqual([[1025], 0])
  })

  test('credits run out; what exceeds them is counted', () => {
    const channel = channelWith(1, { credits: 2 })
    const credit: boolean[] = []
    for (let n = 0; n < 3; n++) {
      channel.processElement(n, n)
      channel.flush(0, false)
      credit.push(channel.hasCredit())
    }
    expect([credit, channel.overdraft]).toEqual([[true, false, false], 1])
  })

  test('a buffer with room waits while its producer is at work, up to the timeout', () => {
    const channel = channelWith(8, { bufferTimeoutUs: 100 })
    channel.processElement('a', 1)
    expect([channel.flush(99, true), channel.onTheWay.length]).toEqual([100, 0])
    expect(channel.flush(100, true)).toBe(Infinity)
    expect(channel.onTheWay.length).toBe(1)
  })

  test('a full buffer does not wait', () => {
    const channel = channelWith(2)
    for (const n of [1, 2, 3]) channel.processElement(n, n)
    channel.flush(0, true)
    expect([channel.onTheWay.map(({ size }) => size), channel.open?.size]).toEqual([[2], 1])
    channel.processElement(4, 4)
    channel.flush(1, true)
    expect([channel.onTheWay.map(({ size }) => size), channel.open]).toEqual([[2, 2], null])
  })
})

test('a gate turns from channel to channel, a buffer begun first', () => {
  const channels = [channelWith(1), channelWith(1), channelWith(1)]
  channels.forEach((channel, i) => {
    if (i === 1) return
    for (const n of [1, 2]) channel.processElement(`${i}${n}`, n)
    channel.flush(0, false)
    channel.simulation.run(NO_LIMIT)
  })
  const gate = new InputGate(channels)
  const order: unknown[] = []
  for (let index = gate.select(); index >= 0; index = gate.select()) {
    expect(gate.select()).toBe(index)
    order.push(gate.firstBuffer(index).valueAt(0))
    gate.release(index)
  }
  expect(order).toEqual(['01', '21', '02', '22'])
})

describe('exchanges and key groups', () => {
  test('pointwise or not, every sender and every receiver has a partner, and forward is one to one', () => {
    const partitioner = fc.constantFrom<Partitioner>('FORWARD', 'RESCALE', 'REBALANCE', 'HASH', 'BROADCAST')
    fc.assert(
      fc.property(
        partitioner,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (partitioner, from, to) => {
          const pairs = connections(partitioner, from, to)
          expect(new Set(pairs.map(([sender]) => sender)).size).toBe(from)
          expect(new Set(pairs.map(([, receiver]) => receiver)).size).toBe(to)
          const isPointwise = partitioner === 'FORWARD' || partitioner === 'RESCALE'
          expect(pairs.length).toBe(isPointwise ? Math.max(from, to) : from * to)
        },
      ),
    )
  })
  test('the ranges of the subtasks are a partition of the key groups, and name their owners', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 64, max: 300 }), (parallelism, max) => {
        const owners = Array.from({ length: parallelism }, (_, subtask) => {
          const { start, end } = keyGroupRange(subtask, parallelism, max)
          return Array.from({ length: end - start + 1 }, () => subtask)
        }).flat()
        expect(owners).toEqual(Array.from({ length: max }, (_, group) => subtaskOf(group, parallelism, max)))
      }),
    )
  })
})

describe('several consumers of one record', () => {
  interface Box {
    n: number
    readonly inside: { n: number }
  }
  const boxes = (): Box[] => [1, 2, 3].map((n) => ({ n, inside: { n } }))
  const spoil = (box: Box): Box => {
    box.n += 100
    box.inside.n += 100
    return box
  }

  test.each<[name: string, build: Build]>([
    [
      'chained',
      (env) => {
        const source = env.fromSequence(0, 2).map((n) => boxes()[n] as Box)
        source.map(spoil).print('spoiled')
        source.map((box) => box).print('plain')
      },
    ],
    [
      'the plain one first',
      (env) => {
        const source = env.fromSequence(0, 2).map((n) => boxes()[n] as Box)
        source.map((box) => box).print('plain')
        source.map(spoil).print('spoiled')
      },
    ],
    [
      'over channels',
      (env) => {
        const source = env.fromSequence(0, 2).map((n) => boxes()[n] as Box)
        source.rebalance().map(spoil).print('spoiled')
        source
          .rebalance()
          .map((box) => box)
          .print('plain')
      },
    ],
    [
      'one chained, one not',
      (env) => {
        const source = env.fromSequence(0, 2).map((n) => boxes()[n] as Box)
        source.map(spoil).print('spoiled')
        source
          .rebalance()
          .map((box) => box)
          .print('plain')
      },
    ],
  ])('none sees the changes of another: %s', (_name, build) => {
    const { rows } = runJob(build, { parallelism: 1 })
    const of = (sink: string): unknown[] =>
      rows.filter((row) => row.sink === sink).map(({ value }) => [(value as Box).n, (value as Box).inside.n])
    expect(of('plain')).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(of('spoiled')).toEqual([
      [101, 101],
      [102, 102],
      [103, 103],
    ])
  })

  test('broadcast: each subtask has its own', () => {
    const { rows } = runJob(
      (env) => {
        env
          .fromSequence(0, 2)
          .setParallelism(1)
          .map((n) => boxes()[n] as Box)
          .setParallelism(1)
          .broadcast()
          .map(spoil)
          .print()
      },
      { parallelism: 3 },
    )
    expect(rows.map(({ value }) => (value as Box).n).sort()).toEqual([101, 101, 101, 102, 102, 102, 103, 103, 103])
  })

  test('with object reuse chained consumers get the very object, and what goes over the network is a copy', () => {
    const seen: number[] = []
    const note = ({ n }: Box): number => {
      seen.push(n)
      return n
    }
    const { rows } = runJob((env) => {
      env.getConfig().enableObjectReuse()
      const stream = env.fromElements(0).map(() => boxes()[0] as Box)
      stream.map(spoil).print('spoiled')
      stream.map(note).print('chained')
      stream.rebalance().map(note).setParallelism(1).print('far')
    })
    const of = (sink: string): unknown[] => rows.filter((row) => row.sink === sink).map(({ value }) => value)
    expect([of('chained'), of('far')]).toEqual([[101], [1]])
    expect(seen).toEqual([101, 1])
  })

  test('a writer to several channels and a fan-out pass watermarks and statuses to all', () => {
    const channels = [channelWith(4), channelWith(4)]
    new FanOut([new RecordWriter(channels, null).receiver(), NOWHERE], false).processWatermark(7)
    new RecordWriter(channels, null).processStatus(true)
    for (const channel of channels) {
      channel.flush(0, false)
      channel.simulation.run(NO_LIMIT)
      expect(drain(channel)).toBe('W7 idle')
    }
  })
})

describe('side outputs', () => {
  const TAG = new OutputTag<number>('side')
  class Split extends ProcessFunction<number, number> {
    override processElement(n: number, context: UnkeyedContext, out: Collector<number>): void {
      if (n % 2 === 0) out.collect(n)
      else context.output(TAG, n)
    }
  }
  class AtWatermark extends KeyedProcessFunction<number, number, string> {
    override processElement(n: number, context: Context<number>): void {
      context.timerService().registerEventTimeTimer(n)
    }
    override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<string>): void {
      out.collect(`${timestamp}:${context.timerService().currentWatermark()}`)
    }
  }
  const strategy = WatermarkStrategy.forMonotonousTimestamps<number>()
    .withTimestampAssigner((n) => n)
    .withPerRecordWatermarks()

  test.each(['chained', 'over channels', 'with nobody on the main output'])('get the watermarks, too: %s', (way) => {
    const { rows } = runJob((env) => {
      const main = env.fromCollection([1, 2, 3, 4, 5, 6]).assignTimestampsAndWatermarks(strategy).process(new Split())
      if (way === 'over channels') main.disableChaining()
      if (way !== 'with nobody on the main output')
        main
          .keyBy(() => 0)
          .process(new AtWatermark())
          .print('even')
      main
        .getSideOutput(TAG)
        .keyBy(() => 0)
        .process(new AtWatermark())
        .print('odd')
    })
    const of = (sink: string): unknown[] => rows.filter((row) => row.sink === sink).map(({ value }) => value)
    expect(of('odd')).toEqual(['1:1', '3:3', '5:5'])
    if (way !== 'with nobody on the main output') expect(of('even')).toEqual(['2:2', '4:4', '6:Infinity'])
  })

  test('two readers of one tag, and a tag that nobody reads', () => {
    const { rows } = runJob((env) => {
      const main = env.fromElements(1, 2, 3).process(new Split())
      main.getSideOutput(TAG).print('a')
      main
        .getSideOutput(new OutputTag<number>('side'))
        .map((n) => n * 10)
        .print('b')
      main.getSideOutput(new OutputTag<number>('other')).print('c')
    })
    expect(rows.map(({ sink, value }) => `${sink}${String(value)}`).sort()).toEqual(['a1', 'a3', 'b10', 'b30'])
  })
})

describe('back-pressure', () => {
  test('a record at a time, no turn exceeds the credits: a full buffer never waits', () => {
    const job: Build = (env) =>
      void env
        .fromSequence(1, 200)
        .disableChaining()
        .map((n) => n)
        .disableChaining()
        .filter(() => true)
        .print()
    const { simulation, execution } = deployJob(job, {
      cluster: { bufferRecords: 1, sourceRecords: 1, credits: 1, latencyUs: 5_000, recordUs: 1 },
    })
    let most = 0
    for (let result = 'paused'; result === 'paused';) {
      result = simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
      most = Math.max(most, ...execution.channels.map(({ inFlight }) => inFlight))
    }
    expect([execution.state, most]).toEqual(['FINISHED', 1])
  })
})

describe('open buffers of a task that has more to read', () => {
  /** Sizes of the buffers that reach the keyed operator, by channel. */
  const sizes = (
    cluster: { readonly bufferTimeoutUs: number; readonly recordUs?: number },
    isPaced = false,
  ): number[][] => {
    const rate = isPaced ? RateLimiterStrategy.perSecond(100) : RateLimiterStrategy.noOp()
    const { simulation, execution } = deployJob(
      (env) =>
        void env
          .fromSource(new DataGeneratorSource((i: number) => i, 640, rate), WatermarkStrategy.noWatermarks(), 'numbers')
          .disableChaining()
          .map((n) => n)
          .keyBy((n) => n)
          .reduce((_, b) => b)
          .print(),
      { parallelism: 2, cluster: { bufferRecords: 16, sourceRecords: 16, latencyUs: 5, ...cluster } },
    )
    const into = execution.channels.filter(({ consumer }) => (consumer as Task).keyContext !== null)
    const found: number[][] = into.map(() => [])
    into.forEach((channel, i) => {
      channel.arrivals = { bufferArrived: (_, { size }) => void found[i]?.push(size) }
    })
    simulation.run(NO_LIMIT)
    expect(execution.state).toBe('FINISHED')
    return found
  }

  test('leave when they are full', () => {
    for (const channel of sizes({ bufferTimeoutUs: Infinity })) {
      // The end of the input comes alone.
      expect(channel.slice(0, -2).every((size) => size === 16)).toBe(true)
      expect(channel.length).toBeGreaterThan(5)
    }
  })

  test('leave when they have waited for the buffer timeout', () => {
    const all = sizes({ bufferTimeoutUs: 10 }).flat()
    expect(Math.max(...all)).toBeLessThan(16)
  })

  test('leave at once when nothing more comes for now', () => {
    const all = sizes({ bufferTimeoutUs: Infinity }, true).flat()
    expect(all.filter((size) => size > 1)).toEqual([])
  })
})
