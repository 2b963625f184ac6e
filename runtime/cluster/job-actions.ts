// What can be asked of a running job, and what came of it: savepoints, with which it goes on or stops, and a change of its
// parallelism. Asked from outside, before some event, or at set times. Flink's JobMaster, as far as clients talk to it.

import { LearnerError } from '../base/diagnostic.ts'
import type { JobGraph } from '../graph/job-graph.ts'
import { rescaledGraph } from '../graph/rescale.ts'
import type { Action, Intervened, Simulation } from '../kernel/simulation.ts'
import { ActionSchedule, type PlannedAction } from './action-schedule.ts'
import type { CheckpointCoordinator } from './checkpoint-coordinator.ts'
import type { TerminalState } from './checkpoint-store.ts'
import type { CompletedCheckpoint } from './completed-checkpoint.ts'
import type { RescaleAction, RescaleResult, Rescaling } from './rescaling.ts'
import { savepointOf, type Savepoint } from './savepoint.ts'
import type { SavepointAction, SavepointListener, SavepointRequest, SavepointResult } from './savepoint-request.ts'

/** The job of which it's asked. */
interface AskedJob {
  readonly plan: { readonly hash: string }
  readonly graph: JobGraph
  readonly simulation: Simulation
  readonly checkpoints: CheckpointCoordinator | null
  /** All else that is done to it. */
  readonly faults: Intervened
}

export class JobActions implements Intervened, SavepointListener {
  readonly job: AskedJob
  readonly schedule: ActionSchedule
  /** In the order in which they came out. */
  readonly savepoints: SavepointResult[] = []
  readonly rescales: RescaleResult[] = []
  /** Null where the parallelism isn't about to change. */
  rescaling: Rescaling | null = null

  constructor(job: AskedJob, planned: readonly PlannedAction[]) {
    this.job = job
    this.schedule = new ActionSchedule(job.simulation, this, planned)
  }

  apply(action: Action): void {
    if (action.kind === 'savepoint') this.triggerSavepoint(action as SavepointAction)
    else if (action.kind === 'rescale') this.rescale(action as RescaleAction)
    else this.job.faults.apply(action)
  }

  /** Takes a savepoint; `savepoints` has what came of it. In batch mode there are none. */
  triggerSavepoint(request: SavepointRequest): void {
    const { checkpoints } = this.job
    if (checkpoints === null) this.savepointEnded(request, null, 'SAVEPOINT_BATCH')
    else checkpoints.triggerSavepoint(request)
  }

  savepointEnded(request: SavepointRequest, checkpoint: CompletedCheckpoint | null, reason: string): void {
    if (request === this.rescaling?.request) {
      if (checkpoint === null) this.rescaleFailed(new LearnerError('RESCALE_FAILED'))
      return
    }
    const savepoint = checkpoint === null ? null : this.asSavepoint(checkpoint, 'savepoint')
    this.savepoints.push({ request, savepoint, reason })
  }

  /** All tasks have stopped. What is to be deployed instead, if that's what they stopped for. */
  takeRescaledGraph(): JobGraph | null {
    const { rescaling } = this
    if (rescaling === null) return null
    this.rescaling = null
    this.rescales.push({ action: rescaling.action, atUs: this.job.simulation.nowUs, failure: null })
    return rescaling.graph
  }

  /** A task has failed: what was under way comes to nothing. */
  taskFailed(): void {
    if (this.rescaling !== null) this.rescaleFailed(new LearnerError('RESCALE_FAILED'))
  }

  /** The run is over. The checkpoints that outlive the job, oldest first. Once, at the end. */
  retainedCheckpoints(state: TerminalState): Savepoint[] {
    const retained = this.job.checkpoints?.store.shutdown(state) ?? []
    return retained.map((checkpoint) => this.asSavepoint(checkpoint, 'checkpoint'))
  }

  private rescale(action: RescaleAction): void {
    try {
      if (this.job.checkpoints === null) throw new LearnerError('RESCALE_BATCH')
      if (this.rescaling !== null) throw new LearnerError('RESCALE_FAILED')
      const graph = rescaledGraph(this.job.graph, action.parallelism)
      this.rescaling = { action, request: { stop: 'suspend', goesOn: true }, graph }
      this.triggerSavepoint(this.rescaling.request)
    } catch (error) {
      if (!(error instanceof LearnerError)) throw error
      this.refuse(action, error)
    }
  }

  private rescaleFailed(error: LearnerError): void {
    const { action } = this.rescaling as Rescaling
    this.rescaling = null
    this.refuse(action, error)
  }

  private refuse(action: RescaleAction, { code, params }: LearnerError): void {
    this.rescales.push({ action, atUs: this.job.simulation.nowUs, failure: { code, params } })
  }

  private asSavepoint(checkpoint: CompletedCheckpoint, kind: Savepoint['kind']): Savepoint {
    const { graph, plan } = this.job
    return savepointOf(checkpoint, graph, { kind, planHash: plan.hash })
  }
}
