// Texts of files that were replaced by others: by an edit in another tab, by the original, by a file that was opened. They
// can be brought back; of a file the last twenty are kept.
import { fileOfKey, keys } from './keys.ts'
import type { Entry } from './entry.ts'
import type { Keeper } from './keeper.ts'
import { textMark } from '../parts/text-mark.ts'

/** How it came to be replaced. */
export type VersionOrigin = 'otherTab' | 'reset' | 'import' | 'broughtBack'

export interface FileVersion {
  readonly key: string
  readonly text: string
  /** Wall-clock ms at which it was set aside. */
  readonly atMs: number
  readonly origin: VersionOrigin
}

const MOST = 20

/** The newest first. */
export function versionsOf(keeper: Keeper, page: string, name: string): FileVersion[] {
  const found = keeper.keys(keys.version(page, name, '')).flatMap((key) => {
    const value = keeper.get(key) as Partial<FileVersion>
    if (typeof value.text !== 'string' || typeof value.atMs !== 'number') return []
    return [{ key, text: value.text, atMs: value.atMs, origin: value.origin ?? 'otherTab' }]
  })
  return found.sort((a, b) => b.atMs - a.atMs)
}

/** Sets a text aside, unless the newest that was is the same. */
export function setAside(
  keeper: Keeper,
  { page, name, text, atMs, origin }: { page: string; name: string; text: string } & Omit<FileVersion, 'key' | 'text'>,
): void {
  const before = versionsOf(keeper, page, name)
  if (before.some((version) => version.text === text)) return
  // Two tabs that set aside the same text do it under one key, and two texts of one millisecond under two.
  keeper.set(keys.version(page, name, `${atMs}-${textMark([text])}`), { text, atMs, origin })
  for (const { key } of before.slice(MOST - 1)) keeper.set(key, null)
}

/** An edit that lost against one in another tab; null if it was no text of a file. */
export function setAsideLost(keeper: Keeper, lost: Entry): { readonly page: string; readonly name: string } | null {
  const file = fileOfKey(lost.key)
  if (file === null || typeof lost.value !== 'string') return null
  setAside(keeper, { ...file, text: lost.value, atMs: lost.at, origin: 'otherTab' })
  return file
}
