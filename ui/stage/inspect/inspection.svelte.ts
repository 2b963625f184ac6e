// What has been asked of the run that is shown, and what came of it. The panel shows it; whoever asks needn't know the panel.
import type { CompiledJob, Diagnostic, Explanation, PrintProbe, RunQuestion } from '../../../runtime/host/protocol.ts'
import type { Run } from '../../kernel/run.svelte.ts'

/** A place in the code, a new object whenever somebody goes there. */
type Caret = { readonly file: string; readonly line: number }

/** The job of the run with an expression in one of its lines; null where there's nothing to compile it. */
type CompilePrinting = (probe: PrintProbe) => Promise<{
  readonly job: CompiledJob | null
  readonly diagnostics: readonly Diagnostic[]
} | null>

export class Inspection {
  readonly #run: Run
  readonly #compile: CompilePrinting
  #question = $state.raw<RunQuestion | null>(null)
  #answer = $state.raw<Explanation | null>(null)
  /** The timeline that the answer is about. */
  #timeline = $state(1)
  #isOpen = $state(false)
  #isAsking = $state(false)
  /** Whoever asked gets the focus back. */
  #asker: HTMLElement | null = null

  /** The expression printed last, where the caret was then, and what is wrong with it. */
  #print = $state.raw<{ readonly probe: PrintProbe; readonly caret: Caret | null } | null>(null)
  #fault = $state.raw<Diagnostic | null>(null)
  /** Printing is what was asked for last. */
  #isPrinting = $state(false)

  constructor(run: Run, compile: CompilePrinting) {
    this.#run = run
    this.#compile = compile
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get isAsking(): boolean {
    return this.#isAsking
  }

  get question(): RunQuestion | null {
    return this.#question
  }

  /** Null while it's asked, and where the run has changed meanwhile: another timeline has other steps. */
  get answer(): Explanation | null {
    return this.#timeline === this.#run.number ? this.#answer : null
  }

  get isPrinting(): boolean {
    return this.#isPrinting
  }

  /** The expression that is printed; null for none, or for one that can't be. */
  get printed(): PrintProbe | null {
    return this.#isPrinting && this.#fault === null ? (this.#print?.probe ?? null) : null
  }

  /** What was to be printed last, and where the caret was then. */
  get lastPrint() {
    return this.#print
  }

  /** What is wrong with the expression. */
  get fault(): Diagnostic | null {
    return this.#isPrinting ? this.#fault : null
  }

  /** Opens the panel with this question; without one as it was last. */
  open(question: RunQuestion | null = null): void {
    if (!this.#isOpen) this.#asker = document.activeElement instanceof HTMLElement ? document.activeElement : null
    this.#isOpen = true
    if (question !== null) void this.ask(question)
  }

  toggle(): void {
    if (this.#isOpen) this.close()
    else this.open()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#asker?.isConnected === true) this.#asker.focus()
  }

  openPrinting(probe: PrintProbe, caret: Caret | null): void {
    void this.print(probe, caret)
    this.open()
  }

  /** Prints an expression after the fact. */
  async print(probe: PrintProbe, caret: Caret | null): Promise<void> {
    this.forget()
    this.#print = { probe, caret }
    this.#isPrinting = this.#isAsking = true
    const compilation = await this.#compile(probe).catch(() => null)
    // Another question came meanwhile.
    if (this.#print.probe !== probe || !this.#isPrinting) return
    const job = compilation?.job ?? null
    if (job !== null) return this.ask({ kind: 'print', job })
    this.#fault = compilation?.diagnostics[0] ?? null
    this.#isAsking = false
  }

  async ask(question: RunQuestion): Promise<void> {
    this.#isPrinting = question.kind === 'print'
    this.#question = question
    this.#answer = null
    this.#isAsking = true
    this.#timeline = this.#run.number
    const answer = await this.#run.explain(question).catch(() => null)
    // Another question came meanwhile.
    if (this.#question !== question) return
    this.#answer = answer
    this.#isAsking = false
  }

  /** Of another run nothing has been asked. */
  forget(): void {
    this.#question = this.#answer = this.#fault = null
    this.#isAsking = this.#isPrinting = false
  }
}
