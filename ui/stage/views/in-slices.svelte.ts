// A view of hundreds of parts is painted as soon as what is in sight of it is there; the rest follows, some of it in each
// frame after that, until all of it is. Units: see slices.ts.
import { nextPaint } from '../../kernel/next-paint.ts'

/** In a frame that shows something else as well. */
const UNITS_A_FRAME = 32

export class InSlices {
  readonly #least: number
  #all: number
  #isUnfolding = false
  #drawn: number
  #shown = $state.raw(0)

  /** `least`: the units that are drawn at once, for they are in sight. */
  constructor(least = 0) {
    this.#least = least
    this.#all = least
    this.#drawn = least
    this.#shown = least
  }

  /** So many units are drawn; a few more than there are, so that one that comes needn't wait. */
  get drawn(): number {
    return this.#shown
  }

  /** So many there are: those that aren't drawn follow. */
  unfold(all: number): void {
    this.#all = all
    const most = Math.max(this.#least, all + UNITS_A_FRAME)
    if (this.#drawn > most) this.#draw(most)
    if (this.#drawn < all && !this.#isUnfolding) void this.#unfold()
  }

  async #unfold(): Promise<void> {
    this.#isUnfolding = true
    // The frame of what is in sight.
    await nextPaint()
    while (this.#drawn < this.#all + UNITS_A_FRAME) {
      await nextPaint()
      this.#draw(this.#drawn + UNITS_A_FRAME)
    }
    this.#isUnfolding = false
  }

  #draw(units: number): void {
    this.#drawn = units
    this.#shown = units
  }
}
