// Files for jobs: of a virtual file system that whoever runs the job fills, and that exists as long as the run.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/filesystem/

import { LearnerError } from '../base/diagnostic.ts'
import { Fingerprint } from '../base/value-hash.ts'
import type { SourceSpec } from '../connectors/source.ts'
import { currentEvaluation } from './evaluation.ts'
import { Source } from './sources.ts'

/** Reads a text line by line. Flink's TextLineInputFormat; texts are UTF-8. */
export class TextLineInputFormat {
  readonly kind = 'text'
}

/**
 * Reads files, or all files of a folder, line by line. A file is a split: subtasks share the files, and each file has
 * watermarks of its own. Differs from Flink: a file isn't cut into several splits, and folders aren't watched.
 *
 * ```ts
 * const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data/words.txt').build()
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/filesystem/
 */
export class FileSource extends Source<string> {
  readonly spec: SourceSpec
  override readonly functions: ReadonlyMap<string, unknown>

  private constructor(files: ReadonlyMap<string, string>) {
    super()
    const entries = Array.from(files, ([path, text]) => ({ path, length: text.length, digest: digestOf(text) }))
    this.spec = { kind: 'files', files: entries }
    this.functions = new Map([['texts', files]])
  }

  /** Lines of these files and folders. Throws LearnerError if one isn't there. */
  static forRecordStreamFormat(format: TextLineInputFormat, ...paths: string[]): { build(): FileSource } {
    if (!(format instanceof TextLineInputFormat)) throw new LearnerError('FILE_FORMAT', { value: String(format) })
    if (paths.length === 0) throw new LearnerError('FILE_MISSING', { path: '', names: knownNames() })
    const source = new FileSource(new Map(paths.flatMap((path) => filesAt(path))))
    return { build: () => source }
  }
}

/** The path as the file system has it: `file:` in front and a slash at the end don't count. */
export function plainPath(path: unknown): string {
  if (typeof path !== 'string' || path === '') throw new LearnerError('PATH', { value: String(path) })
  const plain = path.replace(/^file:(\/\/)?/, '').replace(/\/+$/, '')
  return plain === '' ? '/' : plain
}

/** The file of this path, or the files of this folder by name; Flink passes over names that begin with a dot or `_`. */
function filesAt(path: string): [path: string, text: string][] {
  const { files } = currentEvaluation()
  const plain = plainPath(path)
  const text = files.get(plain)
  if (text !== undefined) return [[plain, text]]
  const prefix = plain === '/' ? '/' : `${plain}/`
  const inside = Array.from(files).filter(
    ([name]) => name.startsWith(prefix) && !/(^|\/)[._]/.test(name.slice(prefix.length)),
  )
  if (inside.length === 0) throw new LearnerError('FILE_MISSING', { path, names: knownNames() })
  return inside.sort(([a], [b]) => (a < b ? -1 : 1))
}

function knownNames(): string {
  const names = Array.from(currentEvaluation().files.keys())
  return names.length === 0 ? '–' : names.sort().join(', ')
}

function digestOf(text: string): string {
  const fingerprint = new Fingerprint()
  fingerprint.value(text)
  return fingerprint.hex()
}
