// Files as the tidy test sees them: path, text, syntax tree and what they import. Svelte components count with their
// scripts. Everything is read from the tree: a regular expression would find imports in comments and strings.
import ts from 'typescript'

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
  readonly imports: readonly ImportEdge[]
}

export interface ImportEdge {
  readonly specifier: string
  /** Relative to the repository, with its query; null for a package. */
  readonly target: string | null
  readonly isTypeOnly: boolean
}

/** Reads one file. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = path.endsWith('.svelte') ? scriptsOf(text) : text
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  return { path, text, tree, imports: importsOf(tree, path) }
}

function scriptsOf(component: string): string {
  return [...component.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '').join('\n')
}

/** Visits every node of a tree. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

function importsOf(tree: ts.SourceFile, path: string): ImportEdge[] {
  const edges: ImportEdge[] = []
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    edges.push({ specifier: specifier.text, target: resolve(path, specifier.text), isTypeOnly })
  }
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false)
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false)
    else if (ts.isNewExpression(node) && isFileAddress(node)) add(node.arguments?.[0], false)
  })
  return edges
}

/** `new URL('./x', import.meta.url)`, as bundlers read it. */
function isFileAddress(node: ts.NewExpression): boolean {
  return node.expression.getText() === 'URL' && node.arguments?.[1]?.getText() === 'import.meta.url'
}

function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

export function withoutQuery(target: string): string {
  return target.replace(/\?.*$/, '')
}
