// What the page may ask the editor's TypeScript worker beyond what Monaco asks it.
import type { CompiledJob, Diagnostic, PrintProbe, Span } from '../../runtime/host/protocol.ts'

/** A finding of TypeScript, its text in the worker's language. */
export interface TypeProblem {
  readonly span: Required<Span>
  readonly code: number
  readonly message: string
  readonly isError: boolean
}

export interface Compilation {
  /** Null if there are errors. */
  readonly job: CompiledJob | null
  readonly types: readonly TypeProblem[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface JobWorkerApi {
  /**
   * Checks and compiles the files at these addresses (`file:///job/<name>`), in these versions; with an expression to
   * print in one of their lines, if given.
   *
   * @throws Error if the worker has others, or hasn't got a file.
   */
  compileJob(
    addresses: readonly string[],
    entry: string,
    versions: readonly number[],
    probe?: PrintProbe,
  ): Promise<Compilation>
}

const JOB_FOLDER = 'file:///job/'

/** The address of a file in the language service. */
export function addressOf(name: string): string {
  return JOB_FOLDER + name
}

export function nameOfAddress(address: string): string | null {
  return address.startsWith(JOB_FOLDER) ? address.slice(JOB_FOLDER.length) : null
}
