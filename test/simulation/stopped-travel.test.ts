// Who stops a run while it is taken back has not shown that the job remembers something unseen: the run is stopped, and
// nothing is said of it.

import { expect, test } from 'vitest'
import { DataGeneratorSource, WatermarkStrategy } from '../../runtime/index.ts'
import { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import type { WatchedRun } from '../../runtime/travel/steps.ts'
import { Traveller, type TravelPort } from '../../runtime/travel/traveller.ts'
import { deployJob, type Build } from '../harness/run-job.ts'

const job: Build = (env) => {
  env
    .fromSource(new DataGeneratorSource((i: number) => i, 500), WatermarkStrategy.noWatermarks(), 'numbers')
    .keyBy((n) => n % 3)
    .reduce((a, b) => a + b)
    .addSink(() => undefined)
}

function open(): WatchedRun {
  const watcher = new ClusterWatcher(() => null)
  const { execution } = deployJob(job, { cluster: { bufferRecords: 1 }, observes: false, trace: true, watcher })
  watcher.attach(execution)
  return { execution, watcher }
}

/** Takes a run back that has come to its end, and stops it right before it goes there, or doesn't. */
async function takeBack(isStopped: boolean) {
  const run = open()
  let isImpure = false
  const port: TravelPort = {
    restart: open,
    rest: () => Promise.resolve(),
    needsRest: () => false,
    isRecalled: () => false,
    said: () => ({ rows: 0, logs: 0 }),
    isRemembered: () => true,
    flush: () => {
      if (isStopped) traveller.run.execution.simulation.intervene({ kind: 'cancel' })
      return Promise.resolve()
    },
    jumped: () => undefined,
    mute: () => undefined,
    foundImpure: () => (isImpure = true),
  }
  const traveller = new Traveller(run, { untilUs: Infinity }, port)
  traveller.advance(NO_LIMIT)
  const last = traveller.place().event
  const result = await traveller.go({ kind: 'place', event: last - 1, record: 0 })
  return { isImpure, result, event: traveller.place().event, wanted: last - 1 }
}

test('a run is taken back', async () => {
  const { isImpure, result, event, wanted } = await takeBack(false)
  expect([isImpure, result, event]).toEqual([false, 'arrived', wanted])
})

test('who stops it meanwhile is told nothing of the job', async () => {
  expect((await takeBack(true)).isImpure).toBe(false)
})
