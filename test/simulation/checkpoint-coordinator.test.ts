// When checkpoints are taken, how long they take, which are given up, what that does to the job, which are kept, and what
// the history says of them. Figures are computed by hand from latencies and sizes.

import { describe, expect, test } from 'vitest'
import type { CheckpointStats } from '../../runtime/cluster/checkpoint-history.ts'
import {
  Configuration,
  DataGeneratorSource,
  Duration,
  MapStateDescriptor,
  RateLimiterStrategy,
  RichMapFunction,
  StateTtlConfig,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import type { ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import { deployJob, type DeployedJob } from '../harness/run-job.ts'

const AT_MOST = 10_000

/** Ten numbers a second; each key keeps a text of 998 characters, so 1000 bytes. */
class Keeping extends RichMapFunction<number, number> {
  readonly #text = new ValueStateDescriptor<string>('text')
  readonly #aborted: number[]

  constructor(aborted: number[]) {
    super()
    this.#aborted = aborted
  }

  override map(value: number): number {
    this.getRuntimeContext().getState(this.#text).update('x'.repeat(998))
    return value
  }

  notifyCheckpointComplete(): void {}

  notifyCheckpointAborted(checkpoint: number): void {
    this.#aborted.push(checkpoint)
  }
}

interface Running extends DeployedJob {
  readonly aborted: number[]
  /** By virtual ms. */
  until(ms: number): void
  /** Oldest first. */
  history(): CheckpointStats[]
}

function start(prepare: (env: StreamExecutionEnvironment) => unknown, cluster: Partial<ClusterSettings> = {}): Running {
  const aborted: number[] = []
  const job = deployJob(
    (env) => {
      env.enableCheckpointing(1000)
      prepare(env)
      const source = new DataGeneratorSource((i: number) => i, AT_MOST, RateLimiterStrategy.perSecond(10))
      env
        .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
        .keyBy((value) => value % 50)
        .map(new Keeping(aborted))
        .print()
    },
    { cluster: { latencyUs: 0, ...cluster } },
  )
  return {
    ...job,
    aborted,
    until: (ms) => void job.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 }),
    history: () => [...(job.execution.checkpoints?.history.recent ?? [])].reverse(),
  }
}

const nothing = (): void => undefined
const times = (list: readonly CheckpointStats[]): (number | null)[][] =>
  list.map(({ triggeredUs, endedUs }) => [
    Math.floor(triggeredUs / 1000),
    endedUs === null ? null : Math.floor(endedUs / 1000),
  ])

describe('a snapshot', () => {
  test('takes longer to be written the bigger it is', () => {
    const job = start(nothing, { uploadUs: 5000, uploadBytesPerMs: 100 })
    job.until(4900)
    const [first, second, third] = job
      .history()
      .map(({ subtasks }) => subtasks.find(({ stateSize }) => stateSize > 1000))
    // 10, 20, 30 keys of 1000 bytes and the key itself of 8.
    expect([first, second, third].map((subtask) => subtask?.stateSize)).toEqual([10_080, 20_160, 30_240])
    expect([first, second, third].map((subtask) => subtask?.asyncUs)).toEqual([105_800, 206_600, 307_400])
  })

  test('holds what was there at its barrier', () => {
    const job = start(nothing, { uploadUs: 700_000 })
    job.until(1900)
    const [[, { keyed = [] } = {}] = []] = [...(job.execution.checkpoints?.completed?.operators ?? [])].filter(
      ([, operator]) => operator.keyed.length > 0,
    )
    expect(keyed.flatMap(({ groups }) => groups.flatMap(({ keys }) => keys)).length).toBe(10)
  })
})

describe('the next checkpoint', () => {
  test('comes after the interval', () => {
    const job = start(nothing)
    job.until(3500)
    expect(times(job.history())).toEqual([1000, 2000, 3000].map((ms) => [ms, ms + 1]))
  })

  test('waits for the one under way', () => {
    const job = start(nothing, { uploadUs: 1_500_000 })
    job.until(4200)
    expect(times(job.history())).toEqual([
      [1000, 2500],
      [2500, 4000],
      [4000, null],
    ])
  })

  test('is taken beside it where two may be under way', () => {
    const job = start((env) => env.getCheckpointConfig().setMaxConcurrentCheckpoints(2), { uploadUs: 1_500_000 })
    job.until(3400)
    expect(times(job.history())).toEqual([
      [1000, 2500],
      [2000, null],
      [3000, null],
    ])
  })

  test('leaves a pause after the last one was complete', () => {
    const pause = (env: StreamExecutionEnvironment) => env.getCheckpointConfig().setMinPauseBetweenCheckpoints(900)
    const job = start(pause, { uploadUs: 500_000 })
    job.until(4000)
    expect(times(job.history())).toEqual([
      [1000, 1500],
      [2400, 2900],
      [3800, null],
    ])
  })

  test('is never sooner than the pause, whatever the interval', () => {
    const job = start((env) => env.getCheckpointConfig().setMinPauseBetweenCheckpoints(Duration.ofSeconds(2)))
    job.until(4500)
    expect(times(job.history())).toEqual([
      [2000, 2001],
      [4001, 4002],
    ])
  })
})

const tolerating =
  (count: number, timeoutMs = 400) =>
  (env: StreamExecutionEnvironment) =>
    env.getCheckpointConfig().setCheckpointTimeout(timeoutMs).setTolerableCheckpointFailureNumber(count)

describe('a checkpoint that fails', () => {
  test('is given up after its timeout, and everybody is told', () => {
    const job = start(tolerating(5), { uploadUs: 500_000 })
    job.until(2500)
    expect(times(job.history())).toEqual([
      [1000, 1400],
      [2000, 2400],
    ])
    expect(job.history().map(({ failure }) => failure)).toEqual(['CHECKPOINT_EXPIRED', 'CHECKPOINT_EXPIRED'])
    expect([job.aborted, job.execution.checkpoints?.completed]).toEqual([[1, 2], null])
  })

  test('fails the job where none is tolerated', () => {
    const job = start(tolerating(0), { uploadUs: 500_000 })
    job.until(1399)
    expect(job.execution.state).toBe('RUNNING')
    job.until(1400)
    expect([job.execution.state, job.execution.failure?.error]).toEqual([
      'RESTARTING',
      expect.objectContaining({
        code: 'CHECKPOINTS_EXPIRED',
        params: expect.objectContaining({ checkpoint: 1 }) as object,
      }),
    ])
  })

  test('fails the job once there is one too many in a row', () => {
    const job = start(tolerating(2), { uploadUs: 500_000 })
    job.until(3399)
    expect(job.execution.state).toBe('RUNNING')
    job.until(3400)
    expect(job.execution.state).toBe('RESTARTING')
  })

  test('counts no more once another is complete', () => {
    const job = start(tolerating(1))
    const { tasks, checkpoints } = job.execution
    const decline = (ms: number): void => {
      job.until(ms)
      checkpoints?.decline(tasks[1] as never, checkpoints.nextId - 1, null)
    }
    decline(1000)
    job.until(2500)
    decline(3000)
    expect([job.execution.state, job.aborted]).toEqual(['RUNNING', [1]])
    job.until(3500)
    decline(4000)
    expect([job.execution.state, job.aborted]).toEqual(['RESTARTING', [1, 3]])
    expect(job.history().map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED', 'FAILED', 'FAILED'])
  })

  test('that can’t be written fails the job with the reason', () => {
    const ttl = StateTtlConfig.newBuilder(Duration.ofHours(1)).build()
    class Nulling extends RichMapFunction<number, number> {
      readonly #state = new MapStateDescriptor<number, number | null>('maybe', Types.LONG, Types.LONG as never)

      constructor() {
        super()
        this.#state.enableTimeToLive(ttl)
      }

      override map(value: number): number {
        this.getRuntimeContext().getMapState(this.#state).put(value, null)
        return value
      }
    }
    const { simulation, execution } = deployJob((env) => {
      env.enableCheckpointing(1000)
      const source = new DataGeneratorSource((i: number) => i, 50, RateLimiterStrategy.perSecond(10))
      env
        .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
        .keyBy((value) => value)
        .map(new Nulling())
        .print()
    })
    simulation.run({ ...NO_LIMIT, untilUs: 1_100_000 })
    expect([execution.state, execution.failure?.error]).toEqual([
      'RESTARTING',
      expect.objectContaining({ code: 'STATE_TTL_NULL' }),
    ])
  })

  test('gives up the barriers it waits for', () => {
    const job = start(tolerating(9, 200), { latencyUs: 300_000 })
    job.until(1700)
    const gates = job.execution.tasks.flatMap(({ gate }) => gate ?? [])
    expect(gates.map(({ alignment }) => [alignment?.checkpoint, alignment?.blocked])).toEqual(gates.map(() => [0, 0]))
    expect(job.rows.length).toBeGreaterThan(10)
  })
})

test('the last ones are kept, as many as wanted', () => {
  const two = new Configuration().set('state.checkpoints.num-retained', 2)
  const job = start((env) => env.configure(two))
  job.until(4500)
  expect(job.execution.checkpoints?.store.checkpoints.map(({ id }) => id)).toEqual([3, 4])
  expect(job.history().map(({ isDiscarded }) => isDiscarded)).toEqual([true, true, false, false])
})

describe('the history', () => {
  test('says what every subtask measured', () => {
    const job = deployJob(
      (env) => {
        env.enableCheckpointing(1000)
        const numbers = (name: string) =>
          env
            .fromSource(
              new DataGeneratorSource((i: number) => i, AT_MOST, RateLimiterStrategy.perSecond(10)),
              WatermarkStrategy.noWatermarks(),
              name,
            )
            .map((value) => value)
            .disableChaining()
        // One way is longer by a task, so its barrier comes later by the latency.
        const far = numbers('far')
          .map((value) => value)
          .disableChaining()
        numbers('near').union(far).print().disableChaining()
      },
      { cluster: { latencyUs: 50_000 } },
    )
    job.simulation.run({ ...NO_LIMIT, untilUs: 1_900_000 })
    const { history } = job.execution.checkpoints as NonNullable<typeof job.execution.checkpoints>
    const [last] = history.recent
    expect([history.total, history.completed, history.failed, last?.status]).toEqual([1, 1, 0, 'COMPLETED'])
    const sink = last?.subtasks.find(({ vertex }) => vertex === job.execution.tasks.at(-1)?.chain.id)
    expect(
      [sink?.alignmentUs, sink?.processedRecords, sink?.isUnaligned].map((figure) => Math.round(Number(figure) / 1000)),
    ).toEqual([50, 0, 0])
    expect(Math.floor((Number(sink?.startedUs) - Number(last?.triggeredUs)) / 1000)).toBe(100)
    expect(last?.subtasks).toHaveLength(job.execution.tasks.length)
  })

  test('has the last ten, and counts all', () => {
    const job = start(nothing)
    job.until(15_500)
    const { history } = job.execution.checkpoints as NonNullable<typeof job.execution.checkpoints>
    expect(history.recent.map(({ id }) => id)).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6])
    expect([history.total, history.completed]).toEqual([15, 15])
    expect([history.durations.min, history.durations.max]).toEqual(
      [1101, 1504].map((us) => expect.closeTo(us, -3) as number),
    )
  })

  test('says from which one the job was started again', () => {
    const job = start(nothing)
    job.until(2500)
    job.execution.taskFailed(job.execution.tasks[0] as never, new Error('lost'))
    job.until(4000)
    expect(job.execution.checkpoints?.history.lastRestored?.id).toBe(2)
  })
})
