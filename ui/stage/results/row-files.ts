// Rows as files that other programs open. CSV as RFC 4180 has it, with a byte order mark, without which a spreadsheet takes
// its UTF-8 for something else; texts that a spreadsheet would take for a formula get an apostrophe in front.
import type { RowKind, SinkRow } from '../../../runtime/host/protocol.ts'
import { cellsOf, type Cell } from './row-fields.ts'

const BYTE_ORDER_MARK = '\ufeff'
const END_OF_LINE = '\r\n'

/** Flink's long names: a spreadsheet would take `+I` for a formula. */
const KINDS: Readonly<Record<RowKind, string>> = {
  '+I': 'INSERT',
  '-U': 'UPDATE_BEFORE',
  '+U': 'UPDATE_AFTER',
  '-D': 'DELETE',
}

export function csvText(rows: readonly SinkRow[]): string {
  const hasKinds = rows.some(({ kind }) => kind !== '+I')
  const fields = new Set<string>()
  for (const row of rows) for (const name of cellsOf(row).keys()) if (!name.startsWith('@')) fields.add(name)
  const own = ['sink', 'subtask', ...(hasKinds ? ['kind'] : []), 'virtual_ms', 'timestamp_ms']
  const lines = rows.map((row) => {
    const cells = cellsOf(row)
    return [
      row.sink,
      row.subtask + 1,
      ...(hasKinds ? [KINDS[row.kind]] : []),
      row.at,
      row.timestamp,
      ...Array.from(fields, (name) => cells.get(name) ?? null),
    ]
  })
  const all: readonly (readonly Cell[])[] = [[...own, ...fields], ...lines]
  return BYTE_ORDER_MARK + all.map((line) => line.map(csvCell).join(',') + END_OF_LINE).join('')
}

/** A list of rows, one a line; values as they are, with tags for what JSON can't hold. */
export function jsonText(rows: readonly SinkRow[]): string {
  const lines = rows.map(({ sink, kind, subtask, at, timestamp, value }) => {
    return JSON.stringify({ sink, kind, subtask: subtask + 1, at, timestamp, value: JSON.parse(value) as unknown })
  })
  return `[\n${lines.join(',\n')}\n]\n`
}

/** Saves a text under this name, as the browser saves. */
export function saveText(name: string, type: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
