// Busy, back-pressured and idle time: of every second together a second, whatever falls into it, and in all as much as went by.

import { expect, test } from 'vitest'
import { RandomStream } from '../../../runtime/base/random.ts'
import { TaskTime } from '../../../runtime/task/task-time.ts'

const sum = (...ms: readonly number[]): number => ms.reduce((total, one) => total + one, 0)

test('a mail that is read while waiting for credit leaves each second what was waited in it', () => {
  const time = new TaskTime(0)
  time.worked(0, 400_000)
  time.held(400_000)
  // A checkpoint: the barrier is sent, and then it waits on.
  time.worked(1_000_000, 1_001_000)
  time.worked(2_000_000, 2_001_000)
  expect(time.at(2_500_000)).toMatchObject({ busyTimeMsPerSecond: 1, backPressuredTimeMsPerSecond: 999 })
  time.released(2_600_000)
  expect(time.at(3_100_000)).toMatchObject({
    busyTimeMsPerSecond: 1,
    backPressuredTimeMsPerSecond: 599,
    idleTimeMsPerSecond: 400,
    accumulateBusyTimeMs: 402,
    accumulateBackPressuredTimeMs: 2198,
    accumulateIdleTimeMs: 500,
  })
})

test('whatever a task does, a second has a thousand ms', () => {
  const random = new RandomStream(3, 'times')
  for (let run = 0; run < 200; run++) {
    const time = new TaskTime(0)
    let nowUs = 0
    let isHeld = false
    for (let step = 0; step < 40; step++) {
      nowUs += Math.floor(random.nextDouble() * 900_000)
      const choice = random.nextDouble()
      if (choice < 0.5) {
        const toUs = nowUs + Math.floor(random.nextDouble() * 300_000)
        time.worked(nowUs, toUs)
        nowUs = toUs
      } else if (isHeld) {
        time.released(nowUs)
        isHeld = false
      } else {
        time.held(nowUs)
        isHeld = true
      }
      const at = time.at(nowUs)
      if (nowUs >= 1_000_000) {
        const { busyTimeMsPerSecond, backPressuredTimeMsPerSecond, idleTimeMsPerSecond } = at
        const second = sum(busyTimeMsPerSecond, backPressuredTimeMsPerSecond, idleTimeMsPerSecond)
        expect(Math.abs(second - 1000)).toBeLessThanOrEqual(1)
      }
      const { accumulateBusyTimeMs, accumulateBackPressuredTimeMs, accumulateIdleTimeMs } = at
      const all = sum(accumulateBusyTimeMs, accumulateBackPressuredTimeMs, accumulateIdleTimeMs)
      expect(Math.abs(all - nowUs / 1000)).toBeLessThan(0.01)
    }
  }
})
