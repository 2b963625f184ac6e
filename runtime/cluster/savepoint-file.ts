// A savepoint as a file, a line per key: header, version and hash are as kept-file.ts writes them, so that one that was cut
// off, changed, or written by another Streambed is refused before a job starts from it.

import { readKept, writeKept, type KeptKind } from './kept-file.ts'
import type { Savepoint } from './savepoint.ts'

const SAVEPOINT: KeptKind = {
  format: 'streambed savepoint',
  version: 1,
  field: 'savepoint',
  // Down to a key of a key group.
  lineDepth: 8,
  none: 'SAVEPOINT_NONE',
  damaged: 'SAVEPOINT_DAMAGED',
  otherVersion: 'SAVEPOINT_VERSION',
}

/** The savepoint as a text. */
export function writeSavepoint(savepoint: Savepoint): string {
  return writeKept(SAVEPOINT, savepoint)
}

/**
 * Reads what writeSavepoint wrote; `name` is the file's. Throws LearnerError for what isn't a savepoint, is one of
 * another version, or isn't as it was written.
 */
export function readSavepoint(text: string, name: string): Savepoint {
  return readKept(SAVEPOINT, text, name) as Savepoint
}
