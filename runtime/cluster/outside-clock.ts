// The clock of what stands outside of the jobs: producers write when their records are due, and transactions that stay open
// too long are aborted, whatever becomes of the jobs; as long as there's a job at all, since nobody would see it otherwise.

import { assert } from '../base/assert.ts'
import { databaseOf } from '../connectors/database/open-database.ts'
import { createTopics } from '../connectors/log/outside-producer.ts'
import type { Plan } from '../graph/plan.ts'
import { OUTSIDE, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { Outside } from '../operators/outside.ts'
import type { Instantiate, JobInstance } from '../task/job-instance.ts'

/** A job with what it wants to find outside. */
export interface JobWithOutside {
  readonly plan: Plan
  readonly instantiate: Instantiate
}

/** The cluster for whose jobs time goes on outside. */
interface ClusterWithOutside {
  readonly simulation: Simulation
  readonly outside: Outside
  /** Whether anything of any job is still to come. */
  isAlive(): boolean
}

export class OutsideClock implements EventTarget {
  id = -1
  readonly cluster: ClusterWithOutside
  /** Time of the earliest event in the heap for it; virtual µs. */
  alarmAtUs = Infinity
  /** The evaluations that producers' functions are of. */
  readonly instances: JobInstance[] = []

  constructor(cluster: ClusterWithOutside) {
    this.cluster = cluster
    cluster.outside.alarmChanged = () => this.plan()
    cluster.outside.nowMs = () => this.nowMs()
  }

  /** Makes the topics and tables that the job wants to find, and lets producers begin. */
  prepare(job: JobWithOutside): void {
    const { topics } = job.plan
    if (topics !== undefined) this.createTopics(topics, job.instantiate)
    this.createTables(job.plan)
    this.plan()
  }

  handle(): void {
    const { outside } = this.cluster
    this.alarmAtUs = Infinity
    if (!this.cluster.isAlive()) return
    const nowMs = this.nowMs()
    for (const system of outside.systems.values()) if (system.nextAlarmMs <= nowMs) system.onAlarm(nowMs)
    this.plan()
  }

  /** No job is left: outside, time stands still from now on, since nobody would see it go on. */
  stop(): void {
    const endMs = this.nowMs()
    this.cluster.outside.nowMs = () => endMs
  }

  private nowMs(): number {
    const { settings, nowUs } = this.cluster.simulation
    return settings.startMs + Math.floor(nowUs / 1000)
  }

  private createTables({ tables = [], database = 'memory' }: Plan): void {
    if (tables.length === 0 && database === 'memory') return
    const own = databaseOf(this.cluster.outside)
    assert(own.engine === database, () => `the job wants ${database} and finds ${own.engine}`)
    for (const table of tables) own.createTable(table)
  }

  /** Makes sure that the next thing to happen outside has its event. */
  private plan(): void {
    const { simulation, outside } = this.cluster
    let nextMs = Infinity
    for (const system of outside.systems.values()) nextMs = Math.min(nextMs, system.nextAlarmMs)
    const nextUs = Math.max(simulation.nowUs, (nextMs - simulation.settings.startMs) * 1000)
    if (nextUs >= this.alarmAtUs) return
    // A job that has nothing to do with the outside has no such target, either.
    if (this.id < 0) simulation.register(this)
    this.alarmAtUs = nextUs
    simulation.schedule(nextUs, OUTSIDE, this.id)
  }

  /** The learner's functions that producers call belong to an evaluation of their own. */
  private createTopics(topics: NonNullable<Plan['topics']>, instantiate: Instantiate): void {
    const { simulation, outside } = this.cluster
    const { startMs, seed } = simulation.settings
    const instance = instantiate({
      nowMs: () => this.nowMs(),
      random: () => simulation.random('outside').nextDouble(),
      log: () => undefined,
    })
    this.instances.push(instance)
    createTopics(topics, {
      outside,
      startMs,
      seed,
      functions: instance.registry,
      random: (name) => simulation.random(name),
    })
  }
}
