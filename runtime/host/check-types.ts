// Types of an exercise's files, as the page's editor checks them: against the declarations of 'streambed' and nothing
// else, so that a job is refused here exactly where it would be there.

import ts from 'typescript'
import type { Diagnostic } from '../base/diagnostic.ts'
import { learnerGlobals } from './learner-globals.ts'
import type { SourceText } from '../sandbox/compile.ts'

const FOLDER = '/job/'
const API = '/node_modules/streambed/index.d.ts'
const GLOBALS = '/globals.d.ts'

/** TypeScript's errors in these files. `api` is the text of the declarations of 'streambed'. */
export function typeErrors(files: readonly SourceText[], api: string): Diagnostic[] {
  const texts = new Map(files.map(({ name, text }) => [FOLDER + name, text]))
  texts.set(API, api)
  texts.set(GLOBALS, learnerGlobals)
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ['lib.es2022.d.ts'],
    strict: true,
    noEmit: true,
    types: [],
    skipLibCheck: true,
    paths: { streambed: [API] },
    // Types are erased in place: what can't be erased is an error here, too.
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
  }
  const disk = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => texts.has(name) || (!name.startsWith(FOLDER) && disk.fileExists(name)),
    directoryExists: (name) =>
      FOLDER.startsWith(`${name}/`) || API.startsWith(`${name}/`) || disk.directoryExists?.(name) === true,
    readFile: (name) => texts.get(name) ?? disk.readFile(name),
    getSourceFile(name, version) {
      const text = texts.get(name)
      return text === undefined ? disk.getSourceFile(name, version) : ts.createSourceFile(name, text, version)
    },
    getCurrentDirectory: () => FOLDER,
  }
  const program = ts.createProgram([GLOBALS, ...files.map(({ name }) => FOLDER + name)], options, host)
  return files.flatMap(({ name }) => {
    const source = program.getSourceFile(FOLDER + name)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.filter(({ category }) => category === ts.DiagnosticCategory.Error).map((error) => asDiagnostic(error))
  })
}

function asDiagnostic({ file, start = 0, messageText, code }: ts.Diagnostic): Diagnostic {
  const at = file?.getLineAndCharacterOfPosition(start)
  const message = ts.flattenDiagnosticMessageText(messageText, ' ')
  const name = file?.fileName.slice(FOLDER.length) ?? ''
  const span = at === undefined ? null : { file: name, line: at.line + 1, column: at.character + 1 }
  return { code: 'TYPE_ERROR', params: { message, number: `TS${code}` }, span }
}
