// Putting everything away as a file and opening it again, with the browser's means.
import { keeper } from './keep.svelte.ts'
import { openWork, workText } from './work-file.ts'

export function saveWorkAsFile(): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([workText(keeper)], { type: 'application/json' }))
  link.download = `streambed-${new Date().toISOString().slice(0, 10)}.json`
  link.click()
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** How many things changed; null if it's no such file. */
export async function openWorkFile(file: File): Promise<number | null> {
  return openWork(keeper, await file.text(), Date.now())
}
