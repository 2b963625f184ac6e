// What a learner's file imports and exports, read from its syntax alone: the input of linking. A name that exists for
// types only is kept as such, since importing it without `type` is ordinary TypeScript and must leave no trace.
import type ts from 'typescript'
import type { CompilerTools } from './parse.ts'

/** One name brought in by an import statement. `imported` is '*' for a namespace. */
export interface ImportBinding {
  readonly local: string
  readonly imported: string
  readonly node: ts.ImportClause | ts.NamespaceImport | ts.ImportSpecifier
  readonly isTypeOnly: boolean
}

export interface ImportStatement {
  readonly statement: ts.ImportDeclaration
  readonly specifier: string
  /** None for a side-effect import. */
  readonly bindings: readonly ImportBinding[]
  readonly isTypeOnly: boolean
}

/** Where an exported name comes from: this file, another module, or nowhere at run time. */
export type ExportTarget =
  | { readonly kind: 'local'; readonly local: string; readonly isMutable: boolean }
  | { readonly kind: 'default' }
  | { readonly kind: 'type' }
  | { readonly kind: 'from'; readonly specifier: string; readonly name: string; readonly node: ts.Node }
  | { readonly kind: 'unknown'; readonly node: ts.Node }

export interface ModuleShape {
  readonly imports: readonly ImportStatement[]
  readonly exports: ReadonlyMap<string, ExportTarget>
  /** `export * from` statements, in order. */
  readonly stars: readonly ts.ExportDeclaration[]
  /** Top-level names with a value, declared here. The flag: may be assigned to again. */
  readonly values: ReadonlyMap<string, boolean>
}

/** Reads the shape of one file. */
export function readShape(source: ts.SourceFile, { ts }: CompilerTools): ModuleShape {
  const imports = source.statements.filter(ts.isImportDeclaration).map((statement) => readImport(statement, ts))
  const values = new Map<string, boolean>()
  const types = new Set<string>()
  for (const statement of source.statements) {
    for (const declared of declaredBy(statement, ts)) {
      if (declared.isType) types.add(declared.name)
      else values.set(declared.name, declared.isMutable)
    }
  }
  const exports = new Map<string, ExportTarget>()
  const stars: ts.ExportDeclaration[] = []
  const scope = { imports, values, types }
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      if (!statement.exportClause) stars.push(statement)
      else for (const [name, target] of clauseTargets(statement, scope, ts)) exports.set(name, target)
    } else if (ts.isExportAssignment(statement)) {
      if (!statement.isExportEquals) exports.set('default', { kind: 'default' })
    } else {
      for (const [name, target] of declarationTargets(statement, ts))
        if (!isHidden(exports, name, target)) exports.set(name, target)
    }
  }
  return { imports, exports, stars, values }
}

/** A value and a type may share a name; the value is what matters at run time. */
function isHidden(exports: ReadonlyMap<string, ExportTarget>, name: string, target: ExportTarget): boolean {
  return target.kind === 'type' && exports.has(name)
}

function readImport(statement: ts.ImportDeclaration, tsc: CompilerTools['ts']): ImportStatement {
  const clause = statement.importClause
  const specifier = textOf(statement.moduleSpecifier, tsc)
  if (!clause) return { statement, specifier, bindings: [], isTypeOnly: false }
  const isTypeOnly = clause.isTypeOnly
  const bindings: ImportBinding[] = []
  if (clause.name) bindings.push({ local: clause.name.text, imported: 'default', node: clause, isTypeOnly })
  const named = clause.namedBindings
  if (named && tsc.isNamespaceImport(named)) {
    bindings.push({ local: named.name.text, imported: '*', node: named, isTypeOnly })
  } else if (named) {
    for (const element of named.elements) {
      const imported = (element.propertyName ?? element.name).text
      bindings.push({ local: element.name.text, imported, node: element, isTypeOnly: isTypeOnly || element.isTypeOnly })
    }
  }
  return { statement, specifier, bindings, isTypeOnly }
}

function textOf(specifier: ts.Expression, tsc: CompilerTools['ts']): string {
  return tsc.isStringLiteralLike(specifier) ? specifier.text : ''
}

interface Declared {
  readonly name: string
  readonly isType: boolean
  readonly isMutable: boolean
}

/** Names that a top-level statement declares. */
function declaredBy(statement: ts.Statement, tsc: CompilerTools['ts']): Declared[] {
  if (tsc.isInterfaceDeclaration(statement) || tsc.isTypeAliasDeclaration(statement)) {
    return [{ name: statement.name.text, isType: true, isMutable: false }]
  }
  const isType = isAmbient(statement, tsc)
  if (tsc.isVariableStatement(statement)) {
    const isMutable = (statement.declarationList.flags & tsc.NodeFlags.BlockScoped) !== tsc.NodeFlags.Const
    const names = statement.declarationList.declarations.flatMap((declaration) => boundNames(declaration.name, tsc))
    return names.map((name) => ({ name, isType, isMutable }))
  }
  if (tsc.isFunctionDeclaration(statement) || tsc.isClassDeclaration(statement)) {
    // An overload signature has no body; the implementation that follows declares the value.
    const isSignature = tsc.isFunctionDeclaration(statement) && !statement.body
    return statement.name && !isSignature ? [{ name: statement.name.text, isType, isMutable: false }] : []
  }
  if (tsc.isEnumDeclaration(statement) || tsc.isModuleDeclaration(statement)) {
    return tsc.isIdentifier(statement.name) ? [{ name: statement.name.text, isType: true, isMutable: false }] : []
  }
  return []
}

function boundNames(name: ts.BindingName, tsc: CompilerTools['ts']): string[] {
  if (tsc.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (tsc.isOmittedExpression(element) ? [] : boundNames(element.name, tsc)))
}

function isAmbient(statement: ts.Statement, tsc: CompilerTools['ts']): boolean {
  return hasModifier(statement, tsc.SyntaxKind.DeclareKeyword, tsc)
}

/** Whether a declaration carries the keyword. */
export function hasModifier(node: ts.Node, kind: ts.SyntaxKind, tsc: CompilerTools['ts']): boolean {
  return tsc.canHaveModifiers(node) && (tsc.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind)
}

function declarationTargets(statement: ts.Statement, tsc: CompilerTools['ts']): [string, ExportTarget][] {
  if (!hasModifier(statement, tsc.SyntaxKind.ExportKeyword, tsc)) return []
  const isDefault = hasModifier(statement, tsc.SyntaxKind.DefaultKeyword, tsc)
  const declared = declaredBy(statement, tsc)
  if (isDefault && declared.length === 0) {
    const isSignature = tsc.isFunctionDeclaration(statement) && !statement.body
    return isSignature ? [] : [['default', { kind: 'default' }]]
  }
  return declared.map(({ name, isType, isMutable }) => [
    isDefault ? 'default' : name,
    isType ? { kind: 'type' } : { kind: 'local', local: name, isMutable },
  ])
}

interface Scope {
  readonly imports: readonly ImportStatement[]
  readonly values: ReadonlyMap<string, boolean>
  readonly types: ReadonlySet<string>
}

function clauseTargets(
  statement: ts.ExportDeclaration,
  scope: Scope,
  tsc: CompilerTools['ts'],
): [string, ExportTarget][] {
  const clause = statement.exportClause
  const from = statement.moduleSpecifier && textOf(statement.moduleSpecifier, tsc)
  if (!clause) return []
  if (tsc.isNamespaceExport(clause)) {
    if (statement.isTypeOnly) return [[clause.name.text, { kind: 'type' }]]
    return [[clause.name.text, { kind: 'from', specifier: from ?? '', name: '*', node: clause }]]
  }
  return clause.elements.map((element) => {
    const local = (element.propertyName ?? element.name).text
    if (statement.isTypeOnly || element.isTypeOnly) return [element.name.text, { kind: 'type' }]
    if (from !== undefined) return [element.name.text, { kind: 'from', specifier: from, name: local, node: element }]
    return [element.name.text, localTarget(local, element, scope)]
  })
}

function localTarget(local: string, node: ts.Node, scope: Scope): ExportTarget {
  const isMutable = scope.values.get(local)
  if (isMutable !== undefined) return { kind: 'local', local, isMutable }
  for (const { specifier, bindings } of scope.imports) {
    const binding = bindings.find((candidate) => candidate.local === local)
    if (binding)
      return binding.isTypeOnly ? { kind: 'type' } : { kind: 'from', specifier, name: binding.imported, node }
  }
  return scope.types.has(local) ? { kind: 'type' } : { kind: 'unknown', node }
}
