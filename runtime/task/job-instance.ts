// The learner's module, evaluated once more for one subtask and attempt: module variables and function members are as
// separate as in two JVMs, and gone after a recovery. host/ knows how to evaluate; task/ only asks. DESIGN §8.4.

import type { FunctionRegistry } from '../graph/stream-graph.ts'

/** What the learner's code may ask of the simulation while it runs. */
export interface InstancePort {
  /** Processing time in ms. */
  nowMs(): number
  /** From the subtask's own stream. */
  random(): number
  log(level: string, text: string): void
  /** Takes the value of an expression that somebody put into a line, or what it threw. Nobody wants it unless given. */
  print?(value: unknown, isError: boolean): void
}

export interface JobInstance {
  readonly registry: FunctionRegistry
  /** What the learner's globals remember: the budget, the console's counts. */
  readonly memory: object
  /** Called before every turn: gives the learner's loops a fresh step budget. */
  beginTurn(): void
  /** Spends one step of the budget. */
  tick(): void
}

/** Evaluates the job. */
export type Instantiate = (port: InstancePort) => JobInstance
