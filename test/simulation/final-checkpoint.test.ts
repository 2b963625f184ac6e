// The end of a job with checkpoints: what its tasks have done is in a last checkpoint before they finish, and a task that
// finishes early doesn't stop checkpoints. FLIP-147.

import { describe, expect, test } from 'vitest'
import {
  Configuration,
  DataGeneratorSource,
  ListStateDescriptor,
  RateLimiterStrategy,
  RichMapFunction,
  WatermarkStrategy,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type FunctionSnapshotContext,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type DeployedJob } from '../harness/run-job.ts'

/** Passes records on and says what is called. */
class Recording extends RichMapFunction<number, number> implements CheckpointedFunction {
  readonly #calls: string[]
  readonly #name: string

  constructor(calls: string[], name: string) {
    super()
    this.#calls = calls
    this.#name = name
  }

  initializeState(context: FunctionInitializationContext): void {
    context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('nothing'))
    this.#say(`starts from ${context.getRestoredCheckpointId() ?? 'nothing'}`)
  }

  override map(value: number): number {
    this.#say(`got ${value}`)
    return value
  }

  snapshotState(context: FunctionSnapshotContext): void {
    this.#say(`snapshot ${context.getCheckpointId()}`)
  }

  notifyCheckpointComplete(checkpoint: number): void {
    this.#say(`complete ${checkpoint}`)
  }

  notifyCheckpointAborted(checkpoint: number): void {
    this.#say(`aborted ${checkpoint}`)
  }

  override close(): void {
    this.#say('close')
  }

  #say(what: string): void {
    this.#calls.push(`${this.#name} ${what}`)
  }
}

interface Pace {
  readonly count: number
  readonly perSecond: number
}

/** Two sources that end at different times, each into a map, both into one more. */
function job(
  calls: string[],
  [short, long]: readonly [Pace, Pace],
  prepare?: (env: StreamExecutionEnvironment) => unknown,
) {
  return deployJob((env) => {
    env.enableCheckpointing(1000)
    prepare?.(env)
    const numbers = (name: string, { count, perSecond }: Pace) =>
      env
        .fromSource(
          new DataGeneratorSource((i: number) => i, count, RateLimiterStrategy.perSecond(perSecond)),
          WatermarkStrategy.noWatermarks(),
          name,
        )
        .map(new Recording(calls, name))
        .disableChaining()
    numbers('short', short).union(numbers('long', long)).map(new Recording(calls, 'both')).disableChaining().print()
  })
}

const SHORT = { count: 2, perSecond: 10 }
const LONG = { count: 25, perSecond: 10 }
const of = (calls: readonly string[], name: string): string[] =>
  calls.filter((call) => call.startsWith(name) && !call.includes('got'))
const states = ({ execution }: DeployedJob): string => execution.tasks.map(({ state }) => state.charAt(0)).join('')

describe('the end of a bounded job', () => {
  test('waits for one more checkpoint, taken at once, with all that was done in it', () => {
    const calls: string[] = []
    const { simulation, execution } = job(calls, [SHORT, { count: 4, perSecond: 10 }])
    expect(simulation.run(NO_LIMIT)).toBe('quiescent')
    expect(execution.state).toBe('FINISHED')
    expect(simulation.nowUs).toBeLessThan(500_000)
    expect(of(calls, 'both')).toEqual(
      ['starts from nothing', 'snapshot 1', 'complete 1', 'close'].map((call) => `both ${call}`),
    )
    expect(calls.indexOf('both snapshot 1')).toBeGreaterThan(calls.lastIndexOf('both got 3'))
  })

  test('needs none without checkpoints, or where they end with the first task', () => {
    const calls: string[] = []
    const off = new Configuration().set('execution.checkpointing.checkpoints-after-tasks-finish', false)
    const { simulation, execution } = job(calls, [SHORT, LONG], (env) => env.configure(off))
    simulation.run(NO_LIMIT)
    expect([execution.state, execution.checkpoints?.completed]).toEqual(['FINISHED', null])
    expect(of(calls, 'both')).toEqual(['both starts from nothing', 'both close'])
  })
})

describe('a task that ends early', () => {
  test('stays until the next checkpoint; those after it do without it', () => {
    const calls: string[] = []
    const running = job(calls, [SHORT, LONG])
    running.simulation.run({ ...NO_LIMIT, untilUs: 900_000 })
    expect(states(running)).toBe('RRRRRR')
    running.simulation.run({ ...NO_LIMIT, untilUs: 1_100_000 })
    expect(states(running)).toBe('FRFRRR')
    running.simulation.run(NO_LIMIT)
    expect(of(calls, 'short')).toEqual(
      ['starts from nothing', 'snapshot 1', 'complete 1', 'close'].map((call) => `short ${call}`),
    )
    expect(of(calls, 'long').filter((call) => call.includes('complete'))).toEqual(
      [1, 2, 3].map((id) => `long complete ${id}`),
    )
  })

  test('has nothing more to do after a failure', () => {
    const calls: string[] = []
    const running = job(calls, [SHORT, LONG])
    const { simulation, execution } = running
    simulation.run({ ...NO_LIMIT, untilUs: 2_200_000 })
    execution.taskFailed(execution.tasks[3] as never, new Error('lost'))
    calls.length = 0
    simulation.run(NO_LIMIT)
    expect(execution.state).toBe('FINISHED')
    expect(calls.filter((call) => call.startsWith('short'))).toEqual([])
    expect(calls.filter((call) => call.startsWith('long got'))).toEqual(
      ['long got 19', 'long got 20', 'long got 21', 'long got 22', 'long got 23', 'long got 24'].slice(1),
    )
    expect(of(calls, 'both')[0]).toBe('both starts from 2')
  })

  test('leaves no checkpoint that would miss its part of a union list', () => {
    class Union extends RichMapFunction<number, number> implements CheckpointedFunction {
      initializeState(context: FunctionInitializationContext): void {
        const list = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<number>('all'))
        list.update([this.getRuntimeContext().getIndexOfThisSubtask()])
      }

      override map(value: number): number {
        return value
      }

      snapshotState(): void {}
    }
    // One subtask has a record more than the other, a second later.
    const { simulation, execution } = deployJob(
      (env) => {
        env.enableCheckpointing(300)
        const source = new DataGeneratorSource((i: number) => i, 5, RateLimiterStrategy.perSecond(2))
        env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').map(new Union()).print()
      },
      { parallelism: 2 },
    )
    simulation.run(NO_LIMIT)
    expect(execution.state).toBe('FINISHED')
    const history = [...(execution.checkpoints?.history.recent ?? [])].reverse()
    expect(history.flatMap(({ failure }) => failure ?? [])).toContain('FINALIZE_CHECKPOINT_FAILURE')
    expect([history[0]?.status, history.at(-1)?.status]).toEqual(['COMPLETED', 'COMPLETED'])
  })

  test('does it again if the checkpoint came before its end', () => {
    const calls: string[] = []
    const { simulation, execution } = job(calls, [{ count: 12, perSecond: 10 }, LONG])
    simulation.run({ ...NO_LIMIT, untilUs: 1_500_000 })
    execution.taskFailed(execution.tasks[3] as never, new Error('lost'))
    calls.length = 0
    simulation.run(NO_LIMIT)
    expect(calls.filter((call) => call.startsWith('short got'))).toEqual(['short got 10', 'short got 11'])
  })
})
