// Reads files line by line, one file after the other, each with watermarks of its own. Positions are characters, so that
// reading can go on in the middle. Flink's FileSource with a TextLineInputFormat.

import type { SourceSplit, SplitReader } from './source.ts'

interface OpenFile {
  readonly path: string
  readonly text: string
  position: number
}

export class FileReader implements SplitReader {
  /** Not read to their end, the one being read first. */
  files: OpenFile[]
  readonly paused = new Set<string>()
  lastSplit = ''
  hasSplitEnded = false
  nextAtUs = Infinity
  timestamp = NaN

  constructor(splits: readonly SourceSplit[], texts: ReadonlyMap<string, string>) {
    this.files = splits
      .map(({ id, position }) => ({ path: id, text: texts.get(id) ?? '', position }))
      .filter(({ text, position }) => position < text.length)
    this.pausesChanged()
  }

  /** Lines are counted only as far as asked, within the file being read. */
  available(_nowUs: number, limit: number): number {
    const [file] = this.files
    if (file === undefined || this.nextAtUs === Infinity) return 0
    let lines = 0
    for (let at = file.position; lines < limit && at < file.text.length; lines++) at = lineEnd(file.text, at).next
    return lines
  }

  read(): unknown {
    const file = this.files[0] as OpenFile
    const { end, next } = lineEnd(file.text, file.position)
    const line = file.text.slice(file.position, end)
    file.position = next
    this.lastSplit = file.path
    this.hasSplitEnded = next >= file.text.length
    if (this.hasSplitEnded) this.files.shift()
    this.pausesChanged()
    return line
  }

  /** A file counts from its first record on: the next one is fetched when one has ended. */
  openSplits(): string[] {
    return []
  }

  hasEnded(): boolean {
    return this.files.length === 0
  }

  pausesChanged(): void {
    const [file] = this.files
    this.nextAtUs = file === undefined || this.paused.has(file.path) ? Infinity : 0
  }

  splits(): SourceSplit[] {
    return this.files.map(({ path, text, position }) => ({ id: path, position, end: text.length }))
  }
}

/** Where the line that begins here ends, and where the next one begins: after \n, \r or both. */
function lineEnd(text: string, from: number): { readonly end: number; readonly next: number } {
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '\n') return { end: at, next: at + 1 }
    if (character === '\r') return { end: at, next: text[at + 1] === '\n' ? at + 2 : at + 1 }
  }
  return { end: text.length, next: text.length }
}
