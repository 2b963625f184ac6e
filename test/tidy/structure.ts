// Checks of how files hang together: the import table, cycles, files that nobody uses. Each gives complaints, none if
// all is well.
import { packages, roomOf, rooms, uiDoors } from './import-table.ts'
import { withoutQuery, type ImportEdge, type SourceFile } from './source-file.ts'

/** Imports that the table doesn't allow. */
export function forbiddenImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((edge) => !isAllowed(file, edge))
      .map((edge) => `${file.path} may not import ${edge.specifier}`),
  )
}

function isAllowed({ path }: SourceFile, edge: ImportEdge): boolean {
  if (/^(lessons|exercises)\//.test(path)) return isAllowedInContent(path, edge)
  if (edge.target === null) return isAllowedPackage(path, edge)
  const target = edge.target
  if (path.startsWith('runtime/')) {
    if (!target.startsWith('runtime/')) return false
    const [from, to] = [roomOf(path), roomOf(target)]
    return from === to || (rooms[from]?.includes(to) ?? false)
  }
  if (path.startsWith('ui/')) {
    return target.startsWith('ui/') || uiDoors.some((door) => door.from.test(path) && door.to.test(target))
  }
  return true
}

/** Lessons and exercises are data: their code imports the library, a check its helpers, and neighbours. */
function isAllowedInContent(path: string, { specifier, target }: ImportEdge): boolean {
  if (target !== null) return target.split('/').slice(0, 2).join('/') === path.split('/').slice(0, 2).join('/')
  return specifier === 'streambed' || (specifier === 'streambed/check' && path.endsWith('/check.ts'))
}

function isAllowedPackage(path: string, { specifier, isTypeOnly }: ImportEdge): boolean {
  if (!/^(runtime|ui)\//.test(path)) return true
  const name = withoutQuery(specifier)
  return packages.some((rule) => rule.from.test(path) && rule.names.test(name) && (!rule.typesOnly || isTypeOnly))
}

/**
 * Rings of files that import one another, each told once, from its first file in order. Within runtime/api an import of
 * types alone closes no ring: a stream's methods give builders whose methods give streams again, as in Flink, and all of
 * them in one file would be too long to read.
 */
export function importCycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    // A component that draws a tree contains itself: Svelte has it import itself.
    if (path.endsWith('.svelte') && trail.at(-1) === path) return
    const at = trail.indexOf(path)
    if (at >= 0) found.add(ring(trail.slice(at)))
    if (at >= 0 || done.has(path)) return
    const targets =
      byPath
        .get(path)
        ?.imports.flatMap(({ target, isTypeOnly }) =>
          target === null || (isTypeOnly && isOfApi(path) && isOfApi(target)) ? [] : withoutQuery(target),
        ) ?? []
    for (const target of targets) if (byPath.has(target)) visit(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return [...found]
}

function isOfApi(path: string): boolean {
  return path.startsWith('runtime/api/')
}

function ring(paths: readonly string[]): string {
  const first = paths.indexOf([...paths].sort()[0] ?? '')
  const turned = [...paths.slice(first), ...paths.slice(0, first)]
  return [...turned, turned[0] ?? ''].join(' -> ')
}

/** Files that can't be reached from any entry. `matter`: whose absence of readers counts. */
export function unusedFiles(
  files: readonly SourceFile[],
  options: { readonly entries: RegExp; readonly matter: RegExp },
): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    for (const { target, specifier } of byPath.get(path)?.imports ?? []) {
      if (target !== null) visit(withoutQuery(target))
      else if (specifier === 'streambed') visit('runtime/index.ts')
      else if (specifier === 'streambed/check') visit('runtime/check/index.ts')
    }
  }
  for (const { path } of files) if (options.entries.test(path)) visit(path)
  return files.map(({ path }) => path).filter((path) => options.matter.test(path) && !reached.has(path))
}
