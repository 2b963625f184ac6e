// Runs a schedule under the eyes of an observer: first with faults, then, once the last of them has happened, until the job
// is over, for which it has so many events and no more. A job that was stopped with a savepoint goes on from its file, one
// that has failed for good from the checkpoint it left. What comes out must be what plain arrays say, whatever happened.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import type { CheckpointStats } from '../../runtime/cluster/checkpoint-history.ts'
import type { JobExecution } from '../../runtime/cluster/job-execution.ts'
import type { RecordTransaction } from '../../runtime/connectors/log/log-partition.ts'
import type { Row } from '../../runtime/cluster/job-observer.ts'
import { readSavepoint, writeSavepoint } from '../../runtime/cluster/savepoint-file.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import type { SavepointRequest } from '../../runtime/cluster/savepoint-request.ts'
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import { CheckpointingMode } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { Outside } from '../../runtime/operators/outside.ts'
import { buildJob } from './build-random-job.ts'
import { countedByBroadcast } from './broadcast-counts.ts'
import { ClusterObserver, type Moment, type Violation } from './cluster-observer.ts'
import type { FaultSchedule } from './fault-schedule.ts'
import { judge } from './judge-schedule.ts'
import { Ledger } from './ledger.ts'
import { watchCommits, watchTimeouts } from './random-ends.ts'
import { withRecovery } from './recovery-settings.ts'
import { deployJob, type DeployedJob } from './run-job.ts'

/** Events between two looks at whether anything is wrong already. */
const SLICE = 256
/** Virtual time for a job; a few waits for heartbeats and checkpoints, of a minute or so each. */
const MOST_US = 1_500_000_000
/** More jobs in a row than this would be the harness's own mistake. */
const MOST_JOBS = 40

/** Refusals of a start at another parallelism, where operators would be chained otherwise than before. */
const CHAINED_OTHERWISE = new Set(['RESTORE_FINISHED_AFTER', 'RESTORE_FINISHED_MIXED', 'RESTORE_IN_FLIGHT'])

export interface ScheduleResult {
  readonly violations: readonly Violation[]
  readonly events: number
  readonly restarts: number
  /** The last checkpoint that was complete; 0 for none. */
  readonly checkpoint: number
  readonly rows: number
  /** Jobs that went on from a savepoint, from a checkpoint that was kept, or from nothing. */
  readonly resumed: readonly ('savepoint' | 'checkpoint' | 'nothing')[]
  readonly rescaled: number
  readonly hasDrained: boolean
  /** What was done, and before which event, counted through all jobs. */
  readonly interventions: readonly RunIntervention[]
}

/** All of it, or up to the first violation. */
export function runSchedule(schedule: FaultSchedule): ScheduleResult {
  const run = new ScheduleRun(schedule)
  try {
    run.go()
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    run.violations.push({ invariant: 'engine', text })
  }
  const { violations, events, restarts, checkpoint, rows, resumed, rescaled, hasDrained, interventions } = run
  const sums = { events, restarts, checkpoint, rows: rows.length, resumed, rescaled, hasDrained }
  return { ...sums, interventions, violations: violations.slice(0, 5) }
}

interface Start {
  readonly savepoint: Savepoint | null
  readonly parallelism: number
  /** What is still to be done. */
  readonly interventions: readonly RunIntervention[]
}

class ScheduleRun {
  readonly schedule: FaultSchedule
  readonly violations: Violation[] = []
  readonly ledger = new Ledger()
  readonly outside = new Outside()
  /** Transactions of the log that were open for too long. */
  readonly lost: ReadonlySet<RecordTransaction>
  readonly rows: Row[] = []
  readonly resumed: ('savepoint' | 'checkpoint' | 'nothing')[] = []
  readonly interventions: RunIntervention[] = []
  /** How often each moment has come, in all jobs. */
  readonly moments = new Map<Moment, number>()
  events = 0
  restarts = 0
  checkpoint = 0
  rescaled = 0
  hasDrained = false
  /** Drained, it has failed before all of it was over, and has gone on: timers and windows of the end of time have fired. */
  hasOutlivedDrain = false
  /** Its checkpoints wait for themselves, longer than a transaction of the log may be open: it fails anew for ever, as in Flink. */
  isKnotted = false
  /** By operator and subtask that worked to the end: how many records its broadcast state counts. */
  counted: ReadonlyMap<string, readonly number[]> = new Map()
  /** Of the job that was deployed last: at this one its chains can be made again. */
  lastParallelism: number
  /** Of the job under way. */
  observer: ClusterObserver | null = null

  constructor(schedule: FaultSchedule) {
    this.schedule = schedule
    this.lastParallelism = schedule.job.parallelism
    const isLogged = schedule.job.nodes.some((node) => 'end' in node && node.end === 'log')
    this.lost = isLogged ? watchTimeouts(this.outside) : new Set()
    if (isLogged) watchCommits(this.outside, (checkpoint) => this.observer?.committed(checkpoint))
    this.ledger.onCommit = ({ checkpoint }) => this.observer?.committed(checkpoint)
  }

  go(): void {
    const { schedule, ledger, outside } = this
    const { job, interventions } = schedule
    let start: Start | null = { savepoint: null, parallelism: job.parallelism, interventions }
    for (let i = 0; start !== null && this.violations.length === 0; i++) {
      if (i > MOST_JOBS) throw new Error(`${MOST_JOBS} jobs`)
      start = this.#runJob(start)
      // Nobody starts the next job before the database is there that it wants to find.
      outside.systems.get('database')?.onAlarm(Infinity)
    }
    // What comes of a job that goes on with state from after its end no plain arrays say.
    if (this.violations.length > 0 || this.hasOutlivedDrain || this.isKnotted) return
    const { rows, lost, hasDrained, counted } = this
    const hasRestarted = this.restarts > 0 || this.resumed.length > 0
    this.violations.push(...judge(schedule, { ledger, outside, lost, rows, hasDrained, hasRestarted, counted }))
  }

  /** One job to its end. With what the next begins; null if it was the last. */
  #runJob(start: Start): Start | null {
    const { savepoint, interventions } = start
    const { checkpoints } = this.schedule
    const deployed = this.#deploy(start)
    const { simulation, execution } = deployed
    simulation.event = this.events
    simulation.plan(interventions)
    const isExact = checkpoints?.mode === CheckpointingMode.EXACTLY_ONCE
    const observer = new ClusterObserver(execution, isExact)
    observer.onMoment = (moment) => this.#strike(moment, deployed)
    this.observer = observer
    this.#untilItsEnd(deployed, observer)
    this.#keep(deployed)
    this.violations.push(...observer.violations)
    if (this.violations.length > 0) return null
    const next = this.#nextStart(deployed, savepoint)
    if (execution.state === 'FINISHED') observer.finish()
    else if (next === null && !this.isKnotted) this.violations.push(this.#unfinished(deployed))
    this.violations.push(...observer.violations)
    this.counted = countedByBroadcast(execution.tasks)
    return next
  }

  /** At another parallelism where the next one would chain what can't be. */
  #deploy(start: Start): DeployedJob {
    const { savepoint, parallelism } = start
    const others = (savepoint?.operators ?? []).map((operator) => operator.parallelism)
    for (const next of [parallelism, this.lastParallelism, ...others]) {
      try {
        const deployed = this.#deployAt(next, savepoint)
        this.lastParallelism = next
        return deployed
      } catch (error) {
        if (!(error instanceof LearnerError) || !CHAINED_OTHERWISE.has(error.code)) throw error
      }
    }
    throw new Error('no parallelism chains the operators as before')
  }

  #deployAt(parallelism: number, savepoint: Savepoint | null): DeployedJob {
    const { schedule, ledger, outside } = this
    const { seed } = schedule
    const job = { ...schedule.job, parallelism }
    const report = (text: string): void => void this.violations.push({ invariant: invariantOf(text), text })
    const build = withRecovery(buildJob(job, report, { ledger }), schedule)
    const from = savepoint === null ? {} : { from: { savepoint } }
    return deployJob(build, { parallelism, seed, cluster: job.cluster, isHashed: false, outside, ...from })
  }

  #untilItsEnd({ simulation, execution }: DeployedJob, observer: ClusterObserver): void {
    const until = simulation.event + this.#budget(execution)
    const knotted = new Set<number>()
    let untilUs = simulation.nowUs + MOST_US
    let result = 'paused'
    while (result === 'paused' && simulation.event < until && this.violations.length === 0) {
      if (observer.violations.length > 0) return
      result = simulation.run({ ...NO_LIMIT, untilUs, untilEvent: Math.min(until, simulation.event + SLICE) })
      const extraUs = this.#knottedUs(execution, knotted)
      untilUs += extraUs
      if (result === 'until' && extraUs > 0) result = 'paused'
    }
    // A transaction of the log may be watched over for a while after the job.
    if (result === 'until' && !execution.isAlive()) result = simulation.run({ ...NO_LIMIT, untilEvent: until })
    if (result === 'quiescent' && execution.state === 'RUNNING') execution.requireNotStuck()
  }

  /**
   * How long the job has stood still, since this was asked last, for checkpoints that waited for themselves: where barriers
   * overtake on some edges and are aligned on others, a task can hold up a channel whose producer holds up a barrier that
   * the task waits for. In Flink, too, nothing but the checkpoint's timeout ends that.
   */
  #knottedUs({ checkpoints }: JobExecution, known: Set<number>): number {
    const plan = this.schedule.checkpoints
    if (plan === null || plan.overtakesAfterMs === null) return 0
    const { length } = (checkpoints?.history.recent ?? []).filter((checkpoint) => {
      if (!isKnot(checkpoint) || known.has(checkpoint.id)) return false
      known.add(checkpoint.id)
      return true
    })
    return length * plan.timeoutMs * 1000
  }

  /** Whether a transaction has timed out because no checkpoint was ever complete, each of them knotted. */
  #hasOnlyKnots({ checkpoints, failure }: JobExecution): boolean {
    if ((this.schedule.checkpoints?.overtakesAfterMs ?? null) === null) return false
    const isFenced = failure?.error instanceof LearnerError && failure.error.code === 'PRODUCER_FENCED'
    const expired = (checkpoints?.history.recent ?? []).filter(({ failure: why }) => why === 'CHECKPOINT_EXPIRED')
    return isFenced && expired.length > 0 && expired.every(isKnot)
  }

  /** A record needs a turn, a delivery and a credit on each channel at most, and all that once more after each fault; what
   * happens by the clock comes as often as the longest wait allows. */
  #budget({ channels, tasks }: JobExecution): number {
    const { job, interventions, strokes } = this.schedule
    const parts = 2 * (channels.length + tasks.length)
    return 20_000 + parts * 1_500 + job.records * 60 * (2 + interventions.length + 2 * strokes.length)
  }

  #keep({ simulation, execution, rows }: DeployedJob): void {
    this.events = simulation.event
    this.restarts += execution.attempt
    this.rescaled += execution.rescaled
    this.checkpoint = execution.checkpoints?.completed?.id ?? this.checkpoint
    for (const row of rows) this.rows.push(row)
    this.interventions.push(...(simulation.interventions.slice(0, simulation.applied) as RunIntervention[]))
  }

  /** What is to be done at this moment. */
  #strike(moment: Moment, { simulation, execution }: DeployedJob): void {
    if (moment === 'deployed anew') this.hasOutlivedDrain ||= stoppedWith(execution)?.request.stop === 'drain'
    const nth = (this.moments.get(moment) ?? 0) + 1
    this.moments.set(moment, nth)
    for (const stroke of this.schedule.strokes) {
      if (stroke.at !== moment || stroke.nth !== nth) continue
      simulation.plan(stroke.actions.map(({ after, action }) => ({ event: simulation.event + after, action })))
    }
  }

  /** `before`: what this job began with, which it leaves to whoever it belongs to. */
  #nextStart({ simulation, execution }: DeployedJob, before: Savepoint | null): Start | null {
    const { nextParallelism } = this.schedule
    const { event, applied, interventions } = simulation
    const left = interventions.slice(applied).filter((one) => one.event >= event) as RunIntervention[]
    const stopped = stoppedWith(execution)
    this.hasDrained ||= stopped?.request.stop === 'drain'
    if (stopped !== null && (stopped.request.stop === 'suspend' || execution.state === 'FAILED')) {
      // It failed while it stopped: whoever reads the message goes on from the savepoint.
      this.hasOutlivedDrain ||= stopped.request.stop === 'drain'
      this.resumed.push('savepoint')
      return { savepoint: asFile(stopped.savepoint), parallelism: nextParallelism, interventions: left }
    }
    if (execution.state !== 'FAILED' || this.schedule.restart.limit > 1) return null
    const kept = execution.actions.retainedCheckpoints('FAILED').at(-1)
    const savepoint = kept === undefined ? before : asFile(kept)
    this.isKnotted = savepoint === null && left.length === 0 && this.#hasOnlyKnots(execution)
    if (this.isKnotted) return null
    this.resumed.push(savepoint === null ? 'nothing' : 'checkpoint')
    const parallelism = savepoint === null ? this.schedule.job.parallelism : nextParallelism
    return { savepoint, parallelism, interventions: left }
  }

  #unfinished({ execution, simulation }: DeployedJob): Violation {
    const why = execution.failure === null ? '' : `: ${String(execution.failure.error)}`
    return {
      invariant: '24 liveness',
      text: `${execution.state} at event ${simulation.event}, ${simulation.nowUs} µs${why}`,
    }
  }
}

function isKnot({ failure, unfinished }: CheckpointStats): boolean {
  return failure === 'CHECKPOINT_EXPIRED' && unfinished.some(({ blockedChannels }) => blockedChannels > 0)
}

function asFile(savepoint: Savepoint): Savepoint {
  return readSavepoint(writeSavepoint(savepoint), 'file')
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

/** The savepoint with which the job has stopped, or was about to when it failed; null for none. */
function stoppedWith({ actions }: JobExecution): { request: SavepointRequest; savepoint: Savepoint } | null {
  for (const { request, savepoint } of actions.savepoints) {
    if (request.stop !== 'none' && savepoint !== null) return { request, savepoint }
  }
  return null
}
