// What is wrong with content (a lesson, an exercise, an input), said to its author: file, line, rule, remedy. Collected,
// not thrown: all of a file at once.

/** One mistake of an author. */
export interface Problem {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly what: string
  readonly remedy: string
}

/** Collects the problems of one file. */
export class Problems {
  readonly file: string
  readonly found: Problem[] = []

  constructor(file: string) {
    this.file = file
  }

  add(line: number, what: string, remedy: string): void {
    this.found.push({ file: this.file, line, what, remedy })
  }
}

/** The problem in a line. */
export function problemText({ file, line, what, remedy }: Problem): string {
  return `${file}:${line}: ${what} ${remedy}`
}

/** The name most like this one, if one is at all like it. */
export function nearest(name: string, names: readonly string[]): string | null {
  const scored = names.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
  scored.sort((a, b) => a.distance - b.distance)
  const [best] = scored
  return best !== undefined && best.distance <= Math.max(2, name.length / 3) ? best.candidate : null
}

/** "Did you mean …?" or the list of what there is. */
export function suggestion(name: string, names: readonly string[]): string {
  const match = nearest(name, names)
  return match === null ? `There is: ${names.join(', ')}.` : `Did you mean "${match}"?`
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1] as number[]
      const replace = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(replace, (above[j] as number) + 1, (row[j - 1] as number) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, ((rows[i - 2] as number[])[j - 2] as number) + 1)
      }
      row.push(best)
    }
    rows.push(row)
  }
  return (rows[a.length] as number[])[b.length] as number
}
