// Everything somebody wrote and answered as one file, to be put away and opened again, here or elsewhere.
import { sameValue } from './entry.ts'
import type { Keeper } from './keeper.ts'
import { fileOfKey, isKey } from './keys.ts'
import { setAside } from './versions.ts'

const FORMAT = 'streambed-work'
const VERSION = 1

/** The file's text. */
export function workText(keeper: Keeper): string {
  const entries = keeper.keys('').map((key) => ({ key, value: keeper.get(key) }))
  return JSON.stringify({ format: FORMAT, version: VERSION, entries }, null, 1)
}

/** How many things changed; null if this isn't such a file. What was here and is replaced is kept as a version. */
export function openWork(keeper: Keeper, text: string, nowMs: number): number | null {
  const entries = entriesOf(text)
  if (entries === null) return null
  let changed = 0
  for (const { key, value } of entries) {
    const before = keeper.get(key)
    if (sameValue(before, value)) continue
    const file = fileOfKey(key)
    if (file !== null && typeof before === 'string') {
      setAside(keeper, { ...file, text: before, atMs: nowMs, origin: 'import' })
    }
    keeper.bring(key, value)
    if (!key.startsWith('version/')) changed++
  }
  return changed
}

function entriesOf(text: string): { readonly key: string; readonly value: unknown }[] | null {
  try {
    const { format, version, entries } = JSON.parse(text) as Record<string, unknown>
    if (format !== FORMAT || version !== VERSION || !Array.isArray(entries)) return null
    return (entries as { key: unknown; value: unknown }[]).flatMap(({ key, value }) => {
      return isKey(key) && value !== undefined && value !== null ? [{ key, value }] : []
    })
  } catch {
    return null
  }
}
