// How much of the width the notebook has, in percent; remembered.
import { readSetting, writeSetting } from './settings-storage.ts'

export const MIN_SHARE = 25
export const MAX_SHARE = 75
const DEFAULT_SHARE = 50

class NotebookShare {
  #percent = $state(clamp(Number(readSetting('share') ?? DEFAULT_SHARE)))

  get percent(): number {
    return this.#percent
  }

  set percent(percent: number) {
    this.#percent = clamp(percent)
    writeSetting('share', String(this.#percent))
  }

  reset(): void {
    this.percent = DEFAULT_SHARE
  }
}

function clamp(percent: number): number {
  if (!Number.isFinite(percent)) return DEFAULT_SHARE
  return Math.min(MAX_SHARE, Math.max(MIN_SHARE, Math.round(percent * 10) / 10))
}

export const notebookShare = new NotebookShare()
