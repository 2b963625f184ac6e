// Savepoints as the page keeps them, and one of them as a file on the visitor's disk.
import type { SharedRun } from '../../../share/shared-run.ts'

/** A savepoint or a checkpoint that outlived its job, or a file that somebody opened. */
export interface KeptSavepoint {
  /** Of a savepoint of this page's runs: the run that gives it again. */
  readonly origin?: SharedRun
  readonly path: string
  readonly kind: 'savepoint' | 'checkpoint' | 'file'
  readonly atMs: number
  readonly text: string
}

export function download({ path, text }: Pick<KeptSavepoint, 'path' | 'text'>): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const name = path.split('/').at(-1) ?? path
  link.download = name.endsWith('.json') ? name : `${name}.json`
  link.click()
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
