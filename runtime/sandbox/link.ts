// Joins the learner's files: which file each import means, which names exist where, and the order in which files run.
// Files run dependencies first; cycles are refused, because every file becomes a plain function called once.
import type ts from 'typescript'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { ExportTarget, ImportStatement } from './module-shape.ts'
import { spanOfNode, type CompilerTools } from './parse.ts'
import type { PreparedFile } from './prepare.ts'
import { API_MODULE, resolveSpecifier } from './resolve-specifier.ts'

/** What an exported name stands for at run time. */
export type LinkedName = { readonly kind: 'value'; readonly isMutable: boolean } | { readonly kind: 'type' }

export interface LinkedJob {
  /** Files in the order in which they run; the entry is last. */
  readonly order: readonly PreparedFile[]
  readonly diagnostics: readonly Diagnostic[]
}

export class Linker {
  readonly #names: readonly string[]
  readonly #prepare: (name: string) => PreparedFile | null
  readonly #tools: CompilerTools
  readonly #diagnostics: Diagnostic[] = []
  readonly #order: PreparedFile[] = []
  readonly #state = new Map<string, 'open' | 'done'>()

  constructor(names: readonly string[], prepare: (name: string) => PreparedFile | null, tools: CompilerTools) {
    this.#names = names
    this.#prepare = prepare
    this.#tools = tools
  }

  /** Visits the entry and all it needs. */
  link(entry: string): LinkedJob {
    this.#visit(entry, [])
    return { order: this.#order, diagnostics: this.#diagnostics }
  }

  /** The file an import means, 'api' for the library, or null where that was already reported. */
  target(from: PreparedFile, specifier: string): PreparedFile | 'api' | null {
    const resolved = resolveSpecifier(from.name, specifier, this.#names)
    if (resolved.kind === 'api') return 'api'
    return resolved.kind === 'file' ? this.#prepare(resolved.name) : null
  }

  /** What `name` is among the exports of `file`; null if there is no such export. */
  lookUp(file: PreparedFile | 'api', name: string, seen: ReadonlySet<string> = new Set()): LinkedName | null {
    if (file === 'api') return name === 'default' ? null : { kind: 'value', isMutable: false }
    if (name === '*') return { kind: 'value', isMutable: false }
    const key = `${file.name}\n${name}`
    if (seen.has(key)) return null
    const inside = new Set([...seen, key])
    const target = file.shape.exports.get(name)
    if (target) return this.#lookUpTarget(file, target, inside)
    if (name === 'default') return null
    for (const star of file.shape.stars) {
      const other = this.target(file, this.specifierOf(star))
      const found = other && this.lookUp(other, name, inside)
      if (found) return star.isTypeOnly ? { kind: 'type' } : found
    }
    return null
  }

  specifierOf(statement: ts.ExportDeclaration | ts.ImportDeclaration): string {
    const { moduleSpecifier } = statement
    return moduleSpecifier && this.#tools.ts.isStringLiteralLike(moduleSpecifier) ? moduleSpecifier.text : ''
  }

  /** Names that a file's module object offers, sorted; `export * from 'streambed'` is not among them. */
  exportedValues(file: PreparedFile, seen: ReadonlySet<string> = new Set()): string[] {
    if (seen.has(file.name)) return []
    const inside = new Set([...seen, file.name])
    const names = new Set(file.shape.exports.keys())
    for (const star of file.shape.stars) {
      const other = this.target(file, this.specifierOf(star))
      if (!other || other === 'api') continue
      for (const name of this.exportedValues(other, inside)) if (name !== 'default') names.add(name)
    }
    return [...names].filter((name) => this.lookUp(file, name)?.kind === 'value').sort()
  }

  #lookUpTarget(file: PreparedFile, target: ExportTarget, seen: ReadonlySet<string>): LinkedName | null {
    if (target.kind === 'local') return { kind: 'value', isMutable: target.isMutable }
    if (target.kind === 'default') return { kind: 'value', isMutable: false }
    if (target.kind === 'type') return { kind: 'type' }
    if (target.kind === 'unknown') return null
    const other = this.target(file, target.specifier)
    return other && this.lookUp(other, target.name, seen)
  }

  #visit(name: string, path: readonly string[]): void {
    const file = this.#prepare(name)
    if (!file) return
    this.#state.set(name, 'open')
    this.#diagnostics.push(...file.diagnostics)
    if (file.isParsed) {
      for (const statement of file.source.statements) this.#visitStatement(file, statement, [...path, name])
    }
    this.#state.set(name, 'done')
    this.#order.push(file)
  }

  #visitStatement(file: PreparedFile, statement: ts.Statement, path: readonly string[]): void {
    const { ts: tsc } = this.#tools
    if (tsc.isImportDeclaration(statement)) {
      const found = file.shape.imports.find((candidate) => candidate.statement === statement)
      if (found && !found.isTypeOnly) this.#visitImport(file, found, path)
    } else if (tsc.isExportDeclaration(statement) && !statement.isTypeOnly) {
      this.#visitExport(file, statement, path)
    }
  }

  #visitImport(file: PreparedFile, { statement, specifier, bindings }: ImportStatement, path: readonly string[]): void {
    const other = this.#checkTarget(file, statement)
    if (!other) return
    let isNeeded = bindings.length === 0
    for (const binding of bindings) {
      if (binding.isTypeOnly) continue
      const found = this.lookUp(other, binding.imported)
      if (!found) this.#report('EXPORT_NOT_FOUND', { name: binding.imported, file: specifierName(other) }, binding.node)
      const isUsed = (file.uses.get(binding)?.length ?? 0) > 0 || isReExported(file, specifier, binding.imported)
      if (found?.kind === 'value' && isUsed) isNeeded = true
    }
    if (isNeeded) this.#follow(other, statement, path)
  }

  #visitExport(file: PreparedFile, statement: ts.ExportDeclaration, path: readonly string[]): void {
    for (const [name, target] of file.shape.exports) {
      if (target.kind === 'unknown' && target.node.parent.parent === statement)
        this.#report('EXPORT_NOT_FOUND', { name, file: file.name }, target.node)
    }
    if (!statement.moduleSpecifier) return
    const other = this.#checkTarget(file, statement)
    if (!other) return
    const clause = statement.exportClause
    let isNeeded = !clause || this.#tools.ts.isNamespaceExport(clause)
    if (clause && this.#tools.ts.isNamedExports(clause)) {
      for (const element of clause.elements) {
        if (element.isTypeOnly) continue
        const wanted = (element.propertyName ?? element.name).text
        const found = this.lookUp(other, wanted)
        if (!found) this.#report('EXPORT_NOT_FOUND', { name: wanted, file: specifierName(other) }, element)
        if (found?.kind === 'value') isNeeded = true
      }
    }
    if (isNeeded) this.#follow(other, statement, path)
  }

  /** Resolves a statement's specifier and reports it if there is nothing to be found. */
  #checkTarget(
    from: PreparedFile,
    statement: ts.ImportDeclaration | ts.ExportDeclaration,
  ): PreparedFile | 'api' | null {
    const specifier = this.specifierOf(statement)
    const resolved = resolveSpecifier(from.name, specifier, this.#names)
    const node = statement.moduleSpecifier ?? statement
    if (resolved.kind === 'refused') this.#report('IMPORT_NOT_ALLOWED', { specifier }, node)
    if (resolved.kind === 'missing') {
      const near = resolved.nearest
      this.#report('IMPORT_NOT_FOUND', near === null ? { specifier } : { specifier, nearest: near }, node)
    }
    return this.target(from, specifier)
  }

  #follow(other: PreparedFile | 'api', statement: ts.Statement, path: readonly string[]): void {
    if (other === 'api') return
    const state = this.#state.get(other.name)
    if (state === 'open') {
      const files = [...path.slice(path.indexOf(other.name)), other.name].join(' → ')
      this.#report('IMPORT_CYCLE', { files }, statement)
    } else if (state === undefined) this.#visit(other.name, path)
  }

  #report(code: string, params: Diagnostic['params'], node: ts.Node): void {
    this.#diagnostics.push({ code, params, span: spanOfNode(node) })
  }
}

function specifierName(file: PreparedFile | 'api'): string {
  return file === 'api' ? API_MODULE : file.name
}

/** Whether a file passes an imported name on with `export { name }`. */
function isReExported(file: PreparedFile, specifier: string, imported: string): boolean {
  for (const target of file.shape.exports.values()) {
    if (target.kind === 'from' && target.specifier === specifier && target.name === imported) return true
  }
  return false
}
