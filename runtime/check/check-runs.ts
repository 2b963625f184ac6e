// From a check to its runs: every arrival order at every parallelism. An order is a permutation of the values over the
// times at which they can be read, drawn from a stream of its own, so the same check has the same runs everywhere.

import { RandomStream } from '../base/random.ts'
import type { Check, CheckInput, CheckRecord, CheckRun } from './exercise-check.ts'

/** The runs of a check, the given order and the first parallelism first. `seed` draws other orders and schedules. */
export function runsOf(check: Check, seed = 1): CheckRun[] {
  return Array.from({ length: check.orders }, (_, order) => {
    const inputs = order === 0 ? check.inputs : check.inputs.map((input) => reordered(input, { check, order, seed }))
    return check.parallelism.map((parallelism): CheckRun => {
      return { check: check.id, order, parallelism, seed: seed + order, inputs, untilMs: check.untilMs }
    })
  }).flat()
}

/** The value at a path like `ride.rideId`; undefined where there's none. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return at
}

function reordered(
  input: CheckInput,
  { check, order, seed }: { readonly check: Check; readonly order: number; readonly seed: number },
): CheckInput {
  const random = new RandomStream(seed, `order ${check.id} ${input.name} ${order}`)
  const lanes = lanesOf(input.records, check.keep)
  // Drawing a lane in proportion to what is left in it makes all interleavings equally likely.
  const records = input.records.map((slot, i): CheckRecord => {
    let pick = random.nextBelow(input.records.length - i)
    const lane = lanes.find((candidate) => (pick -= candidate.length) < 0) as CheckRecord[]
    const { value, timestamp } = lane.shift() as CheckRecord
    return {
      value,
      ...(slot.atMs === undefined ? {} : { atMs: slot.atMs }),
      ...(timestamp === undefined ? {} : { timestamp }),
    }
  })
  return { ...input, records }
}

/** Records whose order must stay, together: those of a key, or each alone. */
function lanesOf(records: readonly CheckRecord[], keep: string | null): CheckRecord[][] {
  if (keep === null) return records.map((record) => [record])
  const lanes = new Map<string, CheckRecord[]>()
  for (const record of records) {
    const key = JSON.stringify(valueAt(record.value, keep) ?? null)
    const lane = lanes.get(key)
    if (lane === undefined) lanes.set(key, [record])
    else lane.push(record)
  }
  return Array.from(lanes.values())
}
