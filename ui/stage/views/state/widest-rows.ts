// Which rows of a table of state make its columns as wide as they are: while others aren't drawn yet, these say how wide
// the columns will be, so that nothing moves when the others come.
import type { KeyMoment } from '../../../../runtime/host/protocol.ts'

/** For each column the row with the longest text in it, each row once. */
export function widestRows(rows: readonly KeyMoment[]): readonly KeyMoment[] {
  const columns: readonly ((row: KeyMoment) => number)[] = [
    ({ key, isCurrent }) => key.length + (isCurrent ? 1 : 0),
    ({ window }) => (window === null ? 0 : String(window.start).length + String(window.end).length),
    ...(rows[0]?.cells ?? []).map((_, column) => (row: KeyMoment) => cellLength(row, column)),
    ({ timers }) => timers.reduce((sum, { at, change }) => sum + String(at).length + (change === null ? 8 : 16), 0),
  ]
  return Array.from(
    new Set(
      columns.flatMap((lengthOf) => {
        const lengths = rows.map(lengthOf)
        return rows[lengths.indexOf(Math.max(...lengths))] ?? []
      }),
    ),
  )
}

/** With what is said beside the value: what it was, and when it goes. */
function cellLength({ cells }: KeyMoment, column: number): number {
  const { text = null, was, expiresAt } = cells[column] ?? {}
  return (text?.length ?? 0) + (was === undefined ? 0 : (was?.length ?? 0) + 6) + (expiresAt === undefined ? 0 : 20)
}
