// What stands outside of the cluster as a file: the log, the database and what file sinks have written. In Flink all that
// lives on when a job stops; here it ends with the run, unless it's kept and the next run is given it. Beside a savepoint,
// never in it: a savepoint is the job's, and may be older than the outside it goes on with.

import { snapshotDatabase, type DatabaseSnapshot } from '../connectors/database/database-snapshot.ts'
import { databaseSeen } from '../connectors/database/open-database.ts'
import { logOf, logSeen } from '../connectors/log/log-cluster.ts'
import { restoreLog, snapshotLog, type LogSnapshot } from '../connectors/log/log-snapshot.ts'
import type { Outside, WrittenFile } from '../operators/outside.ts'
import { readKept, writeKept, type KeptKind } from './kept-file.ts'

/** What the file holds. */
export interface OutsideContent {
  /** Virtual µs at which it was kept: a run that goes on with it doesn't begin before. */
  readonly atUs: number
  readonly files: readonly (readonly [path: string, file: WrittenFile])[]
  readonly log: LogSnapshot
  readonly database: DatabaseSnapshot
}

const OUTSIDE: KeptKind = {
  format: 'streambed outside',
  version: 1,
  field: 'outside',
  // Down to a record of a partition.
  lineDepth: 7,
  none: 'OUTSIDE_NONE',
  damaged: 'OUTSIDE_DAMAGED',
  otherVersion: 'OUTSIDE_VERSION',
}

/** The outside as a text. */
export function writeOutside(outside: Outside, atUs: number): string {
  const content: OutsideContent = {
    atUs,
    files: Array.from(outside.files),
    log: snapshotLog(logSeen(outside)),
    database: snapshotDatabase(databaseSeen(outside)),
  }
  return writeKept(OUTSIDE, content)
}

/** Reads what writeOutside wrote; `name` is the file's. Throws LearnerError for what isn't one, or not as it was written. */
export function readOutside(text: string, name: string): OutsideContent {
  return readKept(OUTSIDE, text, name) as OutsideContent
}

/** Puts files and the log of the content into an outside that has nothing. The content is its from then on. */
export function restoreOutside(outside: Outside, { files, log }: OutsideContent): void {
  for (const [path, file] of files) outside.files.set(path, file)
  restoreLog(logOf(outside), log)
}
