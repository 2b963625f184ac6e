// A savepoint as a file: JSON that can be read in an editor, a line per key. Its first line says what it is, in which
// version of the format, and the hash of what follows, so that a file that was cut off or changed is noticed before it's
// restored from. What JSON can't hold is written with tags (base/value-text.ts).

import { LearnerError } from '../base/diagnostic.ts'
import { murmur3Bytes, toHex, utf8 } from '../base/murmur3.ts'
import { fromTagged, toTagged } from '../base/value-text.ts'
import type { Savepoint } from './savepoint.ts'

/** Changes with the format. */
export const SAVEPOINT_VERSION = 1

const FORMAT = 'streambed savepoint'
/** How deep the file is broken into lines: down to a key of a key group. */
const LINE_DEPTH = 8

interface SavepointFile {
  readonly format: typeof FORMAT
  readonly version: number
  readonly hash: string
  readonly savepoint: unknown
}

/** The savepoint as a text. */
export function writeSavepoint(savepoint: Savepoint): string {
  const body = toTagged(savepoint)
  const head = `"format":${JSON.stringify(FORMAT)},"version":${SAVEPOINT_VERSION},"hash":"${hashOf(body)}"`
  return `{${head},\n"savepoint":${inLines(body, LINE_DEPTH, '')}}\n`
}

/**
 * Reads what writeSavepoint wrote; `name` is the file's. Throws LearnerError for what isn't a savepoint, is one of
 * another version, or isn't as it was written.
 */
export function readSavepoint(text: string, name: string): Savepoint {
  const file = parse(text)
  if (file === null) {
    const isOne = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${FORMAT}"`).test(text)
    throw new LearnerError(isOne ? 'SAVEPOINT_DAMAGED' : 'SAVEPOINT_NONE', { file: name })
  }
  const { version, hash, savepoint } = file
  if (version !== SAVEPOINT_VERSION) {
    throw new LearnerError('SAVEPOINT_VERSION', { file: name, version: String(version), known: SAVEPOINT_VERSION })
  }
  if (savepoint === undefined || hash !== hashOf(savepoint)) throw new LearnerError('SAVEPOINT_DAMAGED', { file: name })
  return fromTagged(savepoint) as Savepoint
}

/** Null for what isn't JSON, or not ours. */
function parse(text: string): SavepointFile | null {
  try {
    const file = JSON.parse(text) as Partial<SavepointFile> | null
    return typeof file === 'object' && file?.format === FORMAT ? (file as SavepointFile) : null
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
