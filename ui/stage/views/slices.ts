// What of a view is drawn once so much of it is: pure functions. What parts cost is counted in units of about a table's row.

export interface Part {
  /** In sight: it waits for nothing. */
  readonly isSeen: boolean
  readonly units: number
}

/** For each part how much must have been drawn for it, and how much all of them are. */
export function ranksOf(parts: readonly Part[]): { readonly ranks: readonly number[]; readonly all: number } {
  let all = 0
  const ranks = parts.map(({ isSeen, units }) => {
    all += units
    return isSeen ? 0 : all
  })
  return { ranks, all }
}

/** In px. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export function meet(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** What a table costs beside its rows. */
const TABLE_UNITS = 3

/** Of tables one below the other with so many rows, those rows that are drawn; null for a table that isn't at all. */
export function rowsOf(
  tables: readonly number[],
  drawn: number,
): { readonly rows: readonly (number | null)[]; readonly all: number } {
  let all = 0
  const rows = tables.map((count) => {
    const left = drawn - all - TABLE_UNITS
    all += TABLE_UNITS + count
    return left < 0 ? null : Math.min(count, left)
  })
  return { rows, all }
}
