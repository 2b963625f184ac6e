// The sandbox's only inline script is allowed by its hash, in the page's policy (which a srcdoc frame inherits) and in
// the frame's own. It is computed at build time because pages served over plain http have no crypto.subtle.
import { createHash } from 'node:crypto'
import { bootstrapScript } from '../kernel/sandbox-document.ts'

/** The hash as a policy source without its quotes: `sha256-…`. */
export function bootstrapHash(): string {
  return `sha256-${createHash('sha256').update(bootstrapScript).digest('base64')}`
}
