// What learner code finds in the place of the host's globals: clock and randomness are the simulation's, whatever would
// reach outside is refused with the name of the right tool. Only ES2022 and no host object is needed, so the same file
// can serve JavaScript engines elsewhere. Methods on values (`localeCompare`, `toLocaleString`) can't be replaced here.
import { LearnerError } from '../base/diagnostic.ts'
import { givePrivateMembers } from '../base/private-members.ts'
import type { SandboxGlobals } from './compiled-job.ts'
import { REFUSED_NAMES, type RefusedUse } from './intercepted.ts'
import { makeConsole, newConsoleMemory, type ConsoleMemory, type LogLevel } from './simulated-console.ts'
import { makeCrypto } from './simulated-crypto.ts'
import { makeDate } from './simulated-date.ts'

/** What the sandbox needs of the simulation. */
export interface SimulationPort {
  /** Virtual time in ms since 1970, an integer. */
  nowMs(): number
  /** The next number of the subtask's user stream: at least 0, below 1. */
  random(): number
  /** Takes a line that the learner's code wrote to the console. */
  log(level: LogLevel, text: string): void
  /** Takes the value of an expression put into a line, or what it threw. */
  print?(value: unknown, isError: boolean): void
}

export type { LogLevel }

/** Globals of one subtask attempt. */
export interface Sandbox extends SandboxGlobals {
  /** Grants a full step budget again; the task calls it at the start of a turn. */
  readonly resetBudget: () => void
  /** All that changes in them. */
  readonly memory: { stepsLeft: number; readonly console: ConsoleMemory }
}

export interface SandboxOptions {
  /** Loop steps until STEP_BUDGET is thrown; counted from the last reset. */
  readonly stepBudget?: number
}

const DEFAULT_STEP_BUDGET = 20_000_000

/** Makes the globals that a job module's factory takes. */
export function makeGlobals(port: SimulationPort, options: SandboxOptions = {}): Sandbox {
  const steps = options.stepBudget ?? DEFAULT_STEP_BUDGET
  const memory = { stepsLeft: steps, console: newConsoleMemory() }
  const exhausted = (): never => {
    throw new LearnerError('STEP_BUDGET', { steps })
  }
  const refused = [...REFUSED_NAMES].map(([name, use]) => [name, refuse(name, use)])
  return {
    ...(Object.fromEntries(refused) as Record<string, unknown>),
    Date: makeDate(port),
    Math: makeMath(port),
    performance: Object.freeze({ timeOrigin: 0, now: () => port.nowMs() }),
    console: makeConsole(port, memory.console),
    memory,
    crypto: makeCrypto(port, refuse('crypto.subtle', 'none')),
    __tick: () => {
      // Below zero it keeps throwing: code that catches the error in its loop doesn't get on.
      if (--memory.stepsLeft < 0) exhausted()
    },
    __privates: (prototype: object, names, isIn, read, write) =>
      givePrivateMembers(prototype, { names, isIn, read, write }),
    // What is put in for somebody who looks costs no step, and throws nothing.
    __print: (evaluate: () => unknown) => {
      const before = memory.stepsLeft
      try {
        port.print?.(evaluate(), false)
      } catch (error) {
        port.print?.(error, true)
      }
      memory.stepsLeft = before
    },
    resetBudget: () => {
      memory.stepsLeft = steps
    },
  }
}

/** The real Math but for its randomness. */
function makeMath(port: SimulationPort): Math {
  const members = Object.getOwnPropertyDescriptors(Math)
  members.random = { ...members.random, value: () => port.random() }
  return Object.freeze(Object.create(Object.prototype, members) as Math)
}

/** Something that can be named and asked for its type; any other use throws. */
function refuse(name: string, use: RefusedUse): unknown {
  const refusal = (): never => {
    throw new LearnerError('GLOBAL_REFUSED', { name, use })
  }
  return new Proxy(function refused() {}, {
    apply: refusal,
    construct: refusal,
    get: (_, member) => {
      // `f instanceof Function` asks a harmless question.
      if (name === 'Function' && member === Symbol.hasInstance) return (value: unknown) => typeof value === 'function'
      return refusal()
    },
    set: refusal,
    has: refusal,
    deleteProperty: refusal,
    defineProperty: refusal,
    getOwnPropertyDescriptor: refusal,
    getPrototypeOf: refusal,
    setPrototypeOf: refusal,
    ownKeys: refusal,
    isExtensible: refusal,
    preventExtensions: refusal,
  })
}
