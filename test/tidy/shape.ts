// Checks of single files: size, names, opening comment, what may not be used where, documentation of the public API.
import ts from 'typescript'
import { walk, withoutQuery, type SourceFile } from './source-file.ts'

const MAX_LINES = 500

/** Files longer than the end of it. */
export function tooLong(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length
    return lines > MAX_LINES ? [`${path} has ${lines} lines`] : []
  })
}

const VAGUE_FILES = /(^|\/)(types|utils?|helpers?)\.(svelte\.)?ts$|(^|\/)(common|utils?|helpers?)\//
const VAGUE_NAMES = /^Abstract[A-Z]|Impl$|Utils?$|V\d+$|^I[A-Z][a-z]/

/** File names that aren't kebab-case (PascalCase for components) or say nothing. */
export function badFileNames(paths: readonly string[]): string[] {
  // This one holds Flink's class `Types`.
  const named = new Set(['runtime/api/types.ts'])
  return paths.filter((path) => {
    const name = path.split('/').at(-1) ?? ''
    const isRight = name.endsWith('.svelte')
      ? /^[A-Z][A-Za-z0-9]*\.svelte$/.test(name)
      : /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(name)
    return !isRight || (VAGUE_FILES.test(path) && !named.has(path))
  })
}

/** Types called Abstract…, …Impl, …Util, …V2 or I…. */
export function badTypeNames(files: readonly SourceFile[]): string[] {
  const found: string[] = []
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      const isType = ts.isClassLike(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
      if (isType && node.name && VAGUE_NAMES.test(node.name.text)) found.push(`${path}: ${node.name.text}`)
    })
  }
  return found
}

/** Files with a default export. */
export function defaultExports(files: readonly SourceFile[]): string[] {
  return files.filter(({ tree }) => tree.statements.some(isDefaultExport)).map(({ path }) => path)
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true
  if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause))
    return statement.exportClause.elements.some((element) => element.name.text === 'default')
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  )
}

/** Files that don't open with a comment of two to six lines. */
export function withoutOpening(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => !hasOpening(text)).map(({ path }) => path)
}

function hasOpening(text: string): boolean {
  const end = text.startsWith('/*') ? text.indexOf('*/') : -1
  const lines = end > 0 ? text.slice(0, end).split('\n') : leadingLines(text)
  return lines.length >= 2 && lines.length <= 6
}

function leadingLines(text: string): string[] {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('//'))
  return end < 0 ? lines : lines.slice(0, end)
}

/** What reads the host's clock, randomness, timers, console or language, by name. */
const BANNED = new Set(
  `performance setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask requestAnimationFrame
  console Intl fetch crypto process navigator window document globalThis self structuredClone`.split(/\s+/),
)

/** Uses of banned globals. A Date made from a given number, or asked for, is data and no clock. */
export function bannedUses(files: readonly SourceFile[]): string[] {
  const found: string[] = []
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      const name = bannedName(node)
      if (name) found.push(`${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${name}`)
    })
  }
  return found
}

function bannedName(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) {
    const { text } = node.name
    if (/^toLocale|^localeCompare$/.test(text)) return text
    if (text === 'random' && node.expression.getText() === 'Math') return 'Math.random'
  }
  if (!ts.isIdentifier(node) || !isFreeValue(node)) return null
  if (node.text === 'Date') return isDateAsData(node) ? null : 'Date'
  return BANNED.has(node.text) && !isDeclaredAround(node) ? node.text : null
}

/** Whether a parameter or a variable of a scope around it has the name: then it isn't the host's. */
function isDeclaredAround(node: ts.Identifier): boolean {
  const names = (name: ts.BindingName): boolean =>
    ts.isIdentifier(name)
      ? name.text === node.text
      : name.elements.some((element) => ts.isBindingElement(element) && names(element.name))
  const declares = (list: ts.VariableDeclarationList): boolean => list.declarations.some(({ name }) => names(name))
  for (let scope: ts.Node = node.parent; !ts.isSourceFile(scope); scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some(({ name }) => names(name))) return true
    if (ts.isForOfStatement(scope) && ts.isVariableDeclarationList(scope.initializer) && declares(scope.initializer))
      return true
    if (!ts.isBlock(scope)) continue
    if (scope.statements.some((statement) => ts.isVariableStatement(statement) && declares(statement.declarationList)))
      return true
  }
  return false
}

/** An identifier that reads a variable: no member, no key, no declaration, no type. */
function isFreeValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent) || ts.isTypeElement(parent)) return false
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isBindingElement(parent)) return false
  if (ts.isShorthandPropertyAssignment(parent)) return true
  return !('name' in parent && parent.name === node)
}

/** `Date.parse` is allowed where the text says its zone: otherwise the host's zone decides. */
function isDateAsData(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && ts.isCallExpression(parent.parent)) {
    const [argument] = parent.parent.arguments
    return parent.name.text === 'UTC' || (parent.name.text === 'parse' && /Z['`]$/.test(argument?.getText() ?? ''))
  }
  if (ts.isNewExpression(parent)) return (parent.arguments?.length ?? 0) > 0
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword
}

/** Exported declarations without a JSDoc comment, of `files` themselves. */
export function undocumented(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => file.tree.statements.flatMap((statement) => undocumentedNames(file.path, statement)))
}

function undocumentedNames(path: string, statement: ts.Statement): string[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  if (!isExported || ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc)) return []
  return declaredNames(statement).map((name) => `${path}: ${name}`)
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText())
  const named = statement as ts.Statement & { readonly name?: ts.Node }
  return [named.name?.getText() ?? 'default']
}

/** Names that `index` re-exports from other files and that have no JSDoc where they are declared. */
export function undocumentedReexports(index: SourceFile, files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const missing = new Map(undocumented(files).map((name) => [name, true]))
  const found: string[] = []
  for (const [file, name] of reexports(index, byPath))
    if (missing.has(`${file}: ${name}`)) found.push(`${file}: ${name}`)
  return found
}

/** Follows `export { a } from` to the file in which `a` is declared. */
function* reexports(
  file: SourceFile,
  byPath: ReadonlyMap<string, SourceFile>,
): Generator<[path: string, name: string]> {
  for (const statement of file.tree.statements) {
    if (
      !ts.isExportDeclaration(statement) ||
      !statement.moduleSpecifier ||
      !ts.isStringLiteral(statement.moduleSpecifier)
    )
      continue
    const { text } = statement.moduleSpecifier
    const target = file.imports.find(({ specifier }) => specifier === text)?.target
    const other = target ? byPath.get(withoutQuery(target)) : undefined
    if (!other) continue
    const clause = statement.exportClause
    const names =
      clause && ts.isNamedExports(clause)
        ? clause.elements.map((element) => (element.propertyName ?? element.name).text)
        : null
    const inner = [...reexports(other, byPath)]
    yield* inner.filter(([, name]) => names === null || names.includes(name))
    const own = other.tree.statements.flatMap(declaredNames)
    for (const name of own) if (names === null || names.includes(name)) yield [other.path, name]
  }
}
