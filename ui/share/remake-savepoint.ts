// A savepoint made anew from the run that gave it: the same code, settings and interventions, executed to where it was
// complete. Nobody looks at that run, and nothing of it is kept but the savepoint.
import type { CompiledJob, RunSavepoint, RunSettings } from '../../runtime/host/protocol.ts'
import type { RunEnd } from '../kernel/engine-host.ts'
import type { KeptSavepoint } from '../stage/views/checkpoints/savepoint-files.ts'
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
  const { of, path, atMs, allowsLeftState } = start
  const from = of.start === null ? null : await remakeSavepoint(of.start, remaker)
  if (of.start !== null && from === null) return null
  const { job } = await remaker.compile(of)
  if (job === null) return null
  const end = await remaker.execute(job, {
    ...remaker.settings(of),
    ...(from === null ? {} : { savepoint: from }),
    interventions: of.interventions,
    // Nothing after it matters, and the run may be one without an end.
    untilMs: Math.min(of.settings.untilMs ?? Infinity, atMs + 1),
  })
  const made = end.kind === 'outcome' ? end.outcome.savepoints.find(({ file }) => file?.path === path)?.file : null
  if (!made) return null
  remaker.keep({ path, kind: 'savepoint', atMs: made.atMs, text: made.text, origin: of })
  return { file: path, text: made.text, ...(allowsLeftState ? { allowNonRestoredState: true } : {}) }
}
