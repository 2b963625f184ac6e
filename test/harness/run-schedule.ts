// Runs a schedule under the eyes of an observer: first with faults, then, once the last of them has happened, until the job
// is over, for which it has so many events and no more. What comes out must be what plain arrays say, whatever happened.

import { CheckpointingMode, Configuration, RestartStrategyOptions } from '../../runtime/index.ts'
import type { Row } from '../../runtime/cluster/job-observer.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { TraceRing } from '../../runtime/trace/trace-ring.ts'
import { ClusterObserver, type Violation } from './cluster-observer.ts'
import type { FaultSchedule } from './fault-schedule.ts'
import { Ledger } from './ledger.ts'
import { buildJob, modelOf, rowText } from './random-job.ts'
import { deployJob, type Build, type DeployedJob } from './run-job.ts'
import type { Item } from './watching-functions.ts'

/** More than a single event can make. */
const TRACE_ENTRIES = 4096

export interface ScheduleResult {
  readonly violations: readonly Violation[]
  readonly events: number
  readonly restarts: number
  /** The last checkpoint that was complete; 0 for none. */
  readonly checkpoint: number
  readonly rows: number
}

/** All of it, or up to the first violation. */
export function runSchedule(schedule: FaultSchedule): ScheduleResult {
  const said: Violation[] = []
  const report = (text: string): void => void said.push({ invariant: invariantOf(text), text })
  const { job, seed, interventions, checkpoints } = schedule
  const { parallelism, cluster } = job
  // Without checkpoints nothing is ever committed but at the end.
  const ledger = checkpoints === null ? null : new Ledger()
  const build = withRecovery(schedule, report, ledger)
  let deployed: DeployedJob | null = null
  try {
    deployed = deployJob(build, { parallelism, seed, cluster, interventions, isHashed: false })
    deployed.simulation.trace = new TraceRing(TRACE_ENTRIES)
    const observer = new ClusterObserver(deployed.execution, checkpoints?.mode === CheckpointingMode.EXACTLY_ONCE)
    const budget = eventBudget(schedule, deployed)
    const { simulation } = deployed
    let result = 'paused'
    while (result === 'paused' && simulation.event < budget && said.length + observer.violations.length === 0) {
      result = simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
      observer.look()
    }
    said.push(...observer.violations)
    if (said.length === 0) said.push(...endOf(schedule, deployed, { observer, result, ledger }))
  } catch (error) {
    said.push({ invariant: 'engine', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  const { simulation, execution, rows } = deployed ?? {}
  return {
    violations: said.slice(0, 5),
    events: simulation?.event ?? 0,
    restarts: execution?.attempt ?? 0,
    checkpoint: execution?.checkpoints?.completed?.id ?? 0,
    rows: rows?.length ?? 0,
  }
}

/** What functions report about what they see. */
function invariantOf(text: string): string {
  if (text.includes('late')) return '3 late records'
  if (text.startsWith('timer')) return '9 timers'
  if (text.startsWith('key')) return '6 key groups'
  if (text.startsWith('watermark')) return '1 watermarks'
  if (text.startsWith('current key')) return '10 current key'
  return text.startsWith('clock') ? '11 time' : '12 exactly once'
}

function withRecovery(
  { job, checkpoints, restartMs }: FaultSchedule,
  report: (text: string) => void,
  ledger: Ledger | null,
): Build {
  const build = buildJob(job, report, ledger)
  return (env) => {
    if (checkpoints !== null) {
      env.enableCheckpointing(checkpoints.intervalMs, checkpoints.mode)
      const config = env.getCheckpointConfig()
      config.setMinPauseBetweenCheckpoints(checkpoints.minPauseMs)
      config.setCheckpointTimeout(checkpoints.timeoutMs)
      config.setMaxConcurrentCheckpoints(checkpoints.maxConcurrent)
      config.setTolerableCheckpointFailureNumber(checkpoints.tolerated)
    }
    env.configure(
      new Configuration()
        .set(RestartStrategyOptions.RESTART_STRATEGY, 'fixed-delay')
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000)
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, `${restartMs} ms`),
    )
    build(env)
  }
}

/** A record needs a turn, a delivery and a credit on each channel at most, and all that once more after each fault; what
 * happens by the clock comes as often as the longest wait allows. */
function eventBudget({ job, interventions }: FaultSchedule, { execution }: DeployedJob): number {
  const parts = execution.channels.length + execution.tasks.length
  return 20_000 + parts * 1_500 + job.records * 60 * (2 + interventions.length)
}

function endOf(
  schedule: FaultSchedule,
  { execution, simulation, rows }: DeployedJob,
  { observer, result, ledger }: { observer: ClusterObserver; result: string; ledger: Ledger | null },
): Violation[] {
  if (result === 'quiescent') execution.requireNotStuck()
  if (execution.state !== 'FINISHED') {
    const why = execution.failure === null ? '' : `: ${String(execution.failure.error)}`
    return [{ invariant: '24 liveness', text: `${execution.state} after ${simulation.event} events, ${result}${why}` }]
  }
  observer.finish()
  const timers = execution.deployment.backends.reduce((sum, { eventTimers }) => sum + eventTimers.count, 0)
  const left = timers === 0 ? [] : [{ invariant: '25 memory', text: `${timers} timers are left` }]
  const committed = ledger === null ? [] : unlikeCommitted(schedule, ledger)
  return [...observer.violations, ...left, ...differences(schedule, rows), ...committed]
}

/** What was committed is each row once; counted twice upstream, at least once. */
function unlikeCommitted({ job, checkpoints }: FaultSchedule, ledger: Ledger): Violation[] {
  const isExact = checkpoints?.mode === CheckpointingMode.EXACTLY_ONCE
  return Array.from(modelOf(job.nodes).rows).flatMap(([sink, wanted]): Violation[] => {
    if (sink.startsWith('sum')) return []
    const got = ledger.rowsOf(sink)
    const [lost, twice] = [missing(wanted, got), isExact ? missing(got, wanted) : []]
    if (lost.length + twice.length === 0) return []
    return [{ invariant: '14 commits', text: `${sink} lacks ${lost.join()}, has too much: ${twice.join()}` }]
  })
}

/** Sinks may get rows again after a failure, and never one that isn't due; state counts each record as its mode says. */
function differences({ job, checkpoints }: FaultSchedule, rows: readonly Row[]): Violation[] {
  const isExact = checkpoints?.mode !== CheckpointingMode.AT_LEAST_ONCE
  return Array.from(modelOf(job.nodes).rows).flatMap(([sink, wanted]): Violation[] => {
    const own = rows.filter((row) => row.sink === sink)
    if (!sink.startsWith('sum')) {
      const got = own.map(({ value, timestamp }) => rowText(value, timestamp))
      const lost = missing(wanted, got)
      // Counted twice upstream, a record can become one that no model knows.
      const strange = isExact ? got.filter((text) => !wanted.includes(text)) : []
      return [
        ...(lost.length === 0 ? [] : [{ invariant: '13 no loss', text: `${sink} lacks ${lost.join()}` }]),
        ...(strange.length === 0 ? [] : [{ invariant: '12 exactly once', text: `${sink} got ${strange.join()}` }]),
      ]
    }
    const got = lastSums(own.map(({ value }) => value as Item))
    const wrong = wanted.filter((text) => {
      const [key = '', sum] = text.split('=')
      return isExact ? got.get(key) !== Number(sum) : (got.get(key) ?? -Infinity) < Number(sum)
    })
    const invariant = isExact ? '12 exactly once' : '13 no loss'
    return wrong.length === 0
      ? []
      : [{ invariant, text: `${sink} wants ${wrong.join()}, got ${JSON.stringify([...got])}` }]
  })
}

/** What is wanted more often than it is there. */
function missing(wanted: readonly string[], got: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of got) counts.set(text, (counts.get(text) ?? 0) + 1)
  return wanted.filter((text) => {
    const count = counts.get(text) ?? 0
    counts.set(text, count - 1)
    return count <= 0
  })
}

/** The highest sum of a key is its last. */
function lastSums(items: readonly Item[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { key, n } of items) sums.set(String(key), Math.max(n, sums.get(String(key)) ?? -Infinity))
  return sums
}
