// What the learner answered in a lesson: predictions and how they came out, quizzes, which runs were made, which exercises
// are passed. Each is kept by itself, so that answers given in two tabs are all there.
import { keeper } from '../keep/keep.svelte.ts'
import { keys } from '../keep/keys.ts'
import type { Verdict } from './score-prediction.ts'

type Kind = 'predict' | 'quiz' | 'run' | 'passed'

interface Prediction {
  readonly choice: number
  readonly verdict: Verdict | null
}

export class LessonAnswers {
  readonly #lesson: string
  #version = $state(0)

  constructor(lessonId: string) {
    this.#lesson = lessonId
    keeper.watch(`answer/${lessonId}/`, () => this.#version++)
  }

  get runs(): readonly string[] {
    void this.#version
    return idsOf(this.#lesson, 'run')
  }

  predicted(id: string): number | null {
    return this.#prediction(id)?.choice ?? null
  }

  verdict(id: string): Verdict | null {
    return this.#prediction(id)?.verdict ?? null
  }

  /** A new choice forgets how an old one came out. */
  predict(id: string, choice: number): void {
    this.#keep('predict', id, { choice, verdict: null })
  }

  decide(id: string, verdict: Verdict): void {
    const choice = this.predicted(id)
    if (choice !== null) this.#keep('predict', id, { choice, verdict })
  }

  answered(id: string): number | null {
    const choice = this.#get('quiz', id)
    return typeof choice === 'number' ? choice : null
  }

  answer(id: string, choice: number): void {
    this.#keep('quiz', id, choice)
  }

  ran(run: string): void {
    if (this.#get('run', run) !== true) this.#keep('run', run, true)
  }

  isPassed(exercise: string): boolean {
    return this.#get('passed', exercise) === true
  }

  pass(exercise: string): void {
    this.#keep('passed', exercise, true)
  }

  #prediction(id: string): Prediction | null {
    const kept = this.#get('predict', id) as Partial<Prediction> | null
    return typeof kept?.choice === 'number' ? { choice: kept.choice, verdict: kept.verdict ?? null } : null
  }

  #get(kind: Kind, id: string): unknown {
    void this.#version
    return keeper.get(keys.answer(this.#lesson, kind, id))
  }

  #keep(kind: Kind, id: string, value: unknown): void {
    keeper.set(keys.answer(this.#lesson, kind, id), value)
    this.#version++
  }
}

/** How far a lesson is, from what was kept of it: 0 to 1. */
export function progressOf(lessonId: string, runCount: number): number {
  if (runCount === 0) return 0
  return Math.min(1, idsOf(lessonId, 'run').length / runCount)
}

/** Whether the exercise at this address was ever passed. */
export function wasPassed(exerciseId: string): boolean {
  return idsOf(exerciseId, 'passed').length > 0
}

function idsOf(lessonId: string, kind: Kind): string[] {
  const start = keys.answer(lessonId, kind, '')
  return keeper.keys(start).map((key) => key.slice(start.length))
}
