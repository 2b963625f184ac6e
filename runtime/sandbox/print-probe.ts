// Print after the fact: puts an expression into a file, to be evaluated and told whenever a line is reached. After a
// declaration or an expression on that line, before anything else; of a function that is only an expression, before that.
// No line moves, and what is put in counts no step. Whether it changed the run is for whoever runs it to find out.

import type ts from 'typescript'
import type { Diagnostic } from '../base/diagnostic.ts'
import { PRINT_NAME } from './intercepted.ts'
import type { CompilerTools, SourceText } from './parse.ts'

/** What is to be printed, and where: a line from 1 on. */
export interface PrintProbe {
  readonly file: string
  readonly line: number
  readonly expression: string
}

export type ProbedTexts =
  | { readonly files: readonly SourceText[]; readonly diagnostic: null }
  | { readonly files: null; readonly diagnostic: Diagnostic }

/** The files with the expression in its place. */
export function withPrint(files: readonly SourceText[], probe: PrintProbe, tools: CompilerTools): ProbedTexts {
  const { ts: tsc } = tools
  const { expression, line } = probe
  const file = files.find(({ name }) => name === probe.file)
  const names = namesIn(expression, tsc)
  if (names === null) return refused('PRINT_EXPRESSION', { expression })
  const source =
    file === undefined ? null : tsc.createSourceFile(`/${file.name}`, file.text, tsc.ScriptTarget.ESNext, true)
  const place = source === null ? null : (arrowAt(source, line, names, tsc) ?? statementAt(source, line, tsc))
  if (file === undefined || place === null) return refused('PRINT_NO_PLACE', { file: probe.file, line })
  const call = `${PRINT_NAME}(()=>(${expression}))`
  const { start, end } = place
  const text = {
    arrow: () => put(file.text, start, `(${call},`, end, ')'),
    after: () => put(file.text, start, '', end, `;${call};`),
    before: () => put(file.text, start, `${call};`, end, ''),
    'after alone': () => put(file.text, start, '{', end, `;${call};}`),
    'before alone': () => put(file.text, start, `{${call};`, end, '}'),
  }[place.how]()
  return { files: files.map((one) => (one === file ? { name: one.name, text } : one)), diagnostic: null }
}

interface Place {
  readonly start: number
  readonly end: number
  readonly how: 'arrow' | 'after' | 'before' | 'after alone' | 'before alone'
}

function put(text: string, start: number, before: string, end: number, after: string): string {
  return text.slice(0, start) + before + text.slice(start, end) + after + text.slice(end)
}

function refused(code: string, params: Diagnostic['params']): ProbedTexts {
  return { files: null, diagnostic: { code, params, span: null } }
}

/** The names that an expression mentions; null where it's none, or takes more than a line. */
function namesIn(expression: string, tsc: CompilerTools['ts']): ReadonlySet<string> | null {
  if (/[\n\r\u2028\u2029]/.test(expression) || expression.trim() === '') return null
  const text = `(${expression})`
  const source = tsc.createSourceFile('/expression.ts', text, tsc.ScriptTarget.ESNext, true)
  const [statement, ...others] = source.statements
  const isOne = statement !== undefined && others.length === 0 && tsc.isExpressionStatement(statement)
  if (!isOne || !tsc.isParenthesizedExpression(statement.expression)) return null
  const { expression: whole } = statement
  // With a comment at its end the parenthesis would never close.
  if (whole.end !== text.length || text.at(-1) !== ')' || /\/\/[^'"`]*\)$/.test(text)) return null
  const hasErrors = (source as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length > 0
  if (hasErrors) return null
  const names = new Set<string>()
  let isRefused = false
  const visit = (node: ts.Node): void => {
    if (tsc.isIdentifier(node)) names.add(node.text)
    if (tsc.isAwaitExpression(node) || tsc.isYieldExpression(node)) isRefused = true
    tsc.forEachChild(node, visit)
  }
  visit(whole)
  return isRefused ? null : names
}

/** On this line the last function that is only an expression, and of which the expression names a parameter. */
function arrowAt(
  source: ts.SourceFile,
  line: number,
  names: ReadonlySet<string>,
  tsc: CompilerTools['ts'],
): Place | null {
  let found: Place | null = null
  const visit = (node: ts.Node): void => {
    if (tsc.isArrowFunction(node) && !tsc.isBlock(node.body)) {
      const { body, parameters } = node
      const isHere = lineOf(source, body.getStart(source)) === line
      if (isHere && parameters.some((parameter) => mentions(parameter, names, tsc))) {
        found = { start: body.getStart(source), end: body.end, how: 'arrow' }
      }
    }
    tsc.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function mentions(parameter: ts.Node, names: ReadonlySet<string>, tsc: CompilerTools['ts']): boolean {
  if (tsc.isIdentifier(parameter) && names.has(parameter.text)) return true
  return tsc.forEachChild(parameter, (child) => mentions(child, names, tsc) || undefined) === true
}

/** The first statement within a function that begins on this line, or the innermost that goes over it. */
function statementAt(source: ts.SourceFile, line: number, tsc: CompilerTools['ts']): Place | null {
  let begins: ts.Statement | null = null
  let around: ts.Statement | null = null
  const visit = (node: ts.Node): void => {
    if (tsc.isStatement(node) && !tsc.isBlock(node) && isRun(node, tsc)) {
      const [first, last] = [lineOf(source, node.getStart(source)), lineOf(source, node.end)]
      if (first === line) begins ??= node
      if (first <= line && last >= line) around = node
    }
    tsc.forEachChild(node, visit)
  }
  visit(source)
  const statement = (begins ?? around) as ts.Statement | null
  if (statement === null) return null
  const isAfter = tsc.isVariableStatement(statement) || tsc.isExpressionStatement(statement)
  const { parent } = statement
  const isListed = tsc.isBlock(parent) || tsc.isSourceFile(parent) || tsc.isCaseOrDefaultClause(parent)
  const how = isAfter ? 'after' : 'before'
  const place = { start: statement.getStart(source), end: statement.end }
  return { ...place, how: isListed ? how : `${how} alone` }
}

/** Whether something happens there, rather than being declared. */
function isRun(statement: ts.Statement, tsc: CompilerTools['ts']): boolean {
  return (
    tsc.isVariableStatement(statement) ||
    tsc.isExpressionStatement(statement) ||
    tsc.isReturnStatement(statement) ||
    tsc.isIfStatement(statement) ||
    tsc.isIterationStatement(statement, false) ||
    tsc.isSwitchStatement(statement) ||
    tsc.isThrowStatement(statement) ||
    tsc.isTryStatement(statement) ||
    tsc.isBreakOrContinueStatement(statement)
  )
}

function lineOf(source: ts.SourceFile, offset: number): number {
  return source.getLineAndCharacterOfPosition(offset).line + 1
}
