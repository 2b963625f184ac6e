// Which moment each card and channel of the figure shows. As a rule the newest. Where there are many and the run goes on,
// they take turns, each a few times a second: numbers that change sixty times a second can't be read, and each costs
// layout. A run that is paused or over shows one moment everywhere.
import type { Moment } from '../../../runtime/host/protocol.ts'

/** Frames until everything has had its turn, at least. */
const LEAST_ROUND = 8

export class CalmMoments {
  /** How many have their turn in a frame, at most: what a frame costs doesn't grow with what there is to show. */
  readonly #most: number
  readonly #shown: Shown[] = []
  #turn = 0

  constructor(most: number) {
    this.#most = most
  }

  /** What this one shows; undefined before the first moment. */
  of(index: number): Moment | null {
    return this.#at(index).moment
  }

  take(moment: Moment, count: number, isExact: boolean): void {
    const round = Math.max(LEAST_ROUND, Math.ceil(count / this.#most))
    this.#turn = (this.#turn + 1) % round
    for (let i = 0; i < count; i++) {
      const shown = this.#at(i)
      if (isExact || shown.isFirst || i % round === this.#turn) shown.take(moment)
    }
  }

  #at(index: number): Shown {
    return (this.#shown[index] ??= new Shown())
  }
}

class Shown {
  moment = $state.raw<Moment | null>(null)
  /** Read without being heard, by whoever writes. */
  isFirst = true

  take(moment: Moment): void {
    this.moment = moment
    this.isFirst = false
  }
}
