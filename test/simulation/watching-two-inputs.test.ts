// Watching a task with two inputs: whoever watches stands before both, and the run is the same as one nobody watched.

import { expect, test } from 'vitest'
import type { Frame, RunSettings } from '../../runtime/host/protocol.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const JOB = `
import { KeyedBroadcastProcessFunction, KeyedCoProcessFunction, MapStateDescriptor, StreamExecutionEnvironment, Types, ValueStateDescriptor } from 'streambed'
const RULES = new MapStateDescriptor('rules', Types.STRING)
class Both extends KeyedCoProcessFunction {
  open() {
    this.last = this.getRuntimeContext().getState(new ValueStateDescriptor('last', Types.STRING))
  }
  processElement1(text, context, out) {
    this.last.update(text)
  }
  processElement2(number, context, out) {
    out.collect('got ' + this.last.value() + number)
    context.timerService().registerEventTimeTimer(5)
  }
  onTimer(timestamp, context, out) {
    out.collect('end of ' + context.getCurrentKey())
  }
}
class Rules extends KeyedBroadcastProcessFunction {
  processElement(text, context, out) {
    out.collect([...context.getBroadcastState(RULES).immutableEntries()].length > 5 ? 'many' : text)
  }
  processBroadcastElement(rule, context) {
    context.getBroadcastState(RULES).put(String(rule), rule)
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const texts = env.fromElements('aa', 'b', 'cc').keyBy((text) => text.length)
const numbers = env.fromElements(1, 2, 2).keyBy((n) => n)
const both = texts.connect(numbers).process(new Both()).name('both')
both.keyBy((text) => text.length).connect(env.fromElements(7, 8).broadcast(RULES)).process(new Rules()).print()
await env.execute()`

function job(): CompiledJob {
  const { job: made, diagnostics } = compiled([{ name: 'job.ts', text: JOB }])
  expect(diagnostics).toEqual([])
  return made as CompiledJob
}

test.each<[name: string, settings: RunSettings]>([
  ['alone', { parallelism: 1 }],
  ['two subtasks, one record per buffer', { parallelism: 2, cluster: { bufferRecords: 1, latencyUs: 5_000 } }],
])('records, timers and calls of both inputs are seen: %s', async (_name, settings) => {
  const session = newSession()
  const frames: Frame[] = []
  const outcome = await session.run(job(), { ...settings, isWatched: true, startsPaused: true }, async (frame) => {
    frames.push(frame)
    if (frame.isPaused) await session.step('record')
  })
  expect(outcome.diagnostics).toEqual([])
  expect(outcome.hash).toBe((await newSession().run(job(), settings, () => undefined)).hash)

  const topology = frames.flatMap(({ topology: seen }) => seen ?? [])[0]
  const both = topology?.vertices.findIndex(({ name }) => name.startsWith('both'))
  const moments = frames.flatMap(({ moment }) => moment ?? [])
  const hands = moments.flatMap(({ hand }) => hand ?? []).filter(({ task }) => topology?.tasks[task]?.vertex === both)
  // Both streams of the operator, each by channels of its own.
  const from = new Set(
    hands.flatMap(({ element }) => (element === null ? [] : topology?.channels[element.channel]?.from)),
  )
  expect(new Set([...from].map((task) => topology?.tasks[task ?? 0]?.vertex)).size).toBe(2)
  expect(new Set(hands.map(({ kind }) => kind))).toEqual(new Set(['record', 'timer']))
  const calls = new Set(moments.flatMap(({ hand }) => hand?.calls ?? []).map(({ kind, name }) => `${kind} ${name}`))
  expect([...calls].sort()).toEqual([
    'collect ',
    'read last',
    'read rules',
    'register event time',
    'update last',
    'update rules',
  ])
  const last = moments.at(-1)
  const received = last?.tasks.reduce(
    (sum, { recordsIn }, i) => (topology?.tasks[i]?.vertex === both ? sum + recordsIn : sum),
    0,
  )
  expect(received).toBe(6)
  expect(last?.tasks.every(({ watermark }) => watermark === Infinity)).toBe(true)
})
