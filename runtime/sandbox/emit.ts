// The text of the job module. Every file but the entry becomes a function called at once, whose result is the file's
// module object; the entry becomes the body of an async function. What we add stands on lines of our own, or is
// recorded as an insertion, so that each position leads back to the learner's file.
import type ts from 'typescript'
import type { CompiledFile } from './compiled-job.ts'
import { countLines } from './edits.ts'
import { INTERCEPTED_NAMES } from './intercepted.ts'
import type { Linker } from './link.ts'
import type { ExportTarget, ImportBinding } from './module-shape.ts'
import { chooseOwnNames, type OwnNames } from './own-names.ts'
import type { CompilerTools } from './parse.ts'
import type { PreparedFile } from './prepare.ts'
import { rewriteFile } from './rewrite.ts'
import { JOB_SCRIPT_NAME } from './script-name.ts'

export interface EmittedModule {
  readonly code: string
  readonly files: readonly CompiledFile[]
}

/** Writes the module for files that are in the order in which they run, the entry last. */
export function emitModule(order: readonly PreparedFile[], linker: Linker, tools: CompilerTools): EmittedModule {
  const names = chooseOwnNames(order.flatMap((file) => [...file.identifiers]))
  const job: JobContext = { linker, tools, names, indexOf: new Map(order.map((file, index) => [file.name, index])) }
  const files: CompiledFile[] = []
  let code = opening(order, names)
  order.forEach((file, index) => {
    const isEntry = index === order.length - 1
    code += `${header(file, isEntry, job)}\n`
    const startLine = countLines(code)
    const live = liveBindings(file, job)
    const { text, inserted } = rewriteFile(file, { names, live, tools })
    files.push({ name: file.name, startLine, lineCount: countLines(file.source.text), inserted })
    code += `${text}\n${isEntry ? '})()\n}' : footer(file, job)}\n`
  })
  return { code: `${code}//# sourceURL=${JOB_SCRIPT_NAME}\n`, files }
}

interface JobContext {
  readonly linker: Linker
  readonly tools: CompilerTools
  readonly names: OwnNames
  readonly indexOf: ReadonlyMap<string, number>
}

/** Only names that some file mentions are taken from the sandbox: the others can't be missed. */
function opening(files: readonly PreparedFile[], names: OwnNames): string {
  const mentioned = INTERCEPTED_NAMES.filter((name) => files.some((file) => file.identifiers.has(name)))
  const taken = [`__tick: ${names.tick}`, `__privates: ${names.privates}`, ...mentioned].join(', ')
  return `export default async (${names.api}, ${names.globals}) => { const { ${taken} } = ${names.globals};\n`
}

function header(file: PreparedFile, isEntry: boolean, job: JobContext): string {
  const opener = isEntry ? 'return (async () => {' : `const ${moduleObject(file, job)} = (() => {`
  const declarations = bindingsOf(file, job).map(({ binding, from }) => declaration(binding, from))
  const live = [...liveBindings(file, job).keys()]
  if (live.length > 0) {
    const getters = live.map((binding) => {
      const from = sourceOf(file, binding, job)
      return `get ${binding.local}() { return ${from}[${JSON.stringify(binding.imported)}] }`
    })
    declarations.push(`${job.names.live} = { ${getters.join(', ')} }`)
  }
  return declarations.length > 0 ? `${opener} const ${declarations.join(', ')};` : opener
}

function declaration({ local, imported }: ImportBinding, from: string): string {
  return imported === '*' ? `${local} = ${from}` : `{ ${JSON.stringify(imported)}: ${local} } = ${from}`
}

function moduleObject(file: PreparedFile, job: JobContext): string {
  return `${job.names.file}${job.indexOf.get(file.name)}`
}

/** The expression for the module that a binding comes from; empty where nothing is imported at run time. */
function sourceOf(file: PreparedFile, binding: ImportBinding, job: JobContext): string {
  const statement = file.shape.imports.find(({ bindings }) => bindings.includes(binding))
  const other = statement && job.linker.target(file, statement.specifier)
  if (!other) return ''
  return other === 'api' ? job.names.api : moduleObject(other, job)
}

/** Imported names that the file uses as values and that never change. */
function bindingsOf(file: PreparedFile, job: JobContext): { binding: ImportBinding; from: string }[] {
  const live = liveBindings(file, job)
  return [...file.uses]
    .filter(([binding, uses]) => uses.length > 0 && !binding.isTypeOnly && !live.has(binding))
    .filter(([binding]) => linkedKind(file, binding, job)?.kind === 'value')
    .map(([binding]) => ({ binding, from: sourceOf(file, binding, job) }))
}

/** Imported names whose exporter may assign to them again: read afresh at every use, as modules have it. */
function liveBindings(file: PreparedFile, job: JobContext): ReadonlyMap<ImportBinding, readonly ts.Identifier[]> {
  const live = [...file.uses].filter(([binding, uses]) => {
    const linked = uses.length > 0 && !binding.isTypeOnly ? linkedKind(file, binding, job) : null
    return linked?.kind === 'value' && linked.isMutable
  })
  return new Map(live)
}

function linkedKind(file: PreparedFile, binding: ImportBinding, job: JobContext) {
  const statement = file.shape.imports.find(({ bindings }) => bindings.includes(binding))
  const other = statement && job.linker.target(file, statement.specifier)
  return other ? job.linker.lookUp(other, binding.imported) : null
}

/** Closes a file: its exports as getters, so that a variable exported and assigned to later shows its new value. */
function footer(file: PreparedFile, job: JobContext): string {
  const members = ['__proto__: null']
  for (const star of file.shape.stars) {
    if (!star.isTypeOnly && job.linker.target(file, job.linker.specifierOf(star)) === 'api')
      members.push(`...${job.names.api}`)
  }
  for (const name of job.linker.exportedValues(file)) {
    members.push(`get ${JSON.stringify(name)}() { return ${exportExpression(file, name, job)} }`)
  }
  return `return Object.freeze({ ${members.join(', ')} }) })();`
}

function exportExpression(file: PreparedFile, name: string, job: JobContext): string {
  const target = file.shape.exports.get(name) ?? starTarget(file, name, job)
  if (!target || target.kind === 'type' || target.kind === 'unknown') return 'undefined'
  if (target.kind === 'local') return target.local
  if (target.kind === 'default') return job.names.byDefault
  const other = job.linker.target(file, target.specifier)
  if (!other) return 'undefined'
  const object = other === 'api' ? job.names.api : moduleObject(other, job)
  return target.name === '*' ? object : `${object}[${JSON.stringify(target.name)}]`
}

function starTarget(file: PreparedFile, name: string, job: JobContext): ExportTarget | undefined {
  for (const star of file.shape.stars) {
    const specifier = job.linker.specifierOf(star)
    const other = job.linker.target(file, specifier)
    if (other && other !== 'api' && job.linker.lookUp(other, name)) return { kind: 'from', specifier, name, node: star }
  }
  return undefined
}
