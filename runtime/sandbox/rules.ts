// Rules of a job that TypeScript doesn't know: one `execute`, nothing awaited before it, no imports at run time. Only
// what is certain from the text is reported here; the rest shows itself when the job runs.
import type ts from 'typescript'
import type { Diagnostic } from '../base/diagnostic.ts'
import { spanOfNode, type CompilerTools } from './parse.ts'

interface Found {
  readonly awaits: ts.Node[]
  readonly dynamicImports: ts.Node[]
  readonly importMetas: ts.Node[]
  readonly decorators: ts.Node[]
}

/** Checks one file. In the entry `await` is allowed from the `execute` call on, elsewhere nowhere at top level. */
export function checkRules(source: ts.SourceFile, isEntry: boolean, tools: CompilerTools): Diagnostic[] {
  const { ts: tsc } = tools
  const found: Found = { awaits: [], dynamicImports: [], importMetas: [], decorators: [] }
  for (const statement of source.statements) collect(statement, { depth: 0, found, tsc })
  const executes = topLevel(source.statements, tsc).flatMap((statement) => executeCall(statement, tsc) ?? [])
  const diagnostics = [
    ...found.dynamicImports.map((node) => diagnostic('DYNAMIC_IMPORT', {}, node)),
    ...found.importMetas.map((node) => diagnostic('IMPORT_NOT_ALLOWED', { specifier: 'import.meta' }, node)),
    ...found.decorators.map((node) => diagnostic('SYNTAX_NOT_ERASABLE', { syntax: node.getText() }, node)),
  ]
  if (!isEntry) return [...diagnostics, ...found.awaits.map((node) => diagnostic('AWAIT_IN_MODULE', {}, node))]
  const [first, second] = executes
  if (second) diagnostics.push(diagnostic('TWO_EXECUTES', {}, second))
  if (first) {
    const tooEarly = found.awaits.filter((node) => node.end <= first.getStart(source) && !isExecuteAwait(node, tsc))
    diagnostics.push(...tooEarly.map((node) => diagnostic('AWAIT_BEFORE_EXECUTE', {}, node)))
  }
  return diagnostics
}

function diagnostic(code: string, params: Diagnostic['params'], node: ts.Node): Diagnostic {
  return { code, params, span: spanOfNode(node) }
}

interface Walk {
  /** How many functions and class bodies enclose the node: an await counts at 0 only. */
  readonly depth: number
  readonly found: Found
  readonly tsc: CompilerTools['ts']
}

function collect(node: ts.Node, walk: Walk): void {
  const { tsc, found } = walk
  if (tsc.isCallExpression(node) && node.expression.kind === tsc.SyntaxKind.ImportKeyword)
    found.dynamicImports.push(node)
  else if (tsc.isMetaProperty(node) && node.keywordToken === tsc.SyntaxKind.ImportKeyword) found.importMetas.push(node)
  else if (tsc.isDecorator(node)) found.decorators.push(node)
  else if (walk.depth === 0 && isAwait(node, tsc)) found.awaits.push(node)
  const isScope = tsc.isFunctionLike(node) || tsc.isClassStaticBlockDeclaration(node) || tsc.isPropertyDeclaration(node)
  const inner = isScope ? { ...walk, depth: walk.depth + 1 } : walk
  tsc.forEachChild(node, (child) => collect(child, inner))
}

function isAwait(node: ts.Node, tsc: CompilerTools['ts']): boolean {
  if (tsc.isAwaitExpression(node)) return true
  if (tsc.isForOfStatement(node)) return node.awaitModifier !== undefined
  return tsc.isVariableDeclarationList(node) && (node.flags & tsc.NodeFlags.BlockScoped) === tsc.NodeFlags.AwaitUsing
}

function isExecuteAwait(node: ts.Node, tsc: CompilerTools['ts']): boolean {
  return tsc.isAwaitExpression(node) && isExecute(node.expression, tsc)
}

/** Statements that certainly run, in order: those of the file, and those of plain blocks and `try` blocks in it. */
function topLevel(statements: readonly ts.Statement[], tsc: CompilerTools['ts']): ts.Statement[] {
  return statements.flatMap((statement) => {
    if (tsc.isBlock(statement)) return topLevel(statement.statements, tsc)
    if (tsc.isTryStatement(statement)) return topLevel(statement.tryBlock.statements, tsc)
    return [statement]
  })
}

/** The `….execute(…)` call that a statement consists of, also `await …` and `const x = …` of it. */
function executeCall(statement: ts.Statement, tsc: CompilerTools['ts']): ts.Expression | null {
  const expressions = tsc.isExpressionStatement(statement)
    ? [statement.expression]
    : tsc.isVariableStatement(statement)
      ? statement.declarationList.declarations.flatMap((declaration) => declaration.initializer ?? [])
      : []
  for (const expression of expressions) {
    const bare = unwrap(expression, tsc)
    if (isExecute(bare, tsc)) return bare
  }
  return null
}

function unwrap(expression: ts.Expression, tsc: CompilerTools['ts']): ts.Expression {
  if (tsc.isAwaitExpression(expression) || tsc.isParenthesizedExpression(expression))
    return unwrap(expression.expression, tsc)
  return tsc.isVoidExpression(expression) ? unwrap(expression.expression, tsc) : expression
}

function isExecute(expression: ts.Expression, tsc: CompilerTools['ts']): boolean {
  if (tsc.isParenthesizedExpression(expression)) return isExecute(expression.expression, tsc)
  if (!tsc.isCallExpression(expression) || !tsc.isPropertyAccessExpression(expression.expression)) return false
  const { text } = expression.expression.name
  return text === 'execute' || text === 'executeAsync'
}
