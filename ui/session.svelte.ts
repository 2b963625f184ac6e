// What the learner does with the page, in one place: edit, run, stop, jump to a problem. Components show it and call it.
import type {
  CheckFailure,
  CompiledJob,
  Destination,
  Diagnostic,
  RunSavepoint,
  PrintProbe,
  RunSettings,
  Span,
} from '../runtime/host/protocol.ts'
import { loadMessages } from './i18n/engine-messages.svelte.ts'
import type { EditorService } from './editor/editor-service.ts'
import type { Compilation } from './editor/job-worker.ts'
import { loadEditor } from './editor/load-editor.ts'
import { problemOf, samePlace } from './editor/own-problem.ts'
import { sortProblems, type Problem } from './editor/problems.ts'
import { language, type LanguageName } from './i18n/language.svelte.ts'
import type { EngineHost } from './kernel/engine-host.ts'
import type { LineMark } from './editor/code-editor.ts'
import { LESSON_CLUSTER, LESSON_SETTINGS, parseSettings, type PageSettings } from './kernel/run-settings.ts'
import { CheckState } from './lesson/check-state.svelte.ts'
import type { LessonAnswers } from './lesson/lesson-answers.svelte.ts'
import type { LessonBundle, RunBlock, StageView } from './lesson/lesson-model.ts'
import { RunScores } from './lesson/run-scores.ts'
import { Run } from './kernel/run.svelte.ts'
import type { Timeline } from './kernel/timelines.ts'
import { jobFrom, type JobFiles } from './notebook/job-files.ts'
import type { Notebook } from './notebook/notebook.svelte.ts'
import type { OpenedKey, SharedMoment } from './share/moment-link.ts'
import { sharedStart } from './share/kept-savepoints.ts'
import type { SharedInput, SharedRun, SharedStart } from './share/shared-run.ts'
import { readSetting, writeSetting } from './parts/settings-storage.ts'
import { theme } from './parts/theme.svelte.ts'
import { Inspection } from './stage/inspect/inspection.svelte.ts'

/** A lesson under way: its data, the learner's answers, and the run chosen last. */
export interface LessonPlace {
  readonly bundle: LessonBundle
  readonly answers: LessonAnswers
}

/** The name of a run that repeats one of a check. */
export const REPLAY = 'replay'

export class Session {
  /** Null in the playground. */
  readonly place: LessonPlace | null
  readonly notebook: Notebook
  readonly run: Run
  readonly check: CheckState
  /** What runs start from; null for nothing. */
  savepoint = $state.raw<RunSavepoint | null>(null)
  readonly inspection: Inspection
  readonly #host: EngineHost
  #isWarmingUp = false
  #settings = $state.raw<PageSettings>(parseSettings(null))
  /** What the run of a failed check reads that is being looked at, in the place of the chosen one. */
  #replay = $state.raw<readonly SharedInput[] | null>(null)
  /** The savepoint of a shared run is made anew: nothing else runs meanwhile. */
  #isRemaking = $state(false)
  /** The run that Run means, in a lesson. */
  #chosen = $state.raw<RunBlock | null>(null)
  #marks = $state.raw<readonly LineMark[]>([])
  #caret = $state.raw<{ readonly file: string; readonly line: number } | null>(null)
  #hiddenPlace = $state.raw<Span | null>(null)
  /** The view of the stage that is open. In the playground one looks for rows first. */
  view = $state<StageView>('results')
  /** The key that is open in the view of state. */
  openedKey = $state.raw<OpenedKey | null>(null)
  /** The timelines of the run are open. */
  showsTimelines = $state(false)
  #wantedNode = $state.raw<{ readonly node: string | null }>({ node: null })
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

  constructor(notebook: Notebook, host: EngineHost, place: LessonPlace | null = null) {
    this.notebook = notebook
    this.place = place
    if (place !== null) this.view = 'dataflow'
    this.#host = host
    this.run = new Run(host)
    this.check = new CheckState(host)
    this.inspection = new Inspection(this.run, (probe) => this.#compilePrinting(probe))
    this.#settings =
      place === null ? parseSettings(readSetting('run')) : parseSettings(readSetting('lesson-run'), LESSON_SETTINGS)
    const blocks = place?.bundle.texts.en.blocks ?? []
    this.#chosen = blocks.find((block) => block.kind === 'run') ?? null
  }

  /** The run that Run means; null in the playground. */
  get chosen(): RunBlock | null {
    return this.#chosen
  }

  /** The same run in the words of this language. */
  chosenText(name: LanguageName): RunBlock | null {
    const block = this.place?.bundle.texts[name].blocks.find((one) => one.kind === 'run' && one.id === this.#chosen?.id)
    return block?.kind === 'run' ? block : null
  }

  get marks(): readonly LineMark[] {
    return this.#marks
  }

  /** What the stage has to say about lines of code. */
  setMarks(marks: readonly LineMark[]): void {
    this.#marks = marks
  }

  /** Where the learner's caret is, as far as it's in code. */
  get caret(): { readonly file: string; readonly line: number } | null {
    return this.#caret
  }

  noteCaret(caret: { readonly file: string; readonly line: number }): void {
    this.#caret = caret
  }

  /** The operator that the stage is asked to show; a new object each time. */
  get wantedNode() {
    return this.#wantedNode
  }

  showStage(view: StageView | null, node: string | null = null): void {
    if (view !== null) this.view = view
    if (node !== null) this.#wantedNode = { node }
  }

  /** A place in a file that the lesson doesn't show, which somebody wanted to see. */
  get hiddenPlace(): Span | null {
    return this.#hiddenPlace
  }

  forgetHiddenPlace(): void {
    this.#hiddenPlace = null
  }

  /** Shows the cell and line of a place; if no cell has it, says where it is. */
  goToSpan(span: Span): void {
    const blocks = this.place?.bundle.texts.en.blocks
    const isShown = blocks === undefined || blocks.some((block) => block.kind === 'cell' && block.file === span.file)
    this.#hiddenPlace = isShown ? null : span
    if (!isShown) return
    this.goTo({ isError: false, span, what: '', todo: null, code: '', source: 'streambed' })
  }

  get settings(): PageSettings {
    return this.#settings
  }

  set settings(settings: PageSettings) {
    this.#settings = settings
    writeSetting(this.place === null ? 'run' : 'lesson-run', JSON.stringify(settings))
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

  /** Whether the text is still the one that the last run ran. */
  get isRunCurrent(): boolean {
    return this.#isRunCurrent
  }

  /** What should be known of the last run, though nothing is wrong with it. */
  get remarks(): readonly Problem[] {
    return this.run.remarks.map((diagnostic) => problemOf(diagnostic, language.name, false))
  }

  /** Of a run that, taken back, didn't go on as it had: while it still runs. */
  get impurity(): readonly Problem[] {
    return [problemOf({ code: 'RUN_REMEMBERS_SOMEWHERE', params: {}, span: null }, language.name, false)]
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
      void loadMessages()
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
    this.#editor?.compileSoon(this.notebook.job, this.#jobToRun())
  }

  /**
   * Checks, compiles and runs the job; of a lesson the run given, or the one chosen before. `onRunning` is called if it
   * comes to a run.
   */
  async start(
    onRunning: () => void = () => {},
    block: RunBlock | null = null,
    moment: (Pick<RunSettings, 'startsAt' | 'interventions'> & { readonly onShown?: () => void }) | null = null,
  ): Promise<void> {
    if (this.run.isBusy || this.check.isBusy || this.#isRemaking) return
    if (block !== null) {
      this.#replay = null
      this.#chosen = block
    }
    // A lesson's run is what its text says, from whichever button it's started.
    if (this.#replay === null && this.#chosen !== null) {
      const { parallelism, untilMs } = this.#chosen
      this.settings = { ...this.#settings, parallelism, untilMs }
    }
    this.#compileDiagnostics = []
    this.#wasRefused = false
    this.#isRunCurrent = true
    this.inspection.forget()
    const compile = async (): Promise<CompiledJob | null> => {
      const job = await this.#compile()
      if (job) {
        onRunning()
        if (block?.view) this.showStage(block.view)
      }
      return job
    }
    // Who comes to look at a place of a run hasn't run it.
    const scores = moment === null ? new RunScores(this.place, this.#chosen?.id ?? null) : null
    const settings = this.#runSettings()
    await this.run.start(
      compile,
      { ...settings, ...(moment === null ? {} : { startsAt: moment.startsAt, interventions: moment.interventions }) },
      {
        name: this.#replay === null ? (this.#chosen?.id ?? null) : REPLAY,
        origin: this.shared,
        onFrame: ({ rows }) => scores?.take(rows),
        ...(moment?.onShown === undefined ? {} : { onShown: moment.onShown }),
      },
    )
    if (this.#replay === null && moment === null && (this.run.state === 'finished' || this.run.state === 'until')) {
      scores?.end()
      if (this.#chosen !== null) this.place?.answers.ran(this.#chosen.id)
    }
    const [first] = this.ownProblems
    if (first?.span && this.run.state === 'failed') this.notebook.show(first.span.file)
  }

  /** The job that was run, compiled with an expression in one of its lines. Null without an editor. */
  async #compilePrinting(probe: PrintProbe): Promise<Compilation | null> {
    const editor = this.#editor ?? (await this.wakeEditor())
    return (await editor?.compilePrinting(this.notebook.job, this.#jobToRun(), probe)) ?? null
  }

  /** Checks the job of an exercise; notes that it is passed. */
  async checkExercise(): Promise<void> {
    const exercise = this.place?.bundle.exercise ?? null
    if (exercise === null || this.run.isBusy) return
    this.#compileDiagnostics = []
    this.#wasRefused = false
    await this.check.start(exercise.jobs, () => this.#compile(exercise.job))
    const { report } = this.check
    this.#compileDiagnostics = report?.verdict === 'error' ? report.diagnostics : this.#compileDiagnostics
    if (report?.verdict === 'passed') this.place?.answers.pass(exercise.name)
  }

  /** Runs the failed run of a check on the stage, from before its first record. */
  async watchFailure(failure: CheckFailure, onRunning: () => void): Promise<void> {
    const { run } = failure
    this.#replay = run.inputs.map(({ source, records }) => ({ source, records }))
    this.settings = { ...this.#settings, parallelism: run.parallelism, seed: run.seed, untilMs: run.untilMs }
    await this.start(onRunning)
  }

  /** The file in front; in a lesson, where all are shown, that of the caret. */
  get shownFile(): string | null {
    return this.place === null ? this.notebook.active.name : (this.#caret?.file ?? null)
  }

  /** The run that a start now would make, for somebody else; null where it starts from what only this page has. */
  get shared(): SharedRun | null {
    const { notebook, savepoint, run } = this
    const { parallelism, seed, untilMs, speed } = this.#settings
    const start = savepoint === null ? null : sharedStart(savepoint, run.savepoints)
    if (savepoint !== null && start === null) return null
    return {
      files: notebook.changedFiles,
      entry: notebook.entry,
      run: this.#replay === null ? (this.#chosen?.id ?? null) : REPLAY,
      inputs: this.#replay,
      settings: { parallelism, seed, untilMs, speed },
      interventions: [],
      start,
    }
  }

  /**
   * Takes over the files that somebody shared, and shows the moment of their run. False where the savepoint that it starts
   * from doesn't come about here; then nothing is changed.
   */
  async openMoment(moment: SharedMoment, onRunning: () => void): Promise<boolean> {
    const { files, entry, settings, interventions, at, view, start, shownFile } = moment
    await this.stopped()
    const savepoint = start === null ? null : await this.#remake(start)
    if (start !== null && savepoint === null) return false
    this.changeFiles(() => this.notebook.takeOver(files, entry, shownFile))
    this.settings = { ...settings, speed: this.#settings.speed }
    this.savepoint = savepoint
    this.#replay = moment.inputs
    this.#chosen = this.#blockOf(moment.run) ?? this.#chosen
    this.view = view
    const onShown = (): void => {
      this.openedKey = moment.openedKey
      if (moment.printed !== null) this.inspection.openPrinting(moment.printed, this.#caret)
      else if (moment.asked !== null) this.inspection.open(moment.asked)
    }
    void this.start(onRunning, null, { startsAt: { kind: 'place', ...at }, interventions, onShown })
    return true
  }

  #blockOf(run: string | null): RunBlock | null {
    const blocks = this.place?.bundle.texts.en.blocks ?? []
    return blocks.find((one): one is RunBlock => one.kind === 'run' && one.id === run) ?? null
  }

  /** The savepoint that a shared run starts from: the run that gave it is executed again. */
  async #remake(start: SharedStart): Promise<RunSavepoint | null> {
    this.#isRemaking = true
    try {
      const { remakeSavepoint } = await import('./share/remake-savepoint.ts')
      const editor = this.#editor ?? (await this.wakeEditor())
      if (editor === null) return null
      const savepoint = await remakeSavepoint(start, {
        compile: ({ files, entry, run }) => {
          const all = this.notebook.originalWith(files, entry)
          return editor.compile(all, jobFrom(all.files, this.#entryOf(run, entry)))
        },
        settings: (shared) => this.#settingsOf(shared.settings, this.#blockOf(shared.run), shared.inputs),
        execute: (job, runSettings) => this.#host.run(job, runSettings, () => Promise.resolve()),
        keep: (kept) => this.run.keepSavepoint(kept),
      })
      editor.receive(this.notebook.job)
      return savepoint
    } finally {
      this.#isRemaking = false
    }
  }

  /** Goes over to another timeline of the run. */
  async follow(other: Timeline, place?: Destination): Promise<void> {
    await this.stopped()
    this.run.follow(other, place)
  }

  /** Stops what runs, and waits until it has. */
  async stopped(): Promise<void> {
    this.run.stop()
    while (this.run.isBusy) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  stop(): boolean {
    return this.run.stop() || this.check.stop()
  }

  goTo(problem: Problem): void {
    if (problem.span && this.notebook.files.some((file) => file.name === problem.span?.file)) {
      this.notebook.show(problem.span.file)
      this.#request = { problem }
    }
  }

  #runSettings(): RunSettings {
    const { savepoint } = this
    const settings = this.#settingsOf(this.#settings, this.#chosen, this.#replay)
    const startsPaused = this.#replay !== null
    return { ...settings, isWatched: true, startsPaused, ...(savepoint === null ? {} : { savepoint }) }
  }

  /** A lesson's run reads the lesson's inputs, or those of a check. */
  #settingsOf(settings: PageSettings, block: RunBlock | null, replayed: readonly SharedInput[] | null): RunSettings {
    if (this.place === null) return settings
    const own = this.place.bundle.inputs.filter(({ name }) => block?.inputs.includes(name))
    const inputs = Object.fromEntries((replayed ?? own).map(({ source, records }) => [source, records]))
    return { ...settings, cluster: LESSON_CLUSTER, inputs }
  }

  async #compile(exerciseJob: string | null = null): Promise<CompiledJob | null> {
    void loadMessages()
    const editor = this.#editor ?? (await this.wakeEditor())
    if (!editor) return null
    const compilation = await editor.compile(this.notebook.job, this.#jobToRun(exerciseJob))
    if (compilation.job) return compilation.job
    this.#refuse(compilation)
    return null
  }

  /** The files that Run means. */
  #jobToRun(exerciseJob: string | null = null): JobFiles {
    const { job } = this.notebook
    const isReplay = this.#replay !== null
    const entry = exerciseJob ?? this.#entryOf(isReplay ? REPLAY : (this.#chosen?.id ?? null), null)
    return entry === null ? job : jobFrom(job.files, entry)
  }

  /** The file that this run starts in. */
  #entryOf<E extends string | null>(run: string | null, otherwise: E): string | E {
    const replayed = run === REPLAY ? this.place?.bundle.exercise?.job : undefined
    return replayed ?? this.#blockOf(run)?.job ?? otherwise
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
