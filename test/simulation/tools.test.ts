// The commands of those who work on this, asked for what there isn't: they say what is wrong and how they're used, and their
// exit status isn't that of a wrong schedule or a vector that fails.

import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

function run(tool: string, ...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/run-ts.mjs', tool, ...args], {
    encoding: 'utf8',
  })
  return { status, said: `${stdout}${stderr}` }
}

const SIM = 'test/simulation/run.ts'
const GOLDEN = 'test/golden/run.ts'
const STAMP = 'ui/build/lesson/stamp.ts'

test.each<[tool: string, args: readonly string[], said: string]>([
  [SIM, ['--seeds', 'many'], '--seeds takes a whole number, not "many".'],
  [SIM, ['--seeds', '3', '--from', '1.5'], '--from takes a whole number, not "1.5".'],
  [SIM, ['--sedes', '3'], "Unknown option '--sedes'"],
  [SIM, ['--interventions', '{'], '--interventions takes a list in JSON'],
  ['test/bench/run.ts', ['nosuchgroup'], 'There is no group nosuchgroup.'],
  ['test/bench/run.ts', ['toString'], 'There is no group toString.'],
  ['test/bench/page/run.ts', ['--help'], ''],
  ['test/screenshots/run.ts', ['--help'], ''],
  [STAMP, ['lessons/01-fraud-detection'], ''],
  [GOLDEN, [], ''],
  [GOLDEN, ['test/golden/nowhere'], 'There is no folder or file test/golden/nowhere.'],
  [GOLDEN, ['test/golden/vectors/checkpointing', '--wyh'], 'There is no option --wyh.'],
])(
  '%s %j',
  (tool, args, wanted) => {
    const { status, said } = run(tool, ...args)
    expect(status).toBe(2)
    expect(said).toContain(wanted)
    expect(said).toContain('Usage: npm run ')
    expect(said).not.toMatch(/^\s+at /m)
  },
  120_000,
)

test('a schedule that is right, and its count on the last line', () => {
  const { status, said } = run(SIM, '--seeds', '1', '--from', '3')
  expect([status, said.trim().split('\n').at(-1)]).toEqual([0, '1 schedules, 0 wrong'])
}, 120_000)
