// Whether a prediction came true, decided at the first record that can decide it: the row that is one too many, or the
// end of the run.
import type { SinkRow } from '../../runtime/host/protocol.ts'

/** How a prediction came out. */
export interface Verdict {
  readonly isRight: boolean
  /** Rows so far: at the end all of them. */
  readonly count: number
  /** The row that decided it; null where the end did. */
  readonly by: { readonly text: string; readonly atMs: number } | null
}

export interface Predicted {
  readonly sink: string
  /** Only rows with this text count; null for all. */
  readonly row: string | null
  readonly choice: number
}

/** Counts a prediction's rows as they come, frame by frame. */
export class PredictionScore {
  readonly #predicted: Predicted
  #count = 0
  #verdict: Verdict | null = null

  constructor(predicted: Predicted) {
    this.#predicted = predicted
  }

  /** Null until it's decided. */
  get verdict(): Verdict | null {
    return this.#verdict
  }

  take(rows: readonly SinkRow[]): void {
    const { sink, row, choice } = this.#predicted
    for (const { sink: name, text, at } of rows) {
      if (this.#verdict !== null) return
      if (name !== sink || (row !== null && text !== row)) continue
      this.#count++
      if (this.#count > choice) this.#verdict = { isRight: false, count: this.#count, by: { text, atMs: at } }
    }
  }

  /** The run is over. */
  end(): void {
    this.#verdict ??= { isRight: this.#count === this.#predicted.choice, count: this.#count, by: null }
  }
}
