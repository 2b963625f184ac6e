// What the learner answered in a lesson: predictions and how they came out, quizzes, which runs were made, which exercises
// are passed. Kept between visits, beside the code.
import { readSetting, writeSetting } from '../parts/settings-storage.ts'
import type { Verdict } from './score-prediction.ts'

interface Kept {
  readonly predictions: Readonly<Record<string, { readonly choice: number; readonly verdict: Verdict | null }>>
  readonly quizzes: Readonly<Record<string, number>>
  readonly runs: readonly string[]
  readonly passed: readonly string[]
}

const NOTHING: Kept = { predictions: {}, quizzes: {}, runs: [], passed: [] }

export class LessonAnswers {
  readonly #key: string
  #kept = $state.raw<Kept>(NOTHING)

  constructor(lessonId: string) {
    this.#key = `answers.${lessonId}`
    this.#kept = parseKept(readSetting(this.#key))
  }

  get runs(): readonly string[] {
    return this.#kept.runs
  }

  predicted(id: string): number | null {
    return this.#kept.predictions[id]?.choice ?? null
  }

  verdict(id: string): Verdict | null {
    return this.#kept.predictions[id]?.verdict ?? null
  }

  /** A new choice forgets how an old one came out. */
  predict(id: string, choice: number): void {
    this.#keep({ predictions: { ...this.#kept.predictions, [id]: { choice, verdict: null } } })
  }

  decide(id: string, verdict: Verdict): void {
    const choice = this.predicted(id)
    if (choice !== null) this.#keep({ predictions: { ...this.#kept.predictions, [id]: { choice, verdict } } })
  }

  answered(id: string): number | null {
    return this.#kept.quizzes[id] ?? null
  }

  answer(id: string, choice: number): void {
    this.#keep({ quizzes: { ...this.#kept.quizzes, [id]: choice } })
  }

  ran(run: string): void {
    if (!this.#kept.runs.includes(run)) this.#keep({ runs: [...this.#kept.runs, run] })
  }

  isPassed(exercise: string): boolean {
    return this.#kept.passed.includes(exercise)
  }

  #keep(part: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...part }
    writeSetting(this.#key, JSON.stringify(this.#kept))
  }
}

/** How far a lesson is, from what was kept of it: 0 to 1. */
export function progressOf(lessonId: string, runCount: number): number {
  if (runCount === 0) return 0
  return Math.min(1, parseKept(readSetting(`answers.${lessonId}`)).runs.length / runCount)
}

function parseKept(text: string | null): Kept {
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<Kept> | null
    return {
      predictions: kept?.predictions ?? {},
      quizzes: kept?.quizzes ?? {},
      runs: Array.isArray(kept?.runs) ? kept.runs : [],
      passed: Array.isArray(kept?.passed) ? kept.passed : [],
    }
  } catch {
    return NOTHING
  }
}
