// The sandbox's globals: virtual clock, seeded randomness, refused names, the step budget.
import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { INTERCEPTED_NAMES, REFUSED_NAMES } from '../../../runtime/sandbox/intercepted.ts'
import { makeGlobals, type LogLevel, type Sandbox } from '../../../runtime/sandbox/prelude.ts'
import { pinLocalTime } from '../../../runtime/sandbox/simulated-date.ts'
import { compileRight, evaluate } from './evaluate.ts'

process.env['TZ'] = 'Asia/Shanghai'

function simulation(options: { nowMs?: number; stepBudget?: number } = {}) {
  let seed = 0
  const lines: [LogLevel, string][] = []
  const clock = { nowMs: options.nowMs ?? 1000 }
  const port = {
    nowMs: () => clock.nowMs,
    random: () => (seed = (seed + 0.1) % 1),
    log: (level: LogLevel, text: string) => void lines.push([level, text]),
  }
  const globals = makeGlobals(port, options.stepBudget === undefined ? {} : { stepBudget: options.stepBudget })
  return { globals, lines, clock }
}

const run = async (code: string, globals: Sandbox): Promise<unknown[]> => {
  const job = compileRight(`import { out } from 'streambed'\n${code}`)
  return (await evaluateWith(job, globals)).out
}

const evaluateWith = (job: ReturnType<typeof compileRight>, globals: Sandbox) => evaluate(job, globals)

describe('Date', () => {
  const at = Date.UTC(2024, 0, 31, 23, 4, 5, 6)
  test.each<[code: string, expected: unknown]>([
    ['Date.now()', at],
    ['new Date().getTime()', at],
    ['new Date(5).getTime()', 5],
    ['new Date(new Date(7)).getTime()', 7],
    ['typeof Date()', 'string'],
    ['Date()', 'Wed Jan 31 2024 23:04:05 GMT+0000 (Coordinated Universal Time)'],
    ['String(new Date())', 'Wed Jan 31 2024 23:04:05 GMT+0000 (Coordinated Universal Time)'],
    ['`${new Date(NaN)}`', 'Invalid Date'],
    ['+new Date() + 1', at + 1],
    ['new Date() + "!"', 'Wed Jan 31 2024 23:04:05 GMT+0000 (Coordinated Universal Time)!'],
    ['new Date().toISOString()', '2024-01-31T23:04:05.006Z'],
    ['JSON.stringify(new Date())', '"2024-01-31T23:04:05.006Z"'],
    ['new Date().getHours()', 23],
    ['new Date().getDate()', 31],
    ['new Date().getDay()', 3],
    ['new Date().getTimezoneOffset()', 0],
    ['new Date(2024, 0, 31, 23).getTime()', Date.UTC(2024, 0, 31, 23)],
    ['new Date(2024, 0).toISOString()', '2024-01-01T00:00:00.000Z'],
    ['new Date(new Date().setHours(1)).toISOString()', '2024-01-31T01:04:05.006Z'],
    ['new Date("2024-01-31").toISOString()', '2024-01-31T00:00:00.000Z'],
    ['new Date("2024-01-31T10:00").toISOString()', '2024-01-31T10:00:00.000Z'],
    ['new Date("2024-01-31T10:00:00.5").toISOString()', '2024-01-31T10:00:00.500Z'],
    ['new Date("2024-01-31T10:00+01:00").toISOString()', '2024-01-31T09:00:00.000Z'],
    ['new Date("2024-01-31 10:00:00").toISOString()', '2024-01-31T10:00:00.000Z'],
    ['new Date("Jan 31, 2024 10:00").toISOString()', '2024-01-31T10:00:00.000Z'],
    ['Date.parse("2024-01-31T10:00:00Z")', Date.UTC(2024, 0, 31, 10)],
    ['Date.UTC(1970, 0, 1, 0, 0, 1)', 1000],
    ['new Date("nonsense").getTime()', NaN],
    ['new Date().toLocaleString()', '2024-01-31 23:04:05'],
    ['new Date().toLocaleDateString("zh-CN")', '2024-01-31'],
    ['new Date() instanceof Date', true],
    ['({}) instanceof Date', false],
    ['structuredClone(new Date()) instanceof Date', true],
    ['new Date().constructor === Date || new Date().constructor.name', 'Date'],
    [
      '(() => { class D extends Date { x = 1 }; const d = new D(); return [d instanceof D, d instanceof Date, d.getTime(), d.x] })()',
      [true, true, at, 1],
    ],
    ['Object.prototype.toString.call(new Date())', '[object Date]'],
    ['performance.now()', at],
  ])('%s', async (code, expected) => {
    expect(await run(`out(${code})`, simulation({ nowMs: at }).globals)).toEqual([expected])
  })

  test('moves with the clock', () => {
    const { globals, clock } = simulation({ nowMs: 1 })
    const SimulatedDate = globals['Date'] as DateConstructor
    clock.nowMs = 2
    expect(new SimulatedDate().getTime()).toBe(2)
    expect(SimulatedDate.now()).toBe(2)
  })

  test("the host's own Date stays as it is until it is pinned", () => {
    simulation()
    expect(new Date(0).getHours()).toBe(8)
    const prototype = Object.create(Date.prototype) as Date
    pinLocalTime(prototype)
    expect((Object.setPrototypeOf(new Date(0), prototype) as Date).getHours()).toBe(0)
  })
})

describe('randomness', () => {
  test('Math is the real one but for random', async () => {
    const code = 'out(Math.random()); out(Math.random()); out(Math.max(1, 2)); out(Math.PI); out(String(Math))'
    expect(await run(code, simulation().globals)).toEqual([0.1, 0.2, 2, Math.PI, '[object Math]'])
    expect(Math.random()).not.toBe(0.1)
  })

  test('crypto draws from the same stream', async () => {
    const code = 'out(crypto.randomUUID()); out([...crypto.getRandomValues(new Uint8Array(2))])'
    const first = await run(code, simulation().globals)
    expect(first[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(first[1]).toHaveLength(2)
    expect(await run(code, simulation().globals)).toEqual(first)
  })
})

describe('refused names', () => {
  const uses: readonly [form: string, code: (name: string) => string][] = [
    ['call', (name) => `${name}()`],
    ['new', (name) => `new ${name}()`],
    ['member', (name) => `${name}.x`],
    ['set', (name) => `${name}.x = 1`],
    ['in', (name) => `'x' in ${name}`],
    ['spread', (name) => `({ ...${name} })`],
    ['instanceof', (name) => `({}) instanceof ${name}`],
  ]
  test.each(uses)('%s', async (form, code) => {
    for (const [name, use] of REFUSED_NAMES) {
      if (name === 'Function' && form === 'instanceof') continue
      const thrown = await run(`const v = ${code(name)}`, simulation().globals).catch((error: unknown) => error)
      expect(thrown, name).toBeInstanceOf(LearnerError)
      expect(thrown).toMatchObject({ code: 'GLOBAL_REFUSED', params: { name, use } })
    }
  })

  test('may be named and asked for their type', async () => {
    for (const name of REFUSED_NAMES.keys()) await run(`out(typeof ${name}); const v = ${name}`, simulation().globals)
    expect(await run('out((() => 1) instanceof Function)', simulation().globals)).toEqual([true])
  })

  test("a learner's own names are theirs", async () => {
    const code = 'const close = 1; function open(top: number) { return top }\nout(open(close))'
    expect(await run(code, simulation().globals)).toEqual([1])
  })

  test('every intercepted name has something in its place', () => {
    const { globals } = simulation()
    expect(INTERCEPTED_NAMES.filter((name) => !(name in globals))).toEqual([])
    expect(new Set(INTERCEPTED_NAMES).size).toBe(INTERCEPTED_NAMES.length)
  })

  test('crypto.subtle', async () => {
    await expect(run('crypto.subtle.digest("SHA-1", new Uint8Array())', simulation().globals)).rejects.toMatchObject({
      params: { name: 'crypto.subtle' },
    })
  })
})

describe('the step budget', () => {
  const failure = { code: 'STEP_BUDGET', params: { steps: 100 } }
  test('ends an endless loop, also one that catches', async () => {
    await expect(run('for (;;) {}', simulation({ stepBudget: 100 }).globals)).rejects.toMatchObject(failure)
    const stubborn = 'for (let i = 0; i < 1000; i++) { try { for (;;) ; } catch {} }'
    await expect(run(stubborn, simulation({ stepBudget: 100 }).globals)).rejects.toMatchObject(failure)
  })

  test('is whole again after a reset', () => {
    const { globals } = simulation({ stepBudget: 3 })
    const steps = (count: number) => () => Array.from({ length: count }).forEach(() => globals.__tick())
    expect(steps(3)).not.toThrow()
    expect(steps(1)).toThrow('STEP_BUDGET')
    globals.resetBudget()
    expect(steps(3)).not.toThrow()
    expect(steps(1)).toThrow('STEP_BUDGET')
  })
})
