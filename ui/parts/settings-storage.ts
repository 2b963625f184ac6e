// Small choices (language, theme, width of the notebook) kept between visits. A browser that refuses storage loses them
// and nothing else.
import { keeper } from '../keep/keep.svelte.ts'
import { keys } from '../keep/keys.ts'

export function readSetting(name: string): string | null {
  const value = keeper.get(keys.setting(name))
  return typeof value === 'string' ? value : null
}

export function writeSetting(name: string, value: string): void {
  if (readSetting(name) !== value) keeper.set(keys.setting(name), value)
}

/** Calls back when the choice was made elsewhere: in another tab, in a file that was opened. */
export function watchSetting(name: string, changed: () => void): void {
  keeper.watch(keys.setting(name), changed)
}
