// What a moment says of checkpoints: how far each subtask is while one is under way, what it was when it was given up, any
// of the last ten in full, and what committers were handed and committed, through restarts.

import { expect, test } from 'vitest'
import { ClusterWatcher } from '../../../runtime/cluster/cluster-watcher.ts'
import type { CheckpointsMoment } from '../../../runtime/cluster/moment.ts'
import { takeMoment } from '../../../runtime/cluster/take-moment.ts'
import {
  DataGeneratorSource,
  DeliveryGuarantee,
  KafkaRecordSerializationSchema,
  KafkaSink,
  RateLimiterStrategy,
  WatermarkStrategy,
  type StreamExecutionEnvironment,
} from '../../../runtime/index.ts'
import { NO_LIMIT } from '../../../runtime/kernel/simulation.ts'
import { deployJob, type DeployedJob } from '../../harness/run-job.ts'

/** A checkpoint a second; the first source is asked at once, the second's records take a while. */
function job(env: StreamExecutionEnvironment): void {
  env.enableCheckpointing(1000)
  env.createTopic('out', 1)
  const numbers = (name: string) =>
    env
      .fromSource(
        new DataGeneratorSource((i: number) => i, 400, RateLimiterStrategy.perSecond(100)),
        WatermarkStrategy.noWatermarks(),
        name,
      )
      .map((n) => n)
      .name(`${name} map`)
      .disableChaining()
  const sink = KafkaSink.builder<number>()
    .setRecordSerializer(KafkaRecordSerializationSchema.builder<number>().setTopic('out').build())
    .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
    .setTransactionalIdPrefix('out')
    .build()
  numbers('left')
    .union(numbers('right'))
    .keyBy((n) => n % 5)
    .map((n) => n)
    .name('both')
    .sinkTo(sink)
    .name('out')
}

function start(): { readonly live: DeployedJob; readonly at: (ms: number, looked?: number) => CheckpointsMoment } {
  const live = deployJob(job, { parallelism: 1, cluster: { latencyUs: 5000 } })
  const watcher = new ClusterWatcher(() => null)
  watcher.attach(live.execution)
  const at = (ms: number, looked: number | null = null): CheckpointsMoment => {
    live.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
    const detail = { keys: 0, isStill: true, checkpoint: looked }
    return takeMoment(live.execution, watcher, live.simulation.nowUs, detail).checkpoints as CheckpointsMoment
  }
  return { live, at }
}

test('a checkpoint under way says who waits for which barriers, and how many records are held up', () => {
  const { live, at } = start()
  at(900)
  live.simulation.intervene({ kind: 'delay-channel', from: 'right map', to: 'both', byMs: 40 } as never)
  const { shown, counts } = at(1030)
  expect(counts).toMatchObject({ total: 1, inProgress: 1 })
  const waiting = shown?.unfinished.filter(({ startedUs, snapshotUs }) => startedUs !== null && snapshotUs === null)
  expect(waiting).toMatchObject([{ blockedChannels: 1 }])
  expect(waiting?.[0]?.startedUs).toBeGreaterThan(1_000_000)
  expect(waiting?.[0]?.heldRecords).toBeGreaterThan(0)
  const after = at(1900)
  expect(after.shown?.unfinished).toEqual([])
  const aligned = after.shown?.subtasks.find(({ alignmentUs }) => alignmentUs > 20_000)
  expect(aligned?.heldRecords).toBeGreaterThan(0)
})

test('any of those kept can be looked at, and one that was given up says who was waited for', () => {
  const { live, at } = start()
  at(1500)
  live.simulation.intervene({ kind: 'lose-acknowledgement', operator: 'both' } as never)
  at(2500)
  live.simulation.intervene({ kind: 'throw', operator: 'left map' } as never)
  const { history } = at(3000)
  const failed = history.find(({ status }) => status === 'FAILED')
  expect(failed).toMatchObject({ id: 2, failure: 'CHECKPOINT_COORDINATOR_SUSPEND' })
  const { shown } = at(3000, 2)
  expect(shown?.id).toBe(2)
  expect(shown?.unfinished).toHaveLength(1)
  expect(shown?.unfinished[0]?.snapshotUs).toBeGreaterThan(2_000_000)
  expect(at(3000, 1).shown).toMatchObject({ id: 1, unfinished: [] })
})

test('a transaction is prepared before its checkpoint is complete, committed after, and lost with a checkpoint that never was', () => {
  const { live, at } = start()
  const first = at(1500)
  const [one] = first.shown?.commits ?? []
  const endedUs = first.history[0]?.endedUs ?? 0
  expect(one).toMatchObject({ checkpoint: 1, count: 1, lostUs: null })
  expect(one?.preparedUs).toBeLessThan(endedUs)
  expect(one?.committedUs).toBeGreaterThanOrEqual(endedUs)
  live.simulation.intervene({ kind: 'lose-acknowledgement', operator: 'left' } as never)
  at(2500)
  live.simulation.intervene({ kind: 'throw', operator: 'left map' } as never)
  const [two] = at(3600, 2).shown?.commits ?? []
  expect(two).toMatchObject({ checkpoint: 2, committedUs: null })
  expect(two?.lostUs).toBeGreaterThan(2_500_000)
  // What the restored checkpoint holds is committed once more, which changes nothing.
  expect(at(3600, 1).shown?.commits[0]).toMatchObject({ repeats: 1 })
})
