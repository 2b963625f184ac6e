// Savepoints as a host sees them: what a run starts from, the files that come of it, and a look into one. Mistakes come back as
// diagnostics, at the operator they are about.

import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import { restoreState, type RestoredJob } from '../cluster/restore-state.ts'
import { readSavepoint, writeSavepoint } from '../cluster/savepoint-file.ts'
import type { Savepoint } from '../cluster/savepoint.ts'
import type { CancelAction } from '../cluster/cluster-action.ts'
import type { PlannedAction } from '../cluster/action-schedule.ts'
import type { RescaleAction } from '../cluster/rescaling.ts'
import type { SavepointAction, SavepointResult } from '../cluster/savepoint-request.ts'
import { viewSavepoint } from '../cluster/savepoint-view.ts'
import { DEFAULT_RECOVERY, DEFAULT_RETENTION } from '../graph/recovery-spec.ts'
import type { Plan } from '../graph/plan.ts'
import { placeDiagnostic } from './errors.ts'
import type {
  InspectedSavepoint,
  RunOutcome,
  RunSavepoint,
  RunSettings,
  SavepointFile,
  SavepointOutcome,
} from './protocol.ts'

/**
 * What the run starts from: the host's file, or the one that the job's configuration names. Null for a run that starts
 * with nothing; a diagnostic where it can't start from it.
 */
export function restoredJob(plan: Plan, settings: RunSettings): RestoredJob | Diagnostic | null {
  try {
    const file = settings.savepoint ?? configured(plan, settings)
    if (file === null) return null
    const { allowsNonRestoredState } = plan.config.recovery ?? DEFAULT_RECOVERY
    return restoreState(plan, readSavepoint(file.text, file.file), {
      allowsNonRestoredState: file.allowNonRestoredState ?? allowsNonRestoredState,
    })
  } catch (error) {
    if (error instanceof LearnerError) return placeDiagnostic(error, plan)
    throw error
  }
}

function configured(plan: Plan, { files = {} }: RunSettings): RunSavepoint | null {
  const { path } = plan.config.recovery ?? DEFAULT_RECOVERY
  if (path === null) return null
  const file = path.replace(/^file:(\/\/)?/, '')
  const text = Object.hasOwn(files, file) ? files[file] : undefined
  if (text === undefined) throw new LearnerError('SAVEPOINT_MISSING', { path })
  return { file, text }
}

/** What is asked of the jobs' cluster at set times. */
export function plannedCancels({ cancelsAt = [] }: RunSettings): PlannedAction[] {
  return cancelsAt.map(({ atMs, job }) => {
    const action: CancelAction = { kind: 'cancel-job', job }
    return { atUs: atMs * 1000, action }
  })
}

/** What is asked of the job at set times. */
export function plannedActions({ savepointsAt = [], rescalesAt = [] }: RunSettings): PlannedAction[] {
  return [
    ...savepointsAt.map(({ atMs, stop }) => {
      const action: SavepointAction = { kind: 'savepoint', stop }
      return { atUs: atMs * 1000, action }
    }),
    ...rescalesAt.map(({ atMs, parallelism }) => {
      const action: RescaleAction = { kind: 'rescale', parallelism }
      return { atUs: atMs * 1000, action }
    }),
  ]
}

/** What became of the changes of its parallelism. */
export function rescaleOutcomes({ actions }: JobExecution): RunOutcome['rescales'] {
  return actions.rescales.map(({ action, atUs, failure }) => ({
    parallelism: action.parallelism,
    atMs: Math.floor(atUs / 1000),
    diagnostic: failure === null ? null : { ...failure, span: null },
  }))
}

/** Whether the job takes over what it starts from. */
export function claims({ config }: Plan, { savepoint }: RunSettings): boolean {
  return (savepoint?.claimMode ?? config.recovery?.claimMode) === 'CLAIM'
}

/** What is left of the job's checkpoints, once the run is over. */
export function leftovers(
  execution: JobExecution,
  state: RunOutcome['state'],
): Pick<RunOutcome, 'checkpoints' | 'isSavepointGone'> {
  // A run whose time is up is one that somebody ended.
  const end = state === 'finished' ? 'FINISHED' : state === 'failed' ? 'FAILED' : 'CANCELED'
  const { plan } = execution
  const { checkpointDirectory, hasSubdirectory } = plan.config.retention ?? DEFAULT_RETENTION
  const folder =
    checkpointDirectory === null ? null : `${inFolder(checkpointDirectory)}${hasSubdirectory ? plan.hash : ''}`
  const checkpoints = execution.actions
    .retainedCheckpoints(end)
    .map((checkpoint) => fileOf(checkpoint, `${inFolder(folder)}chk-${checkpoint.checkpointId}`))
  return { checkpoints, isSavepointGone: execution.checkpoints?.store.isClaimedGone === true }
}

/** How the savepoint came out, its file included. */
export function savepointOutcome({ savepoint, reason }: SavepointResult, { plan }: JobExecution): SavepointOutcome {
  if (savepoint === null) return savepointFailed(reason)
  const { savepointDirectory } = plan.config.retention ?? DEFAULT_RETENTION
  const path = `${inFolder(savepointDirectory)}savepoint-${savepoint.checkpointId}`
  return { file: fileOf(savepoint, path), diagnostic: null }
}

function fileOf(savepoint: Savepoint, path: string): SavepointFile {
  const { kind, checkpointId, takenUs } = savepoint
  return { path, kind, checkpointId, atMs: Math.floor(takenUs / 1000), text: writeSavepoint(savepoint) }
}

function inFolder(folder: string | null): string {
  return folder === null ? '' : `${folder.replace(/\/+$/, '')}/`
}

/** A savepoint that came to nothing. */
export function savepointFailed(code: string): SavepointOutcome {
  return { file: null, diagnostic: { code, params: {}, span: null } }
}

/** `keys`: at most so many rows of keyed state of each operator. */
export function inspectSavepoint({ file, text }: RunSavepoint, keys: number): InspectedSavepoint {
  try {
    return { view: viewSavepoint(readSavepoint(text, file), keys), diagnostic: null }
  } catch (error) {
    if (!(error instanceof LearnerError)) throw error
    return { view: null, diagnostic: { code: error.code, params: error.params, span: null } }
  }
}
