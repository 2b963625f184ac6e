// Turns a learner's files into one ES module whose default export is a factory: imported once, called once per subtask
// and attempt, so that module variables are as separate as in two JVMs. Types are erased in place; every position in
// the module leads back to the learner's own line and column.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { ApiName, CompiledJob } from './compiled-job.ts'
import { emitModule } from './emit.ts'
import { findUnrepeatable } from './hidden-memory.ts'
import { Linker } from './link.ts'
import { parseFiles, spanOfNode, type CompilerTools, type SourceText } from './parse.ts'
import { prepareFile, type PreparedFile } from './prepare.ts'
import { checkRules } from './rules.ts'

export type { ApiName, CompiledFile, CompiledJob, JobFactory, SandboxGlobals } from './compiled-job.ts'
export type { CompilerTools, SourceText }

export interface CompileResult {
  /** Null if and only if there are diagnostics. */
  readonly job: CompiledJob | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Compiles `entry` and the files it imports. The same texts give the same module, to the byte. */
export function compileJob(files: readonly SourceText[], entry: string, tools: CompilerTools): CompileResult {
  const parsed = parseFiles(files, tools)
  const prepared = new Map<string, PreparedFile | null>()
  const prepare = (name: string): PreparedFile | null => {
    if (!prepared.has(name)) prepared.set(name, prepareFile(name, parsed, tools))
    return prepared.get(name) ?? null
  }
  const names = files.map((file) => file.name)
  if (!prepare(entry)) return failed([{ code: 'IMPORT_NOT_FOUND', params: { specifier: entry }, span: null }])
  const linker = new Linker(names, prepare, tools)
  const { order, diagnostics: linking } = linker.link(entry)
  const rules = order
    .filter((file) => file.isParsed)
    .flatMap((file) => checkRules(file.source, file.name === entry, tools))
  const diagnostics = [...linking, ...rules]
  if (diagnostics.length > 0) return failed(diagnostics)
  const { code, files: compiled } = emitModule(order, linker, tools)
  const unrepeatable = findUnrepeatable(order, parsed.checker, tools)
  const job = { version: 1, entry, code, files: compiled, apiNames: apiNames(order, linker), ...unrepeatable } as const
  return { job, diagnostics: [] }
}

function failed(diagnostics: readonly Diagnostic[]): CompileResult {
  return { job: null, diagnostics }
}

function apiNames(order: readonly PreparedFile[], linker: Linker): ApiName[] {
  const found: ApiName[] = []
  for (const file of order) {
    for (const { specifier, bindings } of file.shape.imports) {
      if (linker.target(file, specifier) !== 'api') continue
      for (const binding of bindings) {
        const isUsed = !binding.isTypeOnly && (file.uses.get(binding)?.length ?? 0) > 0
        if (isUsed && binding.imported !== '*') found.push({ name: binding.imported, span: spanOfNode(binding.node) })
      }
    }
  }
  return found
}
