// Savepoints of this page's runs, checkpoints that outlived theirs, and files that somebody opened. Those of runs are kept with
// the run that gives them again, so that a link can tell them.
import type { RunIntervention, RunOutcome, RunSavepoint, SavepointFile } from '../../runtime/host/protocol.ts'
import type { SharedRun, SharedStart } from './shared-run.ts'

export interface KeptSavepoint {
  /** The run that gives it again; none for what came from a disk. */
  readonly origin?: SharedRun
  readonly path: string
  readonly kind: 'savepoint' | 'checkpoint' | 'file'
  readonly atMs: number
  readonly text: string
}

/** The newest first. A run that is played to its end once more leaves what it left before: that stays one. */
export function withKept(all: readonly KeptSavepoint[], kept: KeptSavepoint): readonly KeptSavepoint[] {
  return [kept, ...all.filter(({ path, text }) => path !== kept.path || text !== kept.text)]
}

/** A savepoint that was taken of this run. */
export function keptOf({ madeBy = [], path, kind, atMs, text }: SavepointFile, of: SharedRun | null): KeptSavepoint {
  return { path, kind, atMs, text, ...originOf(of, madeBy) }
}

/** What is left of this run's checkpoints. */
export function leftOf(
  { checkpoints, state }: Pick<RunOutcome, 'checkpoints' | 'state'>,
  of: SharedRun | null,
  madeBy: readonly RunIntervention[],
): readonly KeptSavepoint[] {
  return checkpoints.map((file) => {
    // Where somebody stopped the run is in no setting; by then the checkpoint was complete.
    const isStopped = of !== null && state === 'stopped'
    return keptOf({ ...file, madeBy }, isStopped ? endingAt(of, file.atMs + 1) : of)
  })
}

/** For a run that starts from this file; null where no run gives it. */
export function sharedStart(
  { file, text, allowNonRestoredState }: RunSavepoint,
  all: readonly KeptSavepoint[],
): SharedStart | null {
  const kept = all.find((one) => one.path === file && one.text === text)
  if (kept?.origin === undefined || kept.kind === 'file') return null
  const { origin: of, path, kind, atMs } = kept
  return { of, path, kind, atMs, allowsLeftState: allowNonRestoredState === true }
}

function originOf(of: SharedRun | null, interventions: readonly RunIntervention[]): Pick<KeptSavepoint, 'origin'> {
  return of === null ? {} : { origin: { ...of, interventions } }
}

function endingAt(of: SharedRun, untilMs: number): SharedRun {
  return { ...of, settings: { ...of.settings, untilMs } }
}
