// The check for our own bugs: always on, and never a learner's fault. A failed assertion stops the simulation; the host
// adds seed and event, so that the report can be replayed.

/** Our own invariant was broken. Not for learners' mistakes (LearnerError) nor for failures inside the simulation. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AssertionError'
  }
}

/** Throws AssertionError with the message unless the condition holds. */
export function assert(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new AssertionError(message())
}

/** For hot paths, where even making the message's closure would cost: `if (!condition) broken(…)`. */
export function broken(message: string): never {
  throw new AssertionError(message)
}

/** The value, which our own logic says is there. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionError(`${what} is missing`)
  return value
}
