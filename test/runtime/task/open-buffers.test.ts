// A task in the middle whose input is held up on its way: what it has written waits in an open buffer, for the buffer timeout
// and no longer; and where there is no credit by then, for credit.

import { describe, expect, test } from 'vitest'
import { DataGeneratorSource, WatermarkStrategy } from '../../../runtime/index.ts'
import { NO_LIMIT } from '../../../runtime/kernel/simulation.ts'
import type { Channel } from '../../../runtime/network/channel.ts'
import { deployJob, type DeployedJob } from '../../harness/run-job.ts'

const MS = 1000
/** Records in a buffer; the source fills two. */
const CAPACITY = 8
const HELD_MS = 10_000
/** More events than any of these runs needs. */
const MOST_EVENTS = 2000

interface Held extends DeployedJob {
  readonly input: Channel
  readonly output: Channel
}

/** The middle has read the first buffer, made so many records of each of its own, and the second is held up. */
function heldUp(copies: (value: number) => number): Held {
  const job = deployJob(
    (env) => {
      env
        .fromSource(
          new DataGeneratorSource((i: number) => i, 2 * CAPACITY),
          WatermarkStrategy.noWatermarks(),
          'numbers',
        )
        .flatMap<number>((value, out) => {
          for (let i = 0; i < copies(value); i++) out.collect(value)
        })
        .disableChaining()
        .print()
        .disableChaining()
    },
    { cluster: { bufferRecords: CAPACITY, sourceRecords: CAPACITY, credits: 2, latencyUs: 100 } },
  )
  const [input, output] = job.execution.channels as [Channel, Channel]
  for (let i = 0; i < MOST_EVENTS && input.consumedRecords < CAPACITY; i++) {
    job.simulation.run({ ...NO_LIMIT, untilEvent: job.simulation.event + 1 })
  }
  expect([input.consumedRecords, input.onTheWay.length]).toEqual([CAPACITY, 1])
  input.heldUntilUs = HELD_MS * MS
  return { ...job, input, output }
}

/** Up to this time; the run must not need more events than there are. */
function runTo({ simulation }: Held, ms: number): void {
  expect(simulation.run({ ...NO_LIMIT, untilUs: ms * MS, untilEvent: simulation.event + MOST_EVENTS })).not.toBe(
    'paused',
  )
}

describe('an open buffer', () => {
  test('is sent after the buffer timeout, though the input that may fill it is still on its way', () => {
    const job = heldUp((value) => 1 - (value % 2))
    runTo(job, 99)
    expect([job.rows.length, job.output.open?.size, job.output.sentRecords]).toEqual([0, 4, 0])
    runTo(job, 101)
    expect(job.rows.map(({ value }) => value)).toEqual([0, 2, 4, 6])
    expect(job.rows.every(({ atMs }) => atMs === 100)).toBe(true)
    expect(job.output.open).toBeNull()
    runTo(job, HELD_MS - 1)
    expect(job.rows.length).toBe(4)
    runTo(job, HELD_MS + 200)
    expect([job.rows.length, job.execution.state]).toEqual([CAPACITY, 'FINISHED'])
  })

  test('stays open after that while there is no credit, and takes the first that comes', () => {
    const job = heldUp((value) => 3 - (value % 2))
    const creditMs = 3000
    job.output.heldUntilUs = creditMs * MS
    runTo(job, creditMs - 1)
    // Two full buffers have both credits.
    expect([job.output.inFlight, job.output.overdraft, job.output.open?.size]).toEqual([2, 0, 4])
    expect([job.output.sentRecords, job.rows.length]).toEqual([2 * CAPACITY, 0])
    runTo(job, creditMs + 5)
    expect([job.rows.length, job.output.open, job.output.overdraft]).toEqual([2 * CAPACITY + 4, null, 0])
    runTo(job, HELD_MS + 200)
    expect([job.rows.length, job.execution.state]).toEqual([40, 'FINISHED'])
  })
})
