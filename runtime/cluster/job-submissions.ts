// Jobs that are submitted to a cluster at set times, for a run whose host isn't there to do it when the moment comes. Each
// is an event of the simulation, so with the times a run is the same again.

import { CLUSTER, type EventTarget } from '../kernel/simulation.ts'
import { JobExecution, type JobParts } from './job-execution.ts'
import type { SessionCluster } from './session-cluster.ts'

/** A job, and when it's submitted, in µs of virtual time. */
export interface JobSubmission {
  readonly atUs: number
  readonly parts: Omit<JobParts, 'cluster' | 'simulation' | 'settings'>
}

export class JobSubmissions implements EventTarget {
  id = -1
  readonly cluster: SessionCluster
  /** Those still to come, the next one first. */
  waiting: JobSubmission[]
  /** In the order of submission. */
  readonly submitted: JobExecution[] = []

  /** Those that are due are submitted at once. */
  constructor(cluster: SessionCluster, submissions: readonly JobSubmission[]) {
    this.cluster = cluster
    this.waiting = [...submissions].sort((a, b) => a.atUs - b.atUs)
    cluster.toCome += submissions.length
    this.submitDue()
    if (this.waiting.length > 0) cluster.simulation.register(this)
    for (const { atUs } of this.waiting) cluster.simulation.schedule(atUs, CLUSTER, this.id)
  }

  handle(): void {
    this.submitDue()
  }

  private submitDue(): void {
    const { simulation, settings } = this.cluster
    while ((this.waiting[0]?.atUs ?? Infinity) <= simulation.nowUs) {
      const { parts } = this.waiting.shift() as JobSubmission
      this.cluster.toCome--
      this.submitted.push(new JobExecution({ ...parts, simulation, settings, cluster: this.cluster }))
    }
  }
}
