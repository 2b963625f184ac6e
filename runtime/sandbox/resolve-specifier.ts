// From the text of an import to the file or library it names. Learners' files are a flat set of names with slashes;
// './X', './X.ts', './X.js' and '../lib/X' all work, as they do for TypeScript's bundler resolution.
import { nearest } from '../base/nearest.ts'

/** The only library a job may import. */
export const API_MODULE = 'streambed'

export type ResolvedSpecifier =
  | { readonly kind: 'api' }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'missing'; readonly nearest: string | null }

/** Resolves `specifier` as written in file `from` among the learner's files `names`. */
export function resolveSpecifier(from: string, specifier: string, names: readonly string[]): ResolvedSpecifier {
  if (specifier === API_MODULE) return { kind: 'api' }
  if (!/^\.\.?\//.test(specifier)) return { kind: 'refused' }
  const folder = from.split('/').slice(0, -1)
  const path = joinPath(folder, specifier)
  if (path !== null) {
    const found = candidates(path).find((candidate) => names.includes(candidate))
    if (found !== undefined) return { kind: 'file', name: found }
  }
  const others = names.filter((name) => name !== from).map((name) => relative(folder, name))
  return { kind: 'missing', nearest: nearest(specifier.replace(/\.[jt]s$/, ''), others) }
}

function candidates(path: string): string[] {
  const asSource = path.replace(/\.js$/, '.ts')
  return [path, asSource, `${path}.ts`, `${path}/index.ts`]
}

/** Null if the path leaves the learner's folder. */
function joinPath(folder: readonly string[], specifier: string): string | null {
  const parts = [...folder]
  for (const part of specifier.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

/** How `name` is written in an import from `folder`, without its extension. */
function relative(folder: readonly string[], name: string): string {
  const parts = name.replace(/\.ts$/, '').split('/')
  let shared = 0
  while (shared < folder.length && shared < parts.length - 1 && folder[shared] === parts[shared]) shared++
  const up = folder.length - shared
  return (up === 0 ? './' : '../'.repeat(up)) + parts.slice(shared).join('/')
}
