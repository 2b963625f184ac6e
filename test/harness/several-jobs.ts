// Several jobs written in a test on one cluster, with one clock: as run-job.ts runs one.

import { DEFAULT_CLUSTER, type ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import type { JobExecution, JobParts } from '../../runtime/cluster/job-execution.ts'
import type { Row } from '../../runtime/cluster/job-observer.ts'
import { JobSubmissions } from '../../runtime/cluster/job-submissions.ts'
import { SessionCluster } from '../../runtime/cluster/session-cluster.ts'
import { createPlan } from '../../runtime/graph/plan.ts'
import { NO_LIMIT, Simulation } from '../../runtime/kernel/simulation.ts'
import { Outside } from '../../runtime/operators/outside.ts'
import { evaluateJob, type Build } from './run-job.ts'

/** A job, by its name, and when it's submitted. */
export interface JobToSubmit {
  readonly build: Build
  readonly parallelism?: number
  readonly atMs?: number
}

export class SeveralJobs {
  readonly simulation: Simulation
  readonly cluster: SessionCluster
  readonly submissions: JobSubmissions
  /** By job, from 0. */
  readonly rows: Row[][] = []
  readonly logs: string[] = []

  constructor(jobs: readonly JobToSubmit[], settings: Partial<ClusterSettings> = {}, seed = 1) {
    this.simulation = new Simulation({ seed, startMs: 0, isHashed: true })
    this.cluster = new SessionCluster(this.simulation, { ...DEFAULT_CLUSTER, ...settings }, new Outside())
    const submissions = jobs.map((job, i) => ({ atUs: (job.atMs ?? 0) * 1000, parts: this.partsOf(job, i) }))
    this.submissions = new JobSubmissions(this.cluster, submissions)
  }

  /** Counted from 1; undefined before it's submitted. */
  job(number: number): JobExecution {
    return this.submissions.submitted[number - 1] as JobExecution
  }

  states(): string[] {
    return this.cluster.jobs.map(({ state }) => state)
  }

  runTo(ms: number): void {
    this.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
  }

  hash(): string {
    for (const job of this.submissions.submitted) job.digestState()
    return this.simulation.fingerprint.hex()
  }

  private partsOf({ build, parallelism = 1 }: JobToSubmit, index: number): Omit<JobParts, 'simulation' | 'settings'> {
    const rows: Row[] = (this.rows[index] = [])
    return {
      plan: createPlan(evaluateJob(build, parallelism).graph),
      observer: {
        row: (row) => void rows.push(row),
        log: (_level, text) => void this.logs.push(`${index + 1}: ${text}`),
      },
      instantiate: () => ({
        registry: evaluateJob(build, parallelism).graph.registry,
        memory: {},
        beginTurn: () => undefined,
        tick: () => undefined,
      }),
    }
  }
}
