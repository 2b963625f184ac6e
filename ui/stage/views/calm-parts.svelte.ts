// Which moment each card and channel of the figure shows. As a rule the newest. Where there are many and the run goes on,
// they take turns, each a few times a second: numbers that change sixty times a second can't be read, and each costs
// layout. A run that is paused or over shows one moment everywhere. Only what is shown of a moment is kept, and nobody
// hears of what is the same as before.

/** Frames until everything has had its turn, at least. */
const LEAST_ROUND = 8

export class CalmParts<T> {
  /** How many have their turn in a frame, at most: what a frame costs doesn't grow with what there is to show. */
  readonly #most: number
  readonly #isSame: (before: T, now: T) => boolean
  readonly #shown: Shown<T>[] = []
  #turn = 0

  constructor(most: number, isSame: (before: T, now: T) => boolean = Object.is) {
    this.#most = most
    this.#isSame = isSame
  }

  /** What this one shows; null before the first moment. */
  of(index: number): T | null {
    return this.#at(index).part
  }

  /** `partOf`: what of a moment concerns this one. */
  take(count: number, isExact: boolean, partOf: (index: number) => T): void {
    const round = Math.max(LEAST_ROUND, Math.ceil(count / this.#most))
    this.#turn = (this.#turn + 1) % round
    for (let i = 0; i < count; i++) {
      const shown = this.#at(i)
      if (isExact || shown.isFirst || i % round === this.#turn) shown.take(partOf(i), this.#isSame)
    }
  }

  #at(index: number): Shown<T> {
    return (this.#shown[index] ??= new Shown<T>())
  }
}

class Shown<T> {
  part = $state.raw<T | null>(null)
  /** The same, read without being heard, by whoever writes. */
  #last: T | null = null
  isFirst = true

  take(part: T, isSame: (before: T, now: T) => boolean): void {
    if (!this.isFirst && isSame(this.#last as T, part)) return
    this.part = this.#last = part
    this.isFirst = false
  }
}
