// The page's side of protocol.ts: keeps one engine ready, runs a job on it, and replaces the engine after every run. A
// run never meets what an earlier one left behind, and an engine that doesn't stop when asked is simply removed.
import * as Comlink from 'comlink'
import type { CompiledJob, Frame, RunOutcome, RunSettings, StepUnit, WatchDetail } from '../../runtime/host/protocol.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

/**
 * How a run ended, seen from the page. `removed`: it didn't stop when asked, so its sandbox was taken away; `lost`: the
 * sandbox ended by itself (memory used up, most likely); `broken`: the engine made a mistake of its own; `absent`: it couldn't be started.
 */
export type RunEnd =
  | { readonly kind: 'outcome'; readonly outcome: RunOutcome }
  | { readonly kind: 'removed' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string }

export interface EngineHostOptions {
  /** Gives the engine's text; asked once per sandbox. */
  readonly engineCode: () => Promise<string>
  /** Time an engine has to stop when asked, before its sandbox is removed. */
  readonly graceMs?: number
}

const GRACE_MS = 300

export class EngineHost {
  readonly #engineCode: () => Promise<string>
  readonly #graceMs: number
  #ready: Promise<Sandbox> | null = null
  #detail: WatchDetail | null = null
  #running: { readonly sandbox: Sandbox; end(end: RunEnd): void } | null = null

  constructor({ engineCode, graceMs = GRACE_MS }: EngineHostOptions) {
    this.#engineCode = engineCode
    this.#graceMs = graceMs
  }

  /** Starts an engine if none is ready, so that the next run needn't wait for it. */
  async prepare(): Promise<void> {
    await this.#sandbox()
  }

  /** Runs a job; `onFrame` is never called after the returned promise has settled. One run at a time. */
  async run(job: CompiledJob, settings: RunSettings, onFrame: (frame: Frame) => Promise<void>): Promise<RunEnd> {
    const sandbox = await this.#sandbox()
    let isOver = false
    const interrupted = new Promise<RunEnd>((resolve) => {
      this.#running = { sandbox, end: resolve }
    })
    const died = sandbox.died.then((reason): RunEnd => ({ kind: 'lost', reason }))
    const take = Comlink.proxy(async (frame: Frame) => {
      if (!isOver) await onFrame(frame)
    })
    if (this.#detail) sandbox.engine.watch(this.#detail).catch(() => {})
    const ran = sandbox.engine.run(job, settings, take).then(
      (outcome): RunEnd => ({ kind: 'outcome', outcome }),
      (error: unknown): RunEnd => ({ kind: 'broken', reason: error instanceof Error ? error.message : String(error) }),
    )
    const end = await Promise.race([ran, died, interrupted])
    isOver = true
    this.#running = null
    this.#renew(sandbox)
    return end
  }

  /** The transport of a watched run; without a run under way nobody hears it. */
  pause(): void {
    this.#running?.sandbox.engine.pause().catch(() => {})
  }

  play(speed: number | null): void {
    this.#running?.sandbox.engine.play(speed).catch(() => {})
  }

  step(unit: StepUnit): void {
    this.#running?.sandbox.engine.step(unit).catch(() => {})
  }

  /** How much moments carry from now on: of this run and the next. */
  watch(detail: WatchDetail): void {
    this.#detail = detail
    this.#running?.sandbox.engine.watch(detail).catch(() => {})
  }

  /** Asks the running job to stop; after the grace time it is ended, whatever it is doing. */
  stop(): void {
    const running = this.#running
    if (!running) return
    running.sandbox.engine.stop().catch(() => {})
    setTimeout(() => running.end({ kind: 'removed' }), this.#graceMs)
  }

  #sandbox(): Promise<Sandbox> {
    if (!this.#ready) {
      const opening = this.#engineCode().then(openSandbox)
      this.#ready = opening
      // A failed start isn't kept: the next attempt may find the network back.
      opening.catch(() => this.#forget(opening))
      opening.then((sandbox) => sandbox.died.then(() => this.#discardIdle(sandbox, opening))).catch(() => {})
    }
    return this.#ready
  }

  #renew(used: Sandbox): void {
    used.dispose()
    this.#ready = null
    this.#sandbox().catch(() => {})
  }

  #discardIdle(sandbox: Sandbox, opening: Promise<Sandbox>): void {
    if (this.#running?.sandbox === sandbox) return
    sandbox.dispose()
    this.#forget(opening)
  }

  #forget(opening: Promise<Sandbox>): void {
    if (this.#ready === opening) this.#ready = null
  }
}
