// A savepoint as a file on the visitor's disk.
import type { KeptSavepoint } from '../../../share/kept-savepoints.ts'

export function download({ path, text }: Pick<KeptSavepoint, 'path' | 'text'>): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const name = path.split('/').at(-1) ?? path
  link.download = name.endsWith('.json') ? name : `${name}.json`
  link.click()
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
