// A moment that somebody shared, from its link to the stage: nothing is taken over and nothing runs before the visitor says
// so, and a link that can't be followed says why.
import { REPLAY, type Session } from '../session.svelte.ts'
import { textMark } from '../parts/text-mark.ts'
import { addressOf, momentIn, readMoment, type SharedMoment } from './moment-link.ts'

/**
 * `fine`: the page is as it was; `risky`: it has changed since, so the run may be another; `impossible`: what the link names
 * isn't here any more.
 */
export type OfferState = 'none' | 'fine' | 'risky' | 'impossible' | 'damaged' | 'newer'

export class MomentOffer {
  readonly #session: Session
  readonly #page: { readonly id: string; readonly isUnknown: boolean }
  #state = $state<OfferState>('none')
  #moment = $state.raw<SharedMoment | null>(null)

  constructor(session: Session, page: { readonly id: string; readonly isUnknown: boolean }) {
    this.#session = session
    this.#page = page
  }

  get state(): OfferState {
    return this.#state
  }

  get moment(): SharedMoment | null {
    return this.#moment
  }

  /** Whether what is on the stage can be shared. */
  get canShare(): boolean {
    const { run, isRunCurrent } = this.#session
    return run.canSeek && run.name !== REPLAY && isRunCurrent
  }

  /** The address of where the run is now. */
  async link(): Promise<string> {
    const { notebook, run, settings, chosen } = this.#session
    const { event, record, virtualMs } = run.position
    const { parallelism, seed, untilMs, speed } = { ...settings, ...run.settings }
    const hash = await addressOf({
      page: this.#page.id,
      stamp: this.#stamp(),
      files: notebook.changedFiles,
      entry: notebook.entry,
      run: run.name ?? chosen?.id ?? null,
      settings: { parallelism, seed, untilMs, speed },
      interventions: run.interventions,
      at: { event, record },
      atMs: virtualMs,
      view: this.#session.view,
    })
    const [page = ''] = location.href.split('#')
    return `${page}#${hash}`
  }

  /** Looks at what the address says, and does nothing with it yet. */
  async read(hash: string): Promise<void> {
    const text = momentIn(hash)
    if (text === null) return
    const moment = await readMoment(text)
    if (typeof moment === 'string') this.#state = moment
    else {
      this.#moment = moment
      this.#state = this.#judge(moment)
    }
  }

  /** Takes over the files and goes to the moment. */
  async open(onRunning: () => void): Promise<void> {
    const moment = this.#moment
    if (moment === null || this.#state === 'impossible') return
    this.dismiss()
    await this.#session.openMoment(moment, onRunning)
  }

  dismiss(): void {
    this.#state = 'none'
    this.#moment = null
    history.replaceState(history.state, '', `#/${this.#page.id}`)
  }

  #judge({ page, run, files, entry, stamp }: SharedMoment): OfferState {
    const { bundle } = this.#session.place ?? {}
    const hasRun = bundle?.texts.en.blocks.some((block) => block.kind === 'run' && block.id === run) ?? true
    const names = [...this.#session.notebook.files, ...files].map(({ name }) => name)
    if (this.#page.isUnknown || page !== this.#page.id || !hasRun || !names.includes(entry)) return 'impossible'
    return stamp === this.#stamp() ? 'fine' : 'risky'
  }

  #stamp(): string {
    const { notebook, place } = this.#session
    const inputs = place?.bundle.inputs.map(({ name, records }) => `${name} ${JSON.stringify(records)}`) ?? []
    return textMark([...notebook.originalTexts, ...inputs])
  }
}
