// One learner file as it stands in the job module: types already blanked, imports and export keywords blanked in place,
// a step counted at the head of every loop, and names that other files may reassign read through their module object.
import type ts from 'typescript'
import { Edits, type EditedText } from './edits.ts'
import { hasModifier, type ImportBinding } from './module-shape.ts'
import type { OwnNames } from './own-names.ts'
import type { CompilerTools } from './parse.ts'
import type { PreparedFile } from './prepare.ts'

export interface RewriteOptions {
  readonly names: OwnNames
  /** Imported names to be read afresh at every use, with the places where they stand. */
  readonly live: ReadonlyMap<ImportBinding, readonly ts.Identifier[]>
  readonly tools: CompilerTools
}

/** Rewrites one file and says what was inserted where. */
export function rewriteFile(file: PreparedFile, { names, live, tools }: RewriteOptions): EditedText {
  const { ts: tsc } = tools
  const edits = new Edits(file.blanked)
  // A line that tells a shell how to run the file is legal only at the start of a module.
  const shebang = /^#!.*/.exec(file.source.text)
  if (shebang) edits.blank(0, shebang[0].length)
  const visit = (node: ts.Node): void => {
    if (isLoop(node, tsc)) countSteps(node, { edits, tick: names.tick, tsc })
    if (tsc.isClassLike(node)) showPrivates(node, { edits, names, tsc })
    tsc.forEachChild(node, visit)
  }
  for (const statement of file.source.statements) {
    rewriteStatement(statement, { edits, names, tsc })
    visit(statement)
  }
  for (const identifiers of live.values())
    for (const identifier of identifiers) readLive(identifier, { edits, names, tsc })
  return edits.apply()
}

interface RewriteContext {
  readonly edits: Edits
  readonly names: OwnNames
  readonly tsc: CompilerTools['ts']
}

function rewriteStatement(statement: ts.Statement, { edits, names, tsc }: RewriteContext): void {
  const start = statement.getStart()
  if (tsc.isImportDeclaration(statement) || tsc.isExportDeclaration(statement)) {
    // The semicolon keeps the statement before from running on into the one after.
    edits.replace(start, statement.end, ';')
  } else if (tsc.isExportAssignment(statement)) {
    edits.replace(start, statement.expression.getStart(), `const ${names.byDefault}={default:`)
    edits.insert(statement.expression.end, '}.default;')
  } else if (hasModifier(statement, tsc.SyntaxKind.ExportKeyword, tsc)) {
    rewriteDeclaration(statement, { edits, names, tsc })
  }
}

/** Takes `export` and `default` off a declaration; one without a name becomes a constant called 'default'. */
function rewriteDeclaration(statement: ts.Statement, { edits, names, tsc }: RewriteContext): void {
  const modifiers = tsc.canHaveModifiers(statement) ? (tsc.getModifiers(statement) ?? []) : []
  const isErased = tsc.isInterfaceDeclaration(statement) || tsc.isTypeAliasDeclaration(statement)
  const isSignature = tsc.isFunctionDeclaration(statement) && !statement.body
  if (isErased || isSignature || hasModifier(statement, tsc.SyntaxKind.DeclareKeyword, tsc)) return
  const own = modifiers.filter(
    ({ kind }) => kind === tsc.SyntaxKind.ExportKeyword || kind === tsc.SyntaxKind.DefaultKeyword,
  )
  const [first] = own
  const last = own.at(-1)
  if (!first || !last) return
  const isNameable = tsc.isClassDeclaration(statement) || tsc.isFunctionDeclaration(statement)
  if (isNameable && !statement.name) {
    edits.replace(first.getStart(), last.end, `const ${names.byDefault}={default:`)
    edits.insert(statement.end, '}.default;')
  } else {
    for (const modifier of own) edits.blank(modifier.getStart(), modifier.end)
  }
}

/** Lets the class say how its private members are read and written: nobody outside of it could. */
function showPrivates(node: ts.ClassLikeDeclaration, { edits, names, tsc }: RewriteContext): void {
  const members = node.members.flatMap((member) => {
    const isOwn = tsc.isPropertyDeclaration(member) && !hasModifier(member, tsc.SyntaxKind.StaticKeyword, tsc)
    return isOwn && tsc.isPrivateIdentifier(member.name) ? [member.name.text] : []
  })
  const [first] = members
  if (first === undefined || hasModifier(node, tsc.SyntaxKind.DeclareKeyword, tsc)) return
  const listed = members.map((name) => JSON.stringify(name)).join()
  const read = members.map((name) => `o.${name}`).join()
  const written = members.map((name, i) => `o.${name}=v[${i}]`).join(';')
  const told = `[${listed}],o=>${first} in o,o=>[${read}],(o,v)=>{${written}}`
  edits.insert(node.members.pos, `static{${names.privates}(this.prototype,${told})}`)
}

function isLoop(node: ts.Node, tsc: CompilerTools['ts']): node is ts.IterationStatement {
  return tsc.isIterationStatement(node, false)
}

interface LoopContext {
  readonly edits: Edits
  readonly tick: string
  readonly tsc: CompilerTools['ts']
}

function countSteps(loop: ts.IterationStatement, { edits, tick, tsc }: LoopContext): void {
  const body = loop.statement
  if (tsc.isBlock(body)) {
    edits.insert(body.getStart() + 1, `${tick}();`)
  } else {
    edits.insert(body.getStart(), `{${tick}();`)
    edits.insert(body.end, '}')
  }
}

function readLive(identifier: ts.Identifier, { edits, names, tsc }: RewriteContext): void {
  const { parent } = identifier
  const start = identifier.getStart()
  const isCallee =
    (tsc.isCallExpression(parent) && parent.expression === identifier) ||
    (tsc.isTaggedTemplateExpression(parent) && parent.tag === identifier)
  if (tsc.isShorthandPropertyAssignment(parent)) edits.insert(start, `${identifier.text}:${names.live}.`)
  else if (isCallee) {
    // Without the comma the module object would become `this` of the call.
    edits.insert(start, `(0,${names.live}.`)
    edits.insert(identifier.end, ')')
  } else edits.insert(start, `${names.live}.`)
}
