// Which moment each card and channel of the figure shows. As a rule the newest. Where there are many and the run goes on,
// they take turns, each a few times a second: numbers that change sixty times a second can't be read, and each costs
// layout. A run that is paused or over shows one moment everywhere.
import type { Moment } from '../../../runtime/host/protocol.ts'

/** Frames until everything has had its turn. */
const ROUND = 8

export class CalmMoments {
  readonly #shown: Shown[] = []
  #turn = 0

  /** What this one shows; undefined before the first moment. */
  of(index: number): Moment | null {
    return this.#at(index).moment
  }

  take(moment: Moment, count: number, isExact: boolean): void {
    this.#turn = (this.#turn + 1) % ROUND
    for (let i = 0; i < count; i++) {
      const shown = this.#at(i)
      if (isExact || shown.isFirst || i % ROUND === this.#turn) shown.take(moment)
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
