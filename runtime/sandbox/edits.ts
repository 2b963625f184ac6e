// Changes to a text that keep track of every character put in, so that a position in the result can be told in the
// original. Overwriting keeps length and line breaks; only insertions move what stands behind them on their line.

/** At this 1-based line of the original, before this 1-based column, so many characters were put in. */
export type Insertion = readonly [line: number, column: number, length: number]

export interface EditedText {
  readonly text: string
  readonly inserted: readonly Insertion[]
}

export class Edits {
  readonly #original: string
  readonly #characters: string[]
  readonly #insertions: { readonly at: number; readonly text: string }[] = []

  constructor(original: string) {
    this.#original = original
    this.#characters = [...sliceUnits(original)]
  }

  /** Overwrites a stretch with spaces. Line breaks stay. */
  blank(start: number, end: number): void {
    for (let i = start; i < end; i++) if (!isLineBreak(this.#characters[i] ?? '')) this.#characters[i] = ' '
  }

  /** Puts one line of text before the character at `at`. What is inserted first stands first. */
  insert(at: number, text: string): void {
    this.#insertions.push({ at, text })
  }

  /** Overwrites a stretch: as much of `text` as fits goes in its place, the surplus is inserted behind it. */
  replace(start: number, end: number, text: string): void {
    this.blank(start, end)
    let used = 0
    for (let i = start; i < end && used < text.length; i++) {
      if (isLineBreak(this.#characters[i] ?? '')) break
      this.#characters[i] = text[used++] ?? ' '
    }
    if (used < text.length) this.insert(start + used, text.slice(used))
  }

  apply(): EditedText {
    const ordered = this.#insertions.map((insertion, index) => ({ ...insertion, index }))
    ordered.sort((a, b) => a.at - b.at || a.index - b.index)
    const starts = lineStarts(this.#original)
    const inserted: Insertion[] = []
    let text = ''
    let from = 0
    let line = 1
    for (const { at, text: piece } of ordered) {
      text += this.#characters.slice(from, at).join('') + piece
      from = at
      while (line < starts.length && (starts[line] ?? 0) <= at) line++
      inserted.push([line, at - (starts[line - 1] ?? 0) + 1, piece.length])
    }
    return { text: text + this.#characters.slice(from).join(''), inserted }
  }
}

/** Offsets at which lines begin, as JavaScript counts lines. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length)
  return starts
}

export function countLines(text: string): number {
  return lineStarts(text).length
}

function isLineBreak(character: string): boolean {
  return character === '\n' || character === '\r' || character === '\u2028' || character === '\u2029'
}

/** UTF-16 units, since that is what offsets and columns count. */
function* sliceUnits(text: string): Generator<string> {
  for (let i = 0; i < text.length; i++) yield text[i] ?? ''
}
