// Runs that something is done to, as data, and ways to look at each: whoever looks, wherever it runs, the run is the same.
// The same runs are made in Node and in Chromium.

import type {
  CompiledJob,
  Engine,
  Frame,
  RunIntervention,
  RunOutcome,
  RunSettings,
} from '../../runtime/host/protocol.ts'

export interface IntervenedRun {
  readonly name: string
  /** Of `job.ts`. */
  readonly text: string
  readonly settings: RunSettings
}

/** A run as it's told afterwards: the same wherever it was made. */
export interface Told {
  readonly state: RunOutcome['state']
  readonly hash: string
  readonly events: number
  readonly rows: number
  readonly codes: readonly string[]
  /** Texts of savepoints and of checkpoints that outlive the job. */
  readonly files: readonly string[]
  readonly rescales: number
  readonly interventions: readonly RunIntervention[]
}

/** How a run is looked at: not at all; with probes; with probes and step by step, also back, and then on. */
export const WAYS = ['free', 'watched', 'stepped'] as const
export type Way = (typeof WAYS)[number]

function sums(configure: string): string {
  return `
import { Configuration, DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(100)
env.getCheckpointConfig().setCheckpointTimeout(2000)
env.configure(
  new Configuration()
    .set('restart-strategy.type', 'fixed-delay')
    .set('restart-strategy.fixed-delay.attempts', 10)
    .set('restart-strategy.fixed-delay.delay', '50 ms'),
)
env.disableOperatorChaining()
${configure}
const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 10)
env
  .fromSource(new DataGeneratorSource((i: number) => i, 300, RateLimiterStrategy.perSecond(100)), strategy, 'numbers')
  .map((n) => ({ key: n % 5, n, x: Math.random() }))
  .name('same')
  .keyBy(({ key }) => key)
  .sum('n')
  .name('total')
  .uid('total')
  .print()
await env.execute('sums')
`
}

const PLAIN = sums('')
const OVERTAKING = sums('env.getCheckpointConfig().enableUnalignedCheckpoints()')
const CLUSTER = { bufferRecords: 2, bufferTimeoutUs: 0, taskManagers: 4, slotsPerTaskManager: 1 }
const BASE: RunSettings = { parallelism: 2, seed: 5, untilMs: 600_000, cluster: CLUSTER }

const killed: RunIntervention = { event: 300, action: { kind: 'kill-task-manager', taskManager: 1 } }
const thrown: RunIntervention = { event: 250, action: { kind: 'throw', operator: 'same', record: 3 } }
const slowed: RunIntervention = { event: 120, action: { kind: 'slow-operator', operator: 'total', byMs: 15 } }
const unheard: RunIntervention = { event: 90, action: { kind: 'lose-acknowledgement', operator: 'total', subtask: 1 } }
const unwritten: RunIntervention = { event: 200, action: { kind: 'fail-upload', operator: 'total' } }
const held: RunIntervention = { event: 150, action: { kind: 'pause-source', operator: 'numbers', forMs: 700 } }
const cut: RunIntervention = {
  event: 180,
  action: { kind: 'partition-channel', from: 'same', to: 'total', toSubtask: 0, forMs: 300 },
}
const saved: RunIntervention = { event: 1150, action: { kind: 'savepoint', stop: 'none' } }
const rescaled: RunIntervention = { event: 1250, action: { kind: 'rescale', parallelism: 3 } }

function run(name: string, text: string, ...interventions: readonly RunIntervention[]): IntervenedRun {
  return { name, text, settings: { ...BASE, interventions } }
}

export const INTERVENED_RUNS: readonly IntervenedRun[] = [
  run('checkpoints alone', PLAIN),
  run('a TaskManager is killed', PLAIN, killed),
  run('an operator throws once', PLAIN, thrown),
  run('an operator is slow', PLAIN, slowed),
  run('an acknowledgement is lost', PLAIN, unheard),
  run('an upload fails', PLAIN, unwritten),
  run('a partition pauses', PLAIN, held),
  run('a channel is cut', PLAIN, cut),
  run('barriers overtake, and it throws', OVERTAKING, slowed, thrown),
  run('the parallelism changes', PLAIN, rescaled),
  run('a savepoint is taken', PLAIN, saved),
  run('all of it', OVERTAKING, slowed, held, cut, unwritten, thrown, killed, saved, rescaled),
]

/**
 * Makes the run and tells it. `wrap` makes a callback one that the engine can call; `finished` gives the savepoint's text
 * to whoever goes on from it.
 */
export async function tellRun(
  engine: Pick<Engine, 'run' | 'step' | 'seek' | 'play'>,
  { job, settings, way }: { readonly job: CompiledJob; readonly settings: RunSettings; readonly way: Way },
  wrap: <F>(callback: F) => F = (callback) => callback,
): Promise<Told> {
  let frames = 0
  const rows = new Map<number, string>()
  const onFrame = async (frame: Frame): Promise<void> => {
    const from = frame.position.rows - frame.rows.length
    frame.rows.forEach((row, i) => rows.set(from + i, JSON.stringify(row)))
    if (way !== 'stepped' || frame.isPassing) return
    frames++
    if (frames <= 30) await engine.step(frames % 3 === 0 ? 'turn' : 'record')
    else if (frames === 31) await engine.seek({ kind: 'back', unit: 'record' })
    else if (frames === 32) await engine.seek({ kind: 'time', atMs: 900 })
    else if (frames === 33) await engine.step('record')
    else if (frames === 34) await engine.play(null)
  }
  const watched = { isWatched: way !== 'free', startsPaused: way === 'stepped', speed: null }
  const outcome = await engine.run(job, { ...settings, ...watched }, wrap(onFrame))
  return {
    state: outcome.state,
    hash: outcome.hash,
    events: outcome.position.event,
    rows: rows.size,
    codes: outcome.diagnostics.map(({ code }) => code),
    files: [...outcome.savepoints.flatMap(({ file }) => file ?? []), ...outcome.checkpoints].map(({ text }) => text),
    rescales: outcome.rescales.filter(({ diagnostic }) => diagnostic === null).length,
    interventions: outcome.interventions,
  }
}
