// A keyframe keeps what objects hold in fields that everybody can see, in lists, Maps, Sets and typed arrays. So in the
// rooms of the engine that a run's state is in, nothing else may change: no private field, no variable of a module or of a
// closure. What is allowed all the same is named here, with the reason.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'

const ROOMS = ['base', 'cluster', 'connectors', 'kernel', 'network', 'operators', 'record', 'state', 'task']

/** Files whose classes live as long as a moment is taken. */
const PASSING = ['cluster/channel-columns.ts']

/** `file name`: why it's no state of a run. */
const ALLOWED: Readonly<Record<string, string>> = {
  'operators/async/requests.ts current': 'set while an operator is called, and set back',
  'operators/window/windows.ts #only': 'the global window, which never changes',
  'base/java-hash.ts h': 'while a hash is computed',
  'cluster/take-moment.ts room': 'while a moment is taken',
  'cluster/take-moment.ts id': 'while a moment is taken',
}

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = `${folder}/${name}`
    return statSync(path).isDirectory() ? filesOf(path) : path.endsWith('.ts') ? [path] : []
  })
}

const isFunction = (node: ts.Node): boolean => ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node)

/** What changes and isn't seen: private fields that aren't readonly or hold something that changes, captured variables. */
function hiddenState(text: string): string[] {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true)
  const found: string[] = []
  const variables = new Map<string, ts.Node>()
  const visit = (node: ts.Node, inside: ts.Node): void => {
    if (ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name)) {
      const isReadonly = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) === true
      const { initializer } = node
      const isContainer =
        initializer !== undefined && (ts.isNewExpression(initializer) || ts.isArrayLiteralExpression(initializer))
      if (!isReadonly || isContainer) found.push(node.name.text)
    }
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Let) !== 0) {
      for (const { name } of node.declarations) {
        if (!ts.isIdentifier(name)) continue
        if (inside === file) found.push(name.text)
        variables.set(name.text, inside)
      }
    }
    const changed =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
        ? node.left
        : ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)
          ? node.operand
          : null
    if (changed !== null && ts.isIdentifier(changed)) {
      const home = variables.get(changed.text)
      const isNegation = ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken
      if (home !== undefined && home !== inside && home !== file && !isNegation && outlives(inside))
        found.push(changed.text)
    }
    ts.forEachChild(node, (child) => visit(child, isFunction(node) ? node : inside))
  }
  visit(file, file)
  return [...new Set(found)]
}

/** Whether a function is kept by somebody: not one that is only handed to a method that calls it at once. */
function outlives(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isCallExpression(parent) && parent.arguments.includes(node as ts.Expression)) {
    const { expression } = parent
    const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText()
    return !['forEach', 'map', 'filter', 'flatMap', 'some', 'every', 'from', 'run', 'reduce', 'sort', 'find'].includes(
      name,
    )
  }
  return true
}

test('nothing that changes in a run is hidden from keyframes', () => {
  const hidden = ROOMS.flatMap((room) =>
    filesOf(`runtime/${room}`).flatMap((path) =>
      hiddenState(readFileSync(path, 'utf8')).map((name) => `${path.slice('runtime/'.length)} ${name}`),
    ),
  )
  const isAllowed = (place: string): boolean => place in ALLOWED || PASSING.some((file) => place.startsWith(`${file} `))
  expect(hidden.filter((place) => !isAllowed(place))).toEqual([])
})

test.each([
  ['class A { #n = 0 }', ['#n']],
  ['class A { readonly #all = new Map() }', ['#all']],
  ['class A { readonly #of: A }', []],
  ['let current = null', ['current']],
  ['function f() { let n = 0; return () => ++n }', ['n']],
  ['function f() { let n = 0; return { next() { n += 1 } } }', ['n']],
  ['function f(list) { let n = 0; list.forEach((x) => { n += x }); return n }', []],
  ['function f() { let n = 0; n++; return n }', []],
] as [string, string[]][])('%s', (text, names) => {
  expect(hiddenState(text)).toEqual(names)
})
