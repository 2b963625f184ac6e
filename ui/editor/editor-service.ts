// Monaco as the notebook sees it: one editor that shows one of several files, keeps the notebook's text and Monaco's
// models equal, compiles the job and marks problems. The notebook owns the text; this is a view with opinions.
import { getTypeScriptWorker } from 'monaco-editor/languages/features/typescript/register'
import type { PrintProbe, Span } from '../../runtime/host/protocol.ts'
import type { JobFiles } from '../notebook/job-files.ts'
import { themeName } from './colours.ts'
import { addressOf, nameOfAddress, type Compilation, type JobWorkerApi, type TypeProblem } from './job-worker.ts'
import { editor, setMessageLanguage, setUpMonaco, Uri } from './monaco.ts'
import { type Problem } from './problems.ts'
import { createCodeEditor, type CodeEditor, type CodeEditorKeys } from './code-editor.ts'

export interface EditorServiceOptions {
  readonly language: string
  readonly isDark: boolean
  /** The learner typed. */
  readonly onEdit: (name: string, text: string) => void
  /** TypeScript's findings changed. */
  readonly onTypeProblems: (problems: readonly Problem[]) => void
}

/** Owners of markers: TypeScript's own adapter, and what compiling or running said. */
const TYPESCRIPT = 'typescript'
const STREAMBED = 'streambed'
/** Whoever types on pauses for less. */
const PAUSE_MS = 120
/** Well below the minute after which Monaco stops to tell its worker of files that nobody asked about. */
const CONNECTED_MS = 30_000

interface Connection {
  readonly worker: JobWorkerApi
  readonly addresses: ReadonlySet<string>
  readonly sinceMs: number
}

export class EditorService {
  readonly #options: EditorServiceOptions
  /** Text that is on its way from the notebook into a model isn't an edit. */
  #isReceiving = false
  #ahead: { readonly all: JobFiles; readonly entry: string; readonly compilation: Promise<Compilation> } | null = null
  #language: string
  /** As Monaco last gave it, with these files told to it. */
  #worker: Connection | null = null
  #aheadTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: EditorServiceOptions) {
    this.#options = options
    this.#language = options.language
    setUpMonaco(options.language)
    editor.setTheme(themeName(options.isDark))
    editor.onDidChangeMarkers(() => options.onTypeProblems(typeProblemsFromMarkers()))
  }

  /** Makes Monaco's files those of the notebook. An edit that came from Monaco itself changes nothing. */
  receive(job: JobFiles): void {
    this.#isReceiving = true
    try {
      const names = new Set(job.files.map((file) => file.name))
      for (const model of jobModels()) if (!names.has(nameOf(model))) model.dispose()
      for (const file of job.files) this.#receiveFile(file.name, file.text)
    } finally {
      this.#isReceiving = false
    }
  }

  /** Puts an editor into an element. */
  createEditor(element: HTMLElement, keys: CodeEditorKeys): CodeEditor {
    return createCodeEditor(element, keys)
  }

  /** Compiles ahead once the text is left alone for a moment: whoever then runs it needn't wait. The last call counts. */
  compileSoon(all: JobFiles, job: JobFiles): void {
    clearTimeout(this.#aheadTimer)
    this.#aheadTimer = setTimeout(() => {
      const compilation = this.#compilation(job)
      this.#ahead = { all, entry: job.entry, compilation }
      compilation.catch(() => (this.#ahead = null))
    }, PAUSE_MS)
  }

  /** Checks and compiles what the models hold now: of all files those that make up the job. */
  async compile(all: JobFiles, job: JobFiles = all): Promise<Compilation> {
    clearTimeout(this.#aheadTimer)
    this.receive(all)
    const ahead = this.#ahead
    const isThere = ahead !== null && ahead.all === all && ahead.entry === job.entry
    const compilation = await (isThere ? ahead.compilation : this.#compilation(job))
    const names = new Set(job.files.map(({ name }) => name))
    for (const model of jobModels().filter((candidate) => names.has(nameOf(candidate)))) {
      const own = compilation.types.filter((problem) => problem.span.file === nameOf(model))
      editor.setModelMarkers(model, TYPESCRIPT, own.map(typeMarker))
    }
    return compilation
  }

  /** The same with an expression to print in one of the lines. Marks nothing. */
  async compilePrinting(all: JobFiles, job: JobFiles, probe: PrintProbe): Promise<Compilation> {
    this.receive(all)
    const addresses = job.files.map((file) => addressOf(file.name))
    return (await this.#connect(addresses)).compileJob(addresses, job.entry, versions(addresses), probe)
  }

  /** Marks what compiling or running said, in place of what was marked before. */
  mark(problems: readonly Problem[]): void {
    for (const model of jobModels()) {
      const own = problems.filter((problem) => problem.span?.file === nameOf(model))
      editor.setModelMarkers(
        model,
        STREAMBED,
        own.map((problem) => problemMarker(problem, model)),
      )
    }
  }

  setDark(isDark: boolean): void {
    editor.setTheme(themeName(isDark))
  }

  setLanguage(language: string): void {
    this.#ahead = null
    this.#worker = null
    this.#language = language
    setMessageLanguage(language)
  }

  async #compilation(job: JobFiles): Promise<Compilation> {
    const addresses = job.files.map((file) => addressOf(file.name))
    const known = this.#worker
    const connecting = this.#connect(addresses)
    const isFresh = known !== null && performance.now() - known.sinceMs < CONNECTED_MS
    if (!isFresh || addresses.some((address) => !known.addresses.has(address)))
      return (await connecting).compileJob(addresses, job.entry, versions(addresses))
    connecting.catch(() => {})
    // Asked in this very moment, the worker compiles while the page draws that something is under way. If it isn't told
    // of the text yet, or any more, it says so.
    return known.worker
      .compileJob(addresses, job.entry, versions(addresses))
      .catch(async () => (await this.#connect(addresses)).compileJob(addresses, job.entry, versions(addresses)))
  }

  async #connect(addresses: readonly string[]): Promise<JobWorkerApi> {
    const language = this.#language
    const connect = await waitForTypeScript()
    const worker = (await connect(...addresses.map((address) => Uri.parse(address)))) as unknown as JobWorkerApi
    // Another language has another worker: one that was asked for before isn't told of edits any more.
    if (language === this.#language)
      this.#worker = { worker, addresses: new Set(addresses), sinceMs: performance.now() }
    return worker
  }

  #receiveFile(name: string, text: string): void {
    const uri = Uri.parse(addressOf(name))
    const model = editor.getModel(uri)
    if (!model) {
      const created = editor.createModel(text, 'typescript', uri)
      created.onDidChangeContent(() => {
        editor.setModelMarkers(created, STREAMBED, [])
        if (!this.#isReceiving) this.#options.onEdit(name, created.getValue())
      })
    } else if (model.getValue() !== text) {
      // As an edit, so that the editor's own undo can take it back.
      model.pushStackElement()
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null)
      model.pushStackElement()
    }
  }
}

type Model = editor.ITextModel

/** Of the models' texts, as their worker counts them. */
function versions(addresses: readonly string[]): number[] {
  return addresses.map((address) => editor.getModel(Uri.parse(address))?.getVersionId() ?? 0)
}

function jobModels(): Model[] {
  return editor.getModels().filter((model) => nameOfAddress(model.uri.toString()) !== null)
}

function nameOf(model: Model): string {
  return nameOfAddress(model.uri.toString()) ?? ''
}

/** Monaco registers TypeScript when the first model of that language appears, a moment later. */
async function waitForTypeScript(): ReturnType<typeof getTypeScriptWorker> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await getTypeScriptWorker()
    } catch (error) {
      if (attempt >= 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function typeProblemsFromMarkers(): Problem[] {
  return editor.getModelMarkers({ owner: TYPESCRIPT }).flatMap((marker): Problem[] => {
    const file = nameOfAddress(marker.resource.toString())
    if (file === null || marker.severity < ERROR_OR_WARNING) return []
    const span = {
      file,
      line: marker.startLineNumber,
      column: marker.startColumn,
      endLine: marker.endLineNumber,
      endColumn: marker.endColumn,
    }
    const code = typeof marker.code === 'string' ? marker.code : (marker.code?.value ?? '')
    return [{ isError: marker.severity === ERROR, span, what: marker.message, todo: null, code, source: 'typescript' }]
  })
}

const ERROR = 8
const WARNING = 4
const ERROR_OR_WARNING = WARNING

function typeMarker(problem: TypeProblem): editor.IMarkerData {
  return {
    severity: problem.isError ? ERROR : WARNING,
    message: problem.message,
    code: String(problem.code),
    source: TYPESCRIPT,
    ...rangeOf(problem.span),
  }
}

function problemMarker(problem: Problem, model: Model): editor.IMarkerData {
  const message = problem.todo ? `${problem.what}\n${problem.todo}` : problem.what
  const range = problem.span ? rangeOf(problem.span) : rangeOf({ file: '', line: 1, column: 1 })
  const word = model.getWordAtPosition({ lineNumber: range.startLineNumber, column: range.startColumn })
  const endColumn =
    problem.span?.endColumn ??
    word?.endColumn ??
    model.getLineMaxColumn(Math.min(range.startLineNumber, model.getLineCount()))
  return { severity: problem.isError ? ERROR : WARNING, message, source: STREAMBED, ...range, endColumn }
}

function rangeOf(span: Span) {
  return {
    startLineNumber: span.line,
    startColumn: span.column,
    endLineNumber: span.endLine ?? span.line,
    endColumn: span.endColumn ?? span.column + 1,
  }
}
