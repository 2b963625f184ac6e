// Files that outlive a run, such as savepoints: JSON that can be read in an editor. The first line says what it is, in which
// version of the format, and the hash of what follows, so that a file that was cut off or changed is noticed before anything
// starts from it. What JSON can't hold is written with tags (base/value-text.ts).

import { LearnerError } from '../base/diagnostic.ts'
import { murmur3Bytes, toHex, utf8 } from '../base/murmur3.ts'
import { fromTagged, toTagged } from '../base/value-text.ts'

/** A kind of file. */
export interface KeptKind {
  /** `streambed savepoint`. */
  readonly format: string
  /** Changes with the format. */
  readonly version: number
  /** Under which name its content stands. */
  readonly field: string
  /** How deep the content is broken into lines. */
  readonly lineDepth: number
  /** Codes for a text that is no such file, one that isn't as it was written, and one of another version. */
  readonly none: string
  readonly damaged: string
  readonly otherVersion: string
}

/** The content as a text. */
export function writeKept({ format, version, field, lineDepth }: KeptKind, content: unknown): string {
  const body = toTagged(content)
  const head = `"format":${JSON.stringify(format)},"version":${version},"hash":"${hashOf(body)}"`
  return `{${head},\n"${field}":${inLines(body, lineDepth, '')}}\n`
}

/** Reads what writeKept wrote; `name` is the file's. Throws LearnerError with the kind's codes. */
export function readKept(kind: KeptKind, text: string, name: string): unknown {
  const file = parse(kind, text)
  if (file === null) {
    const isOne = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${kind.format}"`).test(text)
    throw new LearnerError(isOne ? kind.damaged : kind.none, { file: name })
  }
  const { version, hash, [kind.field]: content } = file
  if (version !== kind.version) {
    throw new LearnerError(kind.otherVersion, { file: name, version: String(version), known: kind.version })
  }
  if (content === undefined || hash !== hashOf(content)) throw new LearnerError(kind.damaged, { file: name })
  return fromTagged(content)
}

/** Null for what isn't JSON, or not of the kind. */
function parse({ format }: KeptKind, text: string): Readonly<Record<string, unknown>> | null {
  try {
    const file = JSON.parse(text) as Readonly<Record<string, unknown>> | null
    return typeof file === 'object' && file?.['format'] === format ? file : null
  } catch {
    return null
  }
}

function hashOf(json: unknown): string {
  return toHex(murmur3Bytes(utf8(JSON.stringify(json))))
}

/** The same JSON with a line for every item down to a depth. */
function inLines(json: unknown, depth: number, indent: string): string {
  if (depth === 0 || typeof json !== 'object' || json === null) return JSON.stringify(json)
  const inner = `${indent} `
  const items = Array.isArray(json)
    ? json.map((item) => inLines(item, depth - 1, inner))
    : Object.entries(json).map(([key, item]) => `${JSON.stringify(key)}:${inLines(item, depth - 1, inner)}`)
  const [open, close] = Array.isArray(json) ? '[]' : '{}'
  return items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`
}
