// A moment that somebody shared, from its link to the stage: nothing is taken over and nothing runs before the visitor says
// so, and a link that can't be followed says why.
import { REPLAY, type Session } from '../session.svelte.ts'
import { textMark } from '../parts/text-mark.ts'
import { addressOf, momentIn, readMoment, type SharedMoment } from './moment-link.ts'
import type { SharedRun } from './shared-run.ts'

/**
 * `fine`: the page is as it was; `risky`: it has changed since, so the run may be another; `impossible`: what the link names
 * isn't here any more; `unmade`: the savepoint it starts from doesn't come about here.
 */
export type OfferState = 'none' | 'fine' | 'risky' | 'impossible' | 'unmade' | 'damaged' | 'newer'

export class MomentOffer {
  readonly #session: Session
  readonly #page: { readonly id: string; readonly isUnknown: boolean }
  #state = $state<OfferState>('none')
  #moment = $state.raw<SharedMoment | null>(null)
  #isOpening = $state(false)
  #isWarning = $state(false)
  #copiedPlace = $state<string | null>(null)

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
    return run.canSeek && isRunCurrent
  }

  /** The file from which the run starts and that a link can't carry: no run of this page gave it. That is said first. */
  get missingFile(): string | null {
    const { run } = this.#session
    const { savepoint } = run.settings ?? {}
    return savepoint !== undefined && run.origin === null ? savepoint.file : null
  }

  /** A link that leaves something out was asked for, and whoever asked is told first. */
  get isWarning(): boolean {
    return this.#isWarning && this.missingFile !== null
  }

  /** Of the place whose link was copied. */
  get copiedPlace(): string | null {
    return this.#copiedPlace
  }

  /** Copies the link to where the run is now; what it would leave out is said first. */
  async copy(isTold = false): Promise<void> {
    if (!this.canShare) return
    this.#isWarning = this.missingFile !== null && !isTold
    if (this.#isWarning) return
    const { event, record } = this.#session.run.position
    const link = await this.link()
    try {
      await navigator.clipboard.writeText(link)
      this.#copiedPlace = `${event}.${record}`
    } catch {
      // No permission: the address itself can be copied.
      history.replaceState(history.state, '', link)
    }
  }

  forgetWarning(): void {
    this.#isWarning = false
  }

  /** The address of where the run is now. */
  async link(): Promise<string> {
    const { notebook, run, settings, chosen, inspection, openedKey, shownFile } = this.#session
    const { event, record, virtualMs } = run.position
    const { parallelism, seed, untilMs, speed } = { ...settings, ...run.settings }
    // From what only this page has it can't be made: then it's the same code from nothing, from its start.
    const isWhole = this.missingFile === null
    const asked = inspection.isOpen ? inspection.question : null
    const hash = await addressOf({
      page: this.#page.id,
      stamp: this.#stamp(),
      files: notebook.changedFiles,
      entry: notebook.entry,
      run: run.name ?? chosen?.id ?? null,
      inputs: run.origin?.inputs ?? null,
      settings: { parallelism, seed, untilMs, speed },
      interventions: isWhole ? run.interventions : [],
      start: run.origin?.start ?? null,
      at: isWhole ? { event, record } : { event: 0, record: 0 },
      atMs: isWhole ? virtualMs : 0,
      view: this.#session.view,
      asked: isWhole && asked?.kind !== 'print' && asked?.kind !== 'until' ? asked : null,
      printed: isWhole && inspection.isOpen ? inspection.printed : null,
      openedKey: isWhole ? openedKey : null,
      shownFile,
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
    this.#isOpening = true
    const isOpened = await this.#session.openMoment(moment, onRunning)
    this.#isOpening = false
    if (!isOpened) this.#state = 'unmade'
    // Under tabs it's in front by now; in a lesson it may be anywhere.
    else
      document
        .querySelector(`[data-file="${CSS.escape(moment.shownFile ?? '')}"]`)
        ?.scrollIntoView({ block: 'nearest' })
  }

  /** What it takes to show the moment is under way. */
  get isOpening(): boolean {
    return this.#isOpening
  }

  dismiss(): void {
    this.#state = 'none'
    this.#moment = null
    history.replaceState(history.state, '', `#/${this.#page.id}`)
  }

  #judge(moment: SharedMoment): OfferState {
    const isHere = !this.#page.isUnknown && moment.page === this.#page.id
    for (let one: SharedRun | undefined = moment; one !== undefined; one = one.start?.of) {
      if (!isHere || !this.#has(one)) return 'impossible'
    }
    return moment.stamp === this.#stamp() ? 'fine' : 'risky'
  }

  /** Whether the page has such a run, and a file to start it in. */
  #has({ run, files, entry }: SharedRun): boolean {
    const { bundle } = this.#session.place ?? {}
    const ids = bundle?.texts.en.blocks.flatMap((block) => (block.kind === 'run' ? [block.id] : []))
    const isRun = ids === undefined || (run === REPLAY ? bundle?.exercise !== null : run !== null && ids.includes(run))
    return isRun && this.#session.notebook.originalWith(files, entry).files.some(({ name }) => name === entry)
  }

  #stamp(): string {
    const { notebook, place } = this.#session
    const inputs = place?.bundle.inputs.map(({ name, records }) => `${name} ${JSON.stringify(records)}`) ?? []
    return textMark([...notebook.originalTexts, ...inputs])
  }
}
