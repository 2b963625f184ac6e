// What a job's functions remember where nobody else sees it: in variables around them, in static members. Flink's
// checkpoints don't have it, and neither do keyframes, so a run of such a job is taken back by executing it from its start.
// Read from the text, with TypeScript's bindings; what escapes that is found when the run is executed again.
import type ts from 'typescript'
import type { HiddenMemory, UnsteadyCall } from './compiled-job.ts'
import { spanOfNode, type CompilerTools } from './parse.ts'
import { hasModifier } from './module-shape.ts'
import type { PreparedFile } from './prepare.ts'
import { API_MODULE } from './resolve-specifier.ts'

/** What functions of a job remember, and which calls of them give something else each time. */
export interface Unrepeatable {
  readonly hidden: readonly HiddenMemory[]
  readonly unsteady: readonly UnsteadyCall[]
}

/** Methods that leave a container as it is. */
const READING = new Set(
  (
    'get has at includes indexOf lastIndexOf find findIndex findLast findLastIndex filter map flatMap slice concat join ' +
    'forEach some every reduce reduceRight keys values entries toString valueOf toSorted toReversed with'
  ).split(' '),
)
/** Whoever takes a function here has called it when it returns; as far as streams don't have a method of this name. */
const AT_ONCE = new Set('forEach some every find findIndex sort toSorted from'.split(' '))
const AT_ONCE_IN_FUNCTIONS = new Set([...AT_ONCE, ...'map filter flatMap reduce replace then'.split(' ')])
const CONTAINERS = new Set('Map Set Array Object WeakMap WeakSet'.split(' '))
/** Of the library's classes, those whose objects remember something. */
const REMEMBERING = new Set(['SimulatedService'])
const UNSTEADY = new Set('Math.random Date.now performance.now crypto.randomUUID crypto.getRandomValues'.split(' '))

/** Looks through the files of a job. */
export function findUnrepeatable(
  files: readonly PreparedFile[],
  checker: ts.TypeChecker,
  tools: CompilerTools,
): Unrepeatable {
  const finder = new Finder(checker, tools.ts)
  for (const file of files) {
    if (!file.isParsed) continue
    finder.takeImports(file)
    for (const statement of file.source.statements) finder.visit(statement)
  }
  return { hidden: Array.from(finder.hidden.values()), unsteady: finder.unsteady }
}

type Use = 'read' | 'assigned' | 'member' | 'called'

class Finder {
  readonly hidden = new Map<ts.Node, HiddenMemory>()
  readonly unsteady: UnsteadyCall[] = []
  readonly #api = new Set<string>()
  readonly #checker: ts.TypeChecker
  readonly #ts: CompilerTools['ts']

  constructor(checker: ts.TypeChecker, tsc: CompilerTools['ts']) {
    this.#checker = checker
    this.#ts = tsc
  }

  takeImports({ shape }: PreparedFile): void {
    this.#api.clear()
    for (const { specifier, bindings } of shape.imports) {
      if (specifier === API_MODULE) for (const { local } of bindings) this.#api.add(local)
    }
  }

  visit(node: ts.Node): void {
    const tsc = this.#ts
    if (tsc.isIdentifier(node)) this.#look(node)
    else if (tsc.isPropertyAccessExpression(node) && tsc.isPrivateIdentifier(node.name)) this.#lookAtStatic(node)
    if (tsc.isCallExpression(node) || tsc.isNewExpression(node)) this.#lookAtCall(node)
    tsc.forEachChild(node, (child) => this.visit(child))
  }

  /** A variable, or the name of a class, that a function around which it stands changes. */
  #look(node: ts.Identifier): void {
    const declaration = this.#symbolOf(node)?.valueDeclaration
    if (declaration === undefined) return
    const use = this.#useOf(node)
    if (use === 'read') return
    const tsc = this.#ts
    const name = declarationName(declaration)
    if (name === null || name === node) return
    const isClass = tsc.isClassLike(declaration) || tsc.isFunctionDeclaration(declaration)
    const isVariable = tsc.isVariableDeclaration(declaration) || tsc.isBindingElement(declaration)
    if (!isClass && !isVariable && !(tsc.isParameter(declaration) && use === 'assigned')) return
    if (isClass && use === 'assigned') return
    if (!this.#isKept(node, declaration)) return
    const isCertain = isVariable && use !== 'assigned' ? this.#isContainer(declaration, use) : true
    if (isCertain !== null) this.#add(name, isCertain)
  }

  /** A static `this.#name`. What belongs to an object is kept with it (base/private-members.ts); `Class.#name` is the class. */
  #lookAtStatic(node: ts.PropertyAccessExpression): void {
    const declaration = this.#checker.getSymbolAtLocation(node.name)?.valueDeclaration
    const tsc = this.#ts
    if (node.expression.kind !== tsc.SyntaxKind.ThisKeyword) return
    if (declaration === undefined || !tsc.isPropertyDeclaration(declaration)) return
    if (!hasModifier(declaration, tsc.SyntaxKind.StaticKeyword, tsc)) return
    const use = this.#useOf(node)
    if (use === 'read' || tsc.isClassStaticBlockDeclaration(this.#functionOf(node))) return
    const isCertain = use === 'assigned' ? true : this.#isContainer(declaration, use)
    if (isCertain !== null) this.#add(declaration.name, isCertain)
  }

  #lookAtCall(node: ts.CallExpression | ts.NewExpression): void {
    const tsc = this.#ts
    if (tsc.isSourceFile(this.#functionOf(node))) return
    const { expression } = node
    const isNow = tsc.isNewExpression(node) && expression.getText() === 'Date' && (node.arguments ?? []).length === 0
    if (!isNow && !(tsc.isPropertyAccessExpression(expression) && UNSTEADY.has(expression.getText()))) return
    const root = tsc.isPropertyAccessExpression(expression) ? expression.expression : expression
    // What the job declares itself is no global.
    if (this.#checker.getSymbolAtLocation(root)?.valueDeclaration !== undefined) return
    this.unsteady.push({ call: isNow ? 'new Date()' : `${expression.getText()}()`, span: spanOfNode(node) })
  }

  #add(name: ts.Node, isCertain: boolean): void {
    const known = this.hidden.get(name)
    if (known?.isCertain === true) return
    this.hidden.set(name, { name: name.getText(), isCertain, span: spanOfNode(name) })
  }

  #symbolOf(node: ts.Identifier): ts.Symbol | undefined {
    const { parent } = node
    if (this.#ts.isShorthandPropertyAssignment(parent)) return this.#checker.getShorthandAssignmentValueSymbol(parent)
    const symbol = this.#checker.getSymbolAtLocation(node)
    const isAlias = symbol !== undefined && (symbol.flags & this.#ts.SymbolFlags.Alias) !== 0
    return isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol
  }

  /** What is done with an expression: given another value, changed by a member of it, or a method called that may do so. */
  #useOf(node: ts.Expression): Use {
    const tsc = this.#ts
    if (this.#isTarget(node)) return 'assigned'
    let [at, isInside]: [ts.Expression, boolean] = [node, false]
    for (;;) {
      const { parent } = at
      const isMember = tsc.isPropertyAccessExpression(parent) || tsc.isElementAccessExpression(parent)
      const isWrapped = tsc.isNonNullExpression(parent) || tsc.isParenthesizedExpression(parent)
      if (!(isMember || isWrapped) || parent.expression !== at) return 'read'
      at = parent
      if (isMember) isInside = true
      if (!isInside) continue
      if (this.#isTarget(at) || tsc.isDeleteExpression(at.parent)) return 'member'
      if (!tsc.isCallExpression(at.parent) || at.parent.expression !== at) continue
      const method = tsc.isPropertyAccessExpression(at) ? at.name.text : ''
      return READING.has(method) ? 'read' : 'called'
    }
  }

  #isTarget(node: ts.Expression): boolean {
    const tsc = this.#ts
    let at: ts.Node = node
    for (;;) {
      const { parent } = at
      if (tsc.isPrefixUnaryExpression(parent) || tsc.isPostfixUnaryExpression(parent)) {
        return parent.operator === tsc.SyntaxKind.PlusPlusToken || parent.operator === tsc.SyntaxKind.MinusMinusToken
      }
      if (tsc.isBinaryExpression(parent)) {
        const { kind } = parent.operatorToken
        const assigns = kind >= tsc.SyntaxKind.FirstAssignment && kind <= tsc.SyntaxKind.LastAssignment
        return assigns && parent.left === at
      }
      if (tsc.isForInStatement(parent) || tsc.isForOfStatement(parent)) return parent.initializer === at
      const isPart =
        tsc.isParenthesizedExpression(parent) ||
        tsc.isArrayLiteralExpression(parent) ||
        tsc.isObjectLiteralExpression(parent) ||
        tsc.isSpreadElement(parent) ||
        (tsc.isPropertyAssignment(parent) && parent.initializer === at) ||
        tsc.isShorthandPropertyAssignment(parent)
      if (!isPart) return false
      at = parent
    }
  }

  /** Whether a function that changes the variable lives on, so that the variable does. */
  #isKept(node: ts.Node, declaration: ts.Node): boolean {
    const tsc = this.#ts
    const home = this.#functionOf(declaration)
    const isBuilding = tsc.isSourceFile(home) || /\bgetExecutionEnvironment\b/.test(home.getText())
    const atOnce = isBuilding ? AT_ONCE : AT_ONCE_IN_FUNCTIONS
    for (let at = this.#functionOf(node); at !== home; at = this.#functionOf(at)) {
      if (tsc.isSourceFile(at)) return tsc.isSourceFile(home)
      if (!this.#isCalledAtOnce(at, atOnce)) return true
    }
    return false
  }

  #isCalledAtOnce(fn: ts.Node, names: ReadonlySet<string>): boolean {
    const tsc = this.#ts
    const { parent } = fn
    if (tsc.isParenthesizedExpression(parent)) return tsc.isCallExpression(parent.parent)
    if (!tsc.isCallExpression(parent) || !parent.arguments.includes(fn as ts.Expression)) return false
    const { expression } = parent
    return tsc.isPropertyAccessExpression(expression) && names.has(expression.name.text)
  }

  /** The function in which a node stands, or the file; initializers of members are part of the constructor. */
  #functionOf(node: ts.Node): ts.Node {
    const tsc = this.#ts
    let at = node.parent
    while (!tsc.isFunctionLike(at) && !tsc.isSourceFile(at) && !tsc.isClassStaticBlockDeclaration(at)) at = at.parent
    return at
  }

  /** Whether what a variable begins with can be changed so: true for certain, null for what never remembers anything. */
  #isContainer(declaration: ts.Node, use: Use): boolean | null {
    const tsc = this.#ts
    const initializer =
      tsc.isVariableDeclaration(declaration) || tsc.isPropertyDeclaration(declaration)
        ? declaration.initializer
        : undefined
    if (initializer === undefined) return false
    let root: ts.Expression = initializer
    while (tsc.isAsExpression(root) || tsc.isSatisfiesExpression(root) || tsc.isParenthesizedExpression(root))
      root = root.expression
    if (tsc.isArrayLiteralExpression(root)) return true
    if (tsc.isObjectLiteralExpression(root)) {
      // Its methods are the job's own.
      if (use === 'called') return /\bthis\b/.test(root.getText()) ? false : null
      return true
    }
    if (tsc.isNewExpression(root)) {
      const name = root.expression.getText()
      if (CONTAINERS.has(name)) return true
      return this.#api.has(name) && !REMEMBERING.has(name) ? null : REMEMBERING.has(name)
    }
    if (tsc.isLiteralExpression(root)) return null
    while (tsc.isCallExpression(root) || tsc.isPropertyAccessExpression(root)) root = root.expression
    return this.#api.has(root.getText()) ? null : false
  }
}

function declarationName(declaration: ts.Declaration): ts.Node | null {
  return (declaration as ts.NamedDeclaration).name ?? null
}
