// Jobs from source text, through compiler, sandbox and session, as a host runs them.

import ts from 'typescript'
import { blankSourceFile } from 'ts-blank-space'
import type { Diagnostic } from '../../runtime/base/diagnostic.ts'
import { nodeHost } from '../../runtime/host/node.ts'
import type { LogLine, RunOutcome, RunSettings, SinkRow } from '../../runtime/host/protocol.ts'
import { EngineSession } from '../../runtime/host/session.ts'
import { compileJob, type CompiledJob, type SourceText } from '../../runtime/sandbox/compile.ts'

export interface HostedRun {
  /** Null where the job didn't compile. */
  readonly outcome: RunOutcome | null
  readonly diagnostics: readonly Diagnostic[]
  readonly rows: readonly SinkRow[]
  readonly logs: readonly LogLine[]
}

export function compiled(
  files: readonly SourceText[],
  entry = 'job.ts',
): { job: CompiledJob | null; diagnostics: readonly Diagnostic[] } {
  return compileJob(files, entry, { ts, blankSourceFile })
}

/** Compiles `job.ts` and runs it in the session. */
export async function runText(session: EngineSession, text: string, settings: RunSettings = {}): Promise<HostedRun> {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  if (job === null) return { outcome: null, diagnostics, rows: [], logs: [] }
  const rows: SinkRow[] = []
  const logs: LogLine[] = []
  const outcome = await session.run(job, settings, (frame) => {
    rows.push(...frame.rows)
    logs.push(...frame.logs)
  })
  return { outcome, diagnostics: outcome.diagnostics, rows, logs }
}

export function newSession(): EngineSession {
  return new EngineSession(nodeHost)
}
