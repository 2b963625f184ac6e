// What the learner does with the page, in one place: edit, run, stop, jump to a problem. Components show it and call it.
import type { CompiledJob, Diagnostic } from '../runtime/host/protocol.ts'
import { render } from '../runtime/messages/index.ts'
import type { EditorService } from './editor/editor-service.ts'
import type { Compilation } from './editor/job-worker.ts'
import { loadEditor } from './editor/load-editor.ts'
import { sortProblems, type Problem } from './editor/problems.ts'
import { language, type LanguageName } from './i18n/language.svelte.ts'
import type { EngineHost } from './kernel/engine-host.ts'
import { parseSettings, type PageSettings } from './kernel/run-settings.ts'
import { Run } from './kernel/run.svelte.ts'
import type { Notebook } from './notebook/notebook.svelte.ts'
import { readSetting, writeSetting } from './parts/settings-storage.ts'
import { theme } from './parts/theme.svelte.ts'

export class Session {
  readonly notebook: Notebook
  readonly run: Run
  readonly #host: EngineHost
  #isWarmingUp = false
  #settings = $state.raw<PageSettings>(parseSettings(readSetting('run')))
  #editor = $state.raw<EditorService | null>(null)
  #editorState = $state<'asleep' | 'loading' | 'ready' | 'failed'>('asleep')
  #typeProblems = $state.raw<readonly Problem[]>([])
  /** What compiling said, until the next edit or run. */
  #compileDiagnostics = $state.raw<readonly Diagnostic[]>([])
  /** The text is still the one that the last run ran: its findings stand where they say. */
  #isRunCurrent = $state(false)
  /** The last attempt to run found errors that are still there. */
  #wasRefused = $state(false)
  /** Asks the cell to show a problem; a new object each time, so that asking twice works. */
  #request = $state.raw<{ readonly problem: Problem } | null>(null)

  constructor(notebook: Notebook, host: EngineHost) {
    this.notebook = notebook
    this.#host = host
    this.run = new Run(host)
  }

  get settings(): PageSettings {
    return this.#settings
  }

  set settings(settings: PageSettings) {
    this.#settings = settings
    writeSetting('run', JSON.stringify(settings))
  }

  get editor(): EditorService | null {
    return this.#editor
  }

  get editorState() {
    return this.#editorState
  }

  get request() {
    return this.#request
  }

  get wasRefused(): boolean {
    return this.#wasRefused && this.errorCount > 0
  }

  /** Findings of TypeScript, of compiling and of the last run, the most important first. */
  get problems(): readonly Problem[] {
    const names = this.notebook.files.map((file) => file.name)
    const own = this.ownProblems
    const isCovered = (problem: Problem): boolean => own.some((other) => samePlace(problem, other))
    return sortProblems([...own, ...this.#typeProblems.filter((problem) => !isCovered(problem))], names)
  }

  /** Those of ours: with advice, and marked beside TypeScript's. */
  get ownProblems(): readonly Problem[] {
    const ofRun = this.#isRunCurrent ? this.runProblems : []
    return [...this.#compileDiagnostics.map((diagnostic) => problemOf(diagnostic, language.name, true)), ...ofRun]
  }

  /** What the last run said, whether or not its text is still there. */
  get runProblems(): readonly Problem[] {
    const hasFailed = this.run.state === 'failed'
    return this.run.diagnostics.map((diagnostic) => problemOf(diagnostic, language.name, hasFailed))
  }

  get errorCount(): number {
    return this.problems.filter((problem) => problem.isError).length
  }

  /** Loads the editor; called when somebody wants to write, and before a run. */
  async wakeEditor(): Promise<EditorService | null> {
    if (this.#editor) return this.#editor
    this.#editorState = 'loading'
    try {
      const editor = await loadEditor({
        language: language.name,
        isDark: theme.isDark,
        onEdit: (name, text) => this.edit(name, text),
        onTypeProblems: (problems) => (this.#typeProblems = problems),
      })
      editor.receive(this.notebook.job)
      this.#editor = editor
      this.#editorState = 'ready'
      return editor
    } catch {
      this.#editorState = 'failed'
      return null
    }
  }

  /** Fetches what editing and running will need, when the browser is idle; called once the learner touched the page. */
  warmUpSoon(): void {
    if (this.#editorState !== 'asleep' || this.#isWarmingUp) return
    this.#isWarmingUp = true
    const warmUp = (): void => {
      this.#host.prepare().catch(() => {})
      void this.wakeEditor()
    }
    if ('requestIdleCallback' in window) requestIdleCallback(warmUp, { timeout: 2000 })
    else setTimeout(warmUp, 500)
  }

  /** A change of the notebook that didn't come from the editor: what the last run said no longer fits. */
  changeFiles(change: () => void): void {
    this.#compileDiagnostics = []
    this.#isRunCurrent = false
    change()
  }

  edit(name: string, text: string): void {
    this.#compileDiagnostics = []
    this.#isRunCurrent = false
    this.notebook.write(name, text)
  }

  /** Checks, compiles and runs the job. `onRunning` is called if it comes to a run. */
  async start(onRunning: () => void = () => {}): Promise<void> {
    if (this.run.isBusy) return
    this.#compileDiagnostics = []
    this.#wasRefused = false
    this.#isRunCurrent = true
    const compile = async (): Promise<CompiledJob | null> => {
      const job = await this.#compile()
      if (job) onRunning()
      return job
    }
    await this.run.start(compile, this.#settings)
    const [first] = this.ownProblems
    if (first?.span && this.run.state === 'failed') this.notebook.show(first.span.file)
  }

  stop(): boolean {
    return this.run.stop()
  }

  goTo(problem: Problem): void {
    if (problem.span && this.notebook.files.some((file) => file.name === problem.span?.file)) {
      this.notebook.show(problem.span.file)
      this.#request = { problem }
    }
  }

  async #compile(): Promise<CompiledJob | null> {
    const editor = await this.wakeEditor()
    if (!editor) return null
    const compilation = await editor.compile(this.notebook.job)
    if (compilation.job) return compilation.job
    this.#refuse(compilation)
    return null
  }

  #refuse(compilation: Compilation): void {
    // TypeScript's own words for a syntax error are in the list already.
    const hasTypeErrors = compilation.types.some((problem) => problem.isError)
    this.#compileDiagnostics = compilation.diagnostics.filter(
      (diagnostic) => !(hasTypeErrors && diagnostic.code === 'SYNTAX_ERROR'),
    )
    this.#typeProblems = compilation.types.map((problem): Problem => {
      const { isError, span, message } = problem
      return { isError, span, what: message, todo: null, code: String(problem.code), source: 'typescript' }
    })
    this.#wasRefused = true
    const [first] = this.problems
    if (first) this.goTo(first)
  }
}

function problemOf(diagnostic: Diagnostic, lang: LanguageName, isError: boolean): Problem {
  const { what, todo } = render(diagnostic, lang)
  return { isError, span: diagnostic.span, what, todo, code: diagnostic.code, source: 'streambed' }
}

function samePlace(a: Problem, b: Problem): boolean {
  return (
    a.span !== null &&
    b.span !== null &&
    a.span.file === b.span.file &&
    a.span.line === b.span.line &&
    a.span.column === b.span.column
  )
}
