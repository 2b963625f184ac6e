// What has been asked of the run that is shown, and what came of it. The panel shows it; whoever asks needn't know the panel.
import type { Explanation, RunQuestion } from '../../../runtime/host/protocol.ts'
import type { Run } from '../../kernel/run.svelte.ts'

export class Inspection {
  readonly #run: Run
  #question = $state.raw<RunQuestion | null>(null)
  #answer = $state.raw<Explanation | null>(null)
  /** The timeline that the answer is about. */
  #timeline = $state(1)
  #isOpen = $state(false)
  #isAsking = $state(false)
  /** Whoever asked gets the focus back. */
  #asker: HTMLElement | null = null

  constructor(run: Run) {
    this.#run = run
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

  async ask(question: RunQuestion): Promise<void> {
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
    this.#question = this.#answer = null
    this.#isAsking = false
  }
}
