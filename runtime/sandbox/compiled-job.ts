// What the compiler hands to the engine: plain data that crosses a MessagePort, and the two types that the module in it
// and its caller agree on.
import type { Span } from '../base/diagnostic.ts'
import type { Insertion } from './edits.ts'

/** Where one learner file stands in the module. */
export interface CompiledFile {
  readonly name: string
  /** 1-based line of the module text at which the file's line 1 stands. */
  readonly startLine: number
  readonly lineCount: number
  /** Text put in by the compiler: at this (1-based) line of the file, before this (1-based) column, so many characters. In order. */
  readonly inserted: readonly Insertion[]
}

/** A name that the job takes from 'streambed' and uses as a value. */
export interface ApiName {
  readonly name: string
  readonly span: Span
}

/** Something that functions remember where neither checkpoints nor keyframes see it. */
export interface HiddenMemory {
  /** As it's declared. */
  readonly name: string
  /** Otherwise it only may be so. */
  readonly isCertain: boolean
  readonly span: Span
}

/** A call in a function whose result in Flink is another one when a record is processed again. */
export interface UnsteadyCall {
  readonly call: string
  readonly span: Span
}

export interface CompiledJob {
  readonly version: 1
  readonly entry: string
  /** An ES module whose default export is a JobFactory. */
  readonly code: string
  readonly files: readonly CompiledFile[]
  /** The host holds these against what 'streambed' has: the compiler doesn't know it. */
  readonly apiNames: readonly ApiName[]
  /** Nothing unless given. */
  readonly hidden?: readonly HiddenMemory[]
  /** None unless given. */
  readonly unsteady?: readonly UnsteadyCall[]
}

/** The class's prototype; its members' names; whether an object has them; what they are; and to set them. */
export type GivePrivates = (
  prototype: object,
  names: readonly string[],
  isIn: (object: object) => boolean,
  read: (object: object) => readonly unknown[],
  write: (object: object, values: readonly unknown[]) => void,
) => void

/** What the sandbox puts in the place of the host's globals; made by prelude.ts. */
export interface SandboxGlobals {
  readonly [name: string]: unknown
  /** Counts a step of a loop; throws when the budget of the turn is used up. */
  readonly __tick: () => void
  /** Told by every class with private members how these are read and written. */
  readonly __privates: GivePrivates
}

/** Runs the job's modules afresh. Rejects with what the learner's code threw; synchronous up to the first await. */
export type JobFactory = (streambed: Readonly<Record<string, unknown>>, globals: SandboxGlobals) => Promise<void>
