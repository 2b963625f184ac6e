// Savepoints as a host sees them: what a run starts from, the files that come of it, and a look into one. Mistakes come back as
// diagnostics, at the operator they are about.

import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import { restoreState, type RestoredJob } from '../cluster/restore-state.ts'
import { readSavepoint, writeSavepoint } from '../cluster/savepoint-file.ts'
import type { SavepointResult } from '../cluster/savepoint-request.ts'
import { viewSavepoint } from '../cluster/savepoint-view.ts'
import { DEFAULT_RECOVERY, DEFAULT_RETENTION } from '../graph/recovery-spec.ts'
import type { Plan } from '../graph/plan.ts'
import { placeDiagnostic } from './errors.ts'
import type { InspectedSavepoint, RunSavepoint, RunSettings, SavepointOutcome } from './protocol.ts'

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

/** How the savepoint came out, its file included. */
export function savepointOutcome({ savepoint, reason }: SavepointResult, { plan }: JobExecution): SavepointOutcome {
  if (savepoint === null) return savepointFailed(reason)
  const { savepointDirectory } = plan.config.retention ?? DEFAULT_RETENTION
  const { kind, checkpointId, takenUs } = savepoint
  const folder = savepointDirectory === null ? '' : `${savepointDirectory.replace(/\/+$/, '')}/`
  const path = `${folder}savepoint-${checkpointId}`
  const atMs = Math.floor(takenUs / 1000)
  return { file: { path, kind, checkpointId, atMs, text: writeSavepoint(savepoint) }, diagnostic: null }
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
