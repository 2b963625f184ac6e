// One learner file, ready for linking: its types blanked in place, its imports and exports, and where each imported
// name is used as a value. A name that only types mention is not imported at run time, as TypeScript itself has it.
import type ts from 'typescript'
import type { Diagnostic } from '../base/diagnostic.ts'
import { readShape, type ImportBinding, type ModuleShape } from './module-shape.ts'
import { spanOfNode, syntaxErrors, type CompilerTools, type ParsedFiles } from './parse.ts'

export interface PreparedFile {
  readonly name: string
  readonly source: ts.SourceFile
  readonly shape: ModuleShape
  /** The file's text with spaces for types: same length, same lines. */
  readonly blanked: string
  /** Every identifier the file mentions. */
  readonly identifiers: ReadonlySet<string>
  /** Value uses of each imported name, in order. */
  readonly uses: ReadonlyMap<ImportBinding, readonly ts.Identifier[]>
  /** Without this nothing else here is to be trusted. */
  readonly isParsed: boolean
  /** What is wrong with this file on its own. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Prepares the named file, which must be among the parsed ones. */
export function prepareFile(name: string, parsed: ParsedFiles, tools: CompilerTools): PreparedFile | null {
  const source = parsed.sources.get(name)
  if (!source) return null
  const errors = syntaxErrors(name, parsed, tools)
  const notErasable: ts.Node[] = []
  const blanked = errors.length > 0 ? source.text : tools.blankSourceFile(source, (node) => void notErasable.push(node))
  const shape = readShape(source, tools)
  const { identifiers, uses } = readUses(source, { shape, blanked, checker: parsed.checker, tools })
  const diagnostics = errors.length > 0 ? errors : [...notErasable.map(refusal), ...clashes(shape)]
  return { name, source, shape, blanked, identifiers, uses, isParsed: errors.length === 0, diagnostics }
}

function refusal(node: ts.Node): Diagnostic {
  return { code: 'SYNTAX_NOT_ERASABLE', params: { syntax: firstLine(node) }, span: spanOfNode(node) }
}

/** What the learner wrote, short enough to quote. */
function firstLine(node: ts.Node): string {
  const line = node.getText().split('\n', 1)[0] ?? ''
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}

/** An imported name that the file declares as well. TypeScript would see it only with the imported module at hand. */
function clashes(shape: ModuleShape): Diagnostic[] {
  const bindings = shape.imports.flatMap((statement) => statement.bindings)
  return bindings
    .filter((binding) => !binding.isTypeOnly && shape.values.has(binding.local))
    .map(({ local, node }) => ({
      code: 'SYNTAX_ERROR',
      params: { message: `Import declaration conflicts with local declaration of '${local}'.` },
      span: spanOfNode(node),
    }))
}

interface UseContext {
  readonly shape: ModuleShape
  readonly blanked: string
  readonly checker: ts.TypeChecker
  readonly tools: CompilerTools
}

function readUses(source: ts.SourceFile, context: UseContext): Pick<PreparedFile, 'identifiers' | 'uses'> {
  const { shape, blanked, checker, tools } = context
  const { ts: tsc } = tools
  const bySymbol = new Map<ts.Symbol, ts.Identifier[]>()
  const uses = new Map<ImportBinding, ts.Identifier[]>()
  const locals = new Set<string>()
  for (const binding of shape.imports.flatMap((statement) => statement.bindings)) {
    const list: ts.Identifier[] = []
    uses.set(binding, list)
    locals.add(binding.local)
    const symbol = binding.node.name && checker.getSymbolAtLocation(binding.node.name)
    if (symbol) bySymbol.set(symbol, list)
  }
  const identifiers = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (tsc.isIdentifier(node)) {
      identifiers.add(node.text)
      if (locals.has(node.text) && isValue(node)) bySymbol.get(symbolOf(node, checker, tsc) as ts.Symbol)?.push(node)
    }
    tsc.forEachChild(node, visit)
  }
  const isValue = (node: ts.Identifier): boolean => {
    const isAccess = tsc.isPropertyAccessExpression(node.parent) && node.parent.name === node
    return !isAccess && blanked[node.getStart(source)] !== ' '
  }
  for (const statement of source.statements) {
    if (!tsc.isImportDeclaration(statement) && !tsc.isExportDeclaration(statement)) visit(statement)
    else tsc.forEachChild(statement, (child) => void collectNames(child, identifiers, tsc))
  }
  return { identifiers, uses }
}

function collectNames(node: ts.Node, into: Set<string>, tsc: CompilerTools['ts']): void {
  if (tsc.isIdentifier(node)) into.add(node.text)
  tsc.forEachChild(node, (child) => collectNames(child, into, tsc))
}

function symbolOf(node: ts.Identifier, checker: ts.TypeChecker, tsc: CompilerTools['ts']): ts.Symbol | undefined {
  const { parent } = node
  if (tsc.isShorthandPropertyAssignment(parent)) return checker.getShorthandAssignmentValueSymbol(parent)
  return checker.getSymbolAtLocation(node)
}
