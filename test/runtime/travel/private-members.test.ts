// Private members of a learner's objects are kept and put back as their fields are, whatever class they come from.

import { describe, expect, test } from 'vitest'
import { privateMembersOf } from '../../../runtime/base/private-members.ts'
import type { RunSettings } from '../../../runtime/host/protocol.ts'
import type { JobFactory } from '../../../runtime/sandbox/compile.ts'
import { makeGlobals } from '../../../runtime/sandbox/prelude.ts'
import { differenceOf, RunMemory } from '../../../runtime/travel/run-memory.ts'
import { compiled, newSession } from '../../harness/compiled-job.ts'

const port = { nowMs: () => 0, random: () => 0, log: () => undefined }

/** Evaluates the file as a job's is, and gives what it hands out. */
async function handedOut(text: string): Promise<object> {
  const { job } = compiled([{ name: 'job.ts', text: `import { out } from 'streambed'\n${text}` }])
  const url = `data:text/javascript,${encodeURIComponent(job?.code ?? '')}`
  const { default: factory } = (await import(/* @vite-ignore */ url)) as { default: JobFactory }
  let given: object = {}
  await factory({ out: (value: object) => (given = value) }, makeGlobals(port))
  return given
}

interface Counter {
  tell(): unknown
  go(): void
}

const CASES: readonly (readonly [string, string])[] = [
  [
    'a number and a list',
    'class A { #n = 0; #all = [1]; go() { this.#n++; this.#all.push(this.#n) } tell() { return [this.#n, ...this.#all] } }',
  ],
  [
    'two of one name, of a class and of the one it extends',
    'class B { #n = 0; up() { this.#n++ } own() { return this.#n } } class A extends B { #n = 5; go() { this.#n += 2; this.up() } tell() { return [this.#n, this.own()] } }',
  ],
  [
    'beside fields, methods and accessors',
    'class A { n = 1; #m = 1; static #s = 3; #double() { return this.#m * 2 } get #twice() { return this.#double() } go() { this.n = this.#m += this.#twice } tell() { return [this.n, this.#m, A.#s] } }',
  ],
  [
    'of a class without a name, in an object that another holds',
    'const make = () => new (class { #at = new Map(); put() { this.#at.set(this.#at.size, 1) } get() { return [...this.#at] } })(); class A { #inner = make(); go() { this.#inner.put() } tell() { return this.#inner.get() } }',
  ],
]

describe('private members', () => {
  test.each(CASES)('%s', async (_, text) => {
    const counter = (await handedOut(`${text}\nout(new A())`)) as Counter
    expect(privateMembersOf(counter).length).toBeGreaterThan(0)
    const memory = new RunMemory({ counter }, [])
    const [start, atStart] = [memory.take(), counter.tell()]
    for (let i = 0; i < 3; i++) counter.go()
    const [later, then] = [memory.take(), counter.tell()]
    expect(then).not.toEqual(atStart)
    expect(differenceOf(start, later, {})).not.toBeNull()
    // Nothing happened in between, so nothing is kept again.
    expect(memory.take()).toEqual(later)
    memory.put(start)
    expect(counter.tell()).toEqual(atStart)
    for (let i = 0; i < 3; i++) counter.go()
    expect(differenceOf(later, memory.take(), {})).toBeNull()
    memory.put(later)
    expect(counter.tell()).toEqual(then)
  })

  test('an object without them has none, and the class itself is untouched', async () => {
    const counter = await handedOut('class A { n = 1 }\nclass B { #n = 1; get() { return this.#n } }\nout(new A())')
    expect(privateMembersOf(counter)).toEqual([])
    expect(privateMembersOf({})).toEqual([])
  })
})

const COUNTS = (declared: string, used: string): string => `
import { DataGeneratorSource, KeyedProcessFunction, RateLimiterStrategy, StreamExecutionEnvironment, Types, ValueStateDescriptor, WatermarkStrategy } from 'streambed'
class Count extends KeyedProcessFunction {
  ${declared}
  open() { ${used}.handle = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG)) }
  processElement(value, ctx, out) {
    ${used}.handle.update((${used}.handle.value() ?? 0) + 1)
    ${used}.all.push(value)
    out.collect(${used}.handle.value() * 1000 + ${used}.all.length)
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromSource(new DataGeneratorSource((i) => i, 3000, RateLimiterStrategy.perSecond(1000)), WatermarkStrategy.noWatermarks(), 'n')
  .keyBy((n) => n % 3).process(new Count()).print()
await env.execute()`

test('a job that has its handles in one is taken back by keyframes, and is the run it was', async () => {
  const settings: RunSettings = { isWatched: true, startsPaused: true, parallelism: 2 }
  const { job } = compiled([{ name: 'job.ts', text: COUNTS('#own = { handle: null, all: [] }', 'this.#own') }])
  expect(job?.hidden).toEqual([])
  const places = [2900, 1400, 2900, 300, 2400, 1400]
  const visit = async (hidden: boolean): Promise<readonly [Map<number, string>, string, number]> => {
    const session = newSession()
    const shown = new Map<number, string>()
    let [next, made] = [0, 0]
    const span = { file: 'job.ts', line: 1, column: 1, endLine: 1, endColumn: 1 }
    const known = hidden ? [{ name: 'x', isCertain: false, span }] : []
    const outcome = await session.run({ ...job!, hidden: known }, settings, async (frame) => {
      if (frame.isAnew) made++
      expect(frame.isImpure).toBe(false)
      if (frame.isPassing || !frame.isPaused) return
      if (next > 0) {
        const sight = JSON.stringify([frame.position, frame.moment])
        expect(shown.get(places[next - 1] as number) ?? sight).toBe(sight)
        shown.set(places[next - 1] as number, sight)
      }
      const event = places[next++]
      await (event === undefined ? session.play(null) : session.seek({ kind: 'place', event, record: 0 }))
    })
    return [shown, outcome.hash, made]
  }
  const [fromKeyframes, fromStart] = [await visit(false), await visit(true)]
  expect(fromKeyframes.slice(0, 2)).toEqual(fromStart.slice(0, 2))
  // Going back makes the run anew where there are no keyframes, and only there.
  expect([fromKeyframes[2], fromStart[2] > 0]).toEqual([0, true])
})
