// Reads learner files with TypeScript and finds every error that would stop a JavaScript engine from loading them, so
// that the module we make can be imported and the learner gets a place, not just a sentence. There is no library and no
// resolution here: the questions asked of the checker are only the early errors of the language and who is bound where.
import type { blankSourceFile } from 'ts-blank-space'
import type * as typescript from 'typescript'
import type ts from 'typescript'
import type { Diagnostic, Span } from '../base/diagnostic.ts'

/** A learner's file: its name is a path relative to the job's folder, with slashes. */
export interface SourceText {
  readonly name: string
  readonly text: string
}

/** The compiler runs in Monaco's worker and in Node; each hands in its own copy of these two. */
export interface CompilerTools {
  readonly ts: typeof typescript
  readonly blankSourceFile: typeof blankSourceFile
}

export interface ParsedFiles {
  readonly sources: ReadonlyMap<string, ts.SourceFile>
  readonly program: ts.Program
  readonly checker: ts.TypeChecker
}

/** Parses every file as a module and binds its names. */
export function parseFiles(files: readonly SourceText[], tools: CompilerTools): ParsedFiles {
  const { ts } = tools
  const texts = new Map(files.map((file) => [`/${file.name}`, file.text]))
  const options: ts.CompilerOptions = {
    noLib: true,
    noResolve: true,
    noEmit: true,
    alwaysStrict: true,
    erasableSyntaxOnly: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
  }
  const program = ts.createProgram({ rootNames: [...texts.keys()], options, host: hostOf(texts, ts) })
  const sources = new Map<string, ts.SourceFile>()
  for (const file of files) {
    const source = program.getSourceFile(`/${file.name}`)
    if (source) sources.set(file.name, source)
  }
  return { sources, program, checker: program.getTypeChecker() }
}

function hostOf(texts: ReadonlyMap<string, string>, tsc: CompilerTools['ts']): ts.CompilerHost {
  return {
    getSourceFile(name, options) {
      const text = texts.get(name)
      return text === undefined ? undefined : tsc.createSourceFile(name, text, options, true, tsc.ScriptKind.TS)
    },
    getDefaultLibFileName: () => '/lib.d.ts',
    writeFile: () => {},
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => texts.has(name),
    readFile: (name) => texts.get(name),
  }
}

/** Errors of syntax, and of the language's early rules (`let a; let a`, `return` outside a function, …). */
export function syntaxErrors(name: string, parsed: ParsedFiles, tools: CompilerTools): Diagnostic[] {
  const source = parsed.sources.get(name)
  if (!source) return []
  const syntactic = parsed.program.getSyntacticDiagnostics(source)
  const found = syntactic.length > 0 ? syntactic : parsed.program.getSemanticDiagnostics(source).filter(isEarlyError)
  const joined = found.find(({ start = 0 }) => beginsWithStar(source, start))
  if (joined !== undefined) return [starJoined(source, joined.start ?? 0)]
  return found.map((diagnostic) => ({
    code: 'SYNTAX_ERROR',
    params: { message: tools.ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n') },
    span: spanOf(source, diagnostic.start ?? 0, (diagnostic.start ?? 0) + (diagnostic.length ?? 0)),
  }))
}

/** Whether the line is that of a generator method, which without a semicolon before it is a multiplication. */
function beginsWithStar(source: ts.SourceFile, at: number): boolean {
  const start = source.getPositionOfLineAndCharacter(source.getLineAndCharacterOfPosition(at).line, 0)
  return /^\s*\*\s*[\w$#]+\s*\(/.test(source.text.slice(start, at + 1))
}

function starJoined(source: ts.SourceFile, at: number): Diagnostic {
  const { line } = source.getLineAndCharacterOfPosition(at)
  const star = source.text.indexOf('*', source.getPositionOfLineAndCharacter(line, 0))
  return { code: 'SYNTAX_STAR', params: {}, span: spanOf(source, star, star + 1) }
}

/** Grammar errors have TypeScript's codes 1000 to 1999; these are the ones among them that are about types. */
const aboutTypes = new Set([
  1064, 1117, 1192, 1202, 1203, 1205, 1238, 1239, 1240, 1241, 1249, 1259, 1268, 1294, 1320, 1321, 1322, 1329, 1337,
  1345, 1360, 1361, 1362, 1371, 1448, 1484, 1485,
])

/** Early errors outside that range: names declared twice, what can't be assigned to, `super`, private names, `await`. */
const alsoEarly = new Set([
  2300, 2323, 2335, 2337, 2338, 2357, 2364, 2392, 2393, 2406, 2440, 2451, 2480, 2481, 2487, 2492, 2523, 2524, 2528,
  2660, 2777, 2778, 2779, 2780, 2781, 5076, 17006, 17007, 17012, 17013, 18006, 18011, 18012, 18016, 18019, 18037, 18038,
  18041,
])

const UNKNOWN_PROPERTY = 2339

function isEarlyError(diagnostic: ts.Diagnostic): boolean {
  const { code, file, start } = diagnostic
  if (code >= 1000 && code < 2000) return !aboutTypes.has(code)
  if (code === UNKNOWN_PROPERTY) return file?.text[start ?? 0] === '#'
  return alsoEarly.has(code)
}

/** The learner's name of a parsed file. */
export function nameOf(source: ts.SourceFile): string {
  return source.fileName.replace(/^\//, '')
}

/** Offsets to lines and columns from 1. */
export function spanOf(source: ts.SourceFile, start: number, end: number): Span {
  const from = source.getLineAndCharacterOfPosition(start)
  const to = source.getLineAndCharacterOfPosition(end)
  return {
    file: nameOf(source),
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  }
}

export function spanOfNode(node: ts.Node): Span {
  const source = node.getSourceFile()
  return spanOf(source, node.getStart(source), node.end)
}
