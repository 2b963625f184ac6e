// The predictions that a learner made about one run of a lesson, scored as its rows come, and noted once they're decided.
import type { SinkRow } from '../../runtime/host/protocol.ts'
import type { LessonAnswers } from './lesson-answers.svelte.ts'
import type { LessonBundle } from './lesson-model.ts'
import { PredictionScore } from './score-prediction.ts'

export class RunScores {
  readonly #answers: LessonAnswers | null
  readonly #scores: readonly { readonly id: string; readonly score: PredictionScore }[]

  /** Of this run; of none where nobody predicted anything. */
  constructor(place: { readonly bundle: LessonBundle; readonly answers: LessonAnswers } | null, run: string | null) {
    this.#answers = place?.answers ?? null
    this.#scores = (place?.bundle.texts.en.blocks ?? []).flatMap((block) => {
      if (block.kind !== 'predict' || block.run !== run) return []
      const choice = place?.answers.predicted(block.id) ?? null
      if (choice === null) return []
      place?.answers.predict(block.id, choice)
      return [{ id: block.id, score: new PredictionScore({ ...block, choice }) }]
    })
  }

  take(rows: readonly SinkRow[]): void {
    for (const { id, score } of this.#scores) {
      if (score.verdict === null) score.take(rows)
      const { verdict } = score
      if (verdict !== null && this.#answers?.verdict(id) === null) this.#answers.decide(id, verdict)
    }
  }

  /** The run is over. */
  end(): void {
    for (const { score } of this.#scores) score.end()
    this.take([])
  }
}
