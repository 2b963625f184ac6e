// Whether the schedules of faults notice anything: the engine with a mistake in it must come out wrong. Every fifth mistake
// is tried here; `npm run sim -- --mutants` tries all of them and says which invariant noticed.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MUTANTS, type Mutant } from './mutants/mutants.ts'
import { tryMutant } from './mutants/try-mutant.ts'

const EVERY = 5
const MOST_SEEDS = 100
const TIMEOUT_MS = 240_000

test('there are enough of them', () => expect(MUTANTS.length).toBeGreaterThanOrEqual(20))

test.each(MUTANTS)('a mistake fits where it is meant: $name', ({ file, find }) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  expect(text.split(find)).toHaveLength(2)
})

test.each(MUTANTS.filter((_, i) => i % EVERY === 0))(
  'a mistake is noticed: $name',
  async (mutant) => {
    const caught = await tryMutant(mutant, [
      { from: mutant.seed, count: 1 },
      { from: 1, count: MOST_SEEDS },
    ])
    expect(caught, 'the first schedule that is wrong').not.toBeNull()
  },
  TIMEOUT_MS,
)

test(
  'a mistake that fits nowhere is noticed, too',
  async () => {
    const lost = { ...(MUTANTS[0] as Mutant), find: 'what stands nowhere' }
    await expect(tryMutant(lost, [{ from: 1, count: 1 }])).rejects.toThrow('fits 0 places')
  },
  TIMEOUT_MS,
)
