// A learner's mistake as data: a code and its values, and where it is. The text lives in runtime/messages, one per
// language; nothing in the engine contains a sentence for the learner.

/** A stretch of a learner's file. Lines and columns count from 1; the end is exclusive. */
export interface Span {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine?: number
  readonly endColumn?: number
}

export type DiagnosticParams = Readonly<Record<string, string | number>>

/** What went wrong, for messages/ to say and the editor to mark. */
export interface Diagnostic {
  readonly code: string
  readonly params: DiagnosticParams
  readonly span: Span | null
}

/** Thrown by api/ where the learner's call is mistaken; host/ turns it into a Diagnostic at the learner's line. */
export class LearnerError extends Error {
  readonly code: string
  readonly params: DiagnosticParams
  /** The node of the job it's about, where the stack trace doesn't lead to the learner's code. */
  nodeId: string | null = null

  constructor(code: string, params: DiagnosticParams = {}) {
    super(`${code} ${JSON.stringify(params)}`)
    this.name = 'LearnerError'
    this.code = code
    this.params = params
  }
}

/** Says of which node an error is, if that isn't known, and gives it back to be thrown on. */
export function atNode(error: unknown, nodeId: string): unknown {
  if (error instanceof LearnerError) error.nodeId ??= nodeId
  return error
}
