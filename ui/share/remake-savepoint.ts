// A savepoint made anew from the run that gave it: the same code, settings and interventions, executed to where it was
// complete, or to the end that a checkpoint outlived. Nobody looks at that run, and nothing of it is kept but that file.
import type { CompiledJob, RunSavepoint, RunSettings } from '../../runtime/host/protocol.ts'
import type { RunEnd } from '../kernel/engine-host.ts'
import type { KeptSavepoint } from './kept-savepoints.ts'
import type { SharedRun, SharedStart } from './shared-run.ts'

/** What it takes to have runs made. */
export interface Remaker {
  readonly compile: (run: SharedRun) => Promise<{ readonly job: CompiledJob | null }>
  /** Of the page's settings, those for this run. */
  readonly settings: (run: SharedRun) => RunSettings
  readonly execute: (job: CompiledJob, settings: RunSettings) => Promise<RunEnd>
  readonly keep: (savepoint: KeptSavepoint) => void
}

/** Null where the run doesn't give it: the code doesn't compile, or does something else by now. */
export async function remakeSavepoint(start: SharedStart, remaker: Remaker): Promise<RunSavepoint | null> {
  const { of, path, kind, atMs, allowsLeftState } = start
  const isSavepoint = kind === 'savepoint'
  const from = of.start === null ? null : await remakeSavepoint(of.start, remaker)
  if (of.start !== null && from === null) return null
  const { job } = await remaker.compile(of)
  if (job === null) return null
  const end = await remaker.execute(job, {
    ...remaker.settings(of),
    ...(from === null ? {} : { savepoint: from }),
    interventions: of.interventions,
    // Nothing after a savepoint matters, and its run may be one without an end.
    untilMs: isSavepoint ? Math.min(of.settings.untilMs ?? Infinity, atMs + 1) : of.settings.untilMs,
  })
  if (end.kind !== 'outcome') return null
  const { savepoints, checkpoints } = end.outcome
  const made = [...(isSavepoint ? savepoints.map(({ file }) => file) : checkpoints)].find((file) => file?.path === path)
  if (!made) return null
  remaker.keep({ path, kind, atMs: made.atMs, text: made.text, origin: of })
  return { file: path, text: made.text, ...(allowsLeftState ? { allowNonRestoredState: true } : {}) }
}
