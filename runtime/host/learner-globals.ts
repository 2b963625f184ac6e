// The globals of a job beside the language's own: what the simulation offers, and what it refuses with advice. The
// refused ones are declared so that the learner meets the advice, in the hover and when the job runs, instead of
// "cannot find name".

/** Declarations, for the language service. */
export const learnerGlobals = `
/** Writes to the log of the run. */
declare const console: {
  log(...values: unknown[]): void
  info(...values: unknown[]): void
  warn(...values: unknown[]): void
  error(...values: unknown[]): void
  debug(...values: unknown[]): void
}
/** The simulation's clock: virtual time. */
declare const performance: { now(): number }
/** Random values from the run's seed. */
declare const crypto: { randomUUID(): string; getRandomValues<T extends ArrayBufferView>(array: T): T }
/** Refused in a job: register a timer with \`ctx.timerService()\` in a process function. */
declare function setTimeout(callback: () => void, ms?: number): never
/** Refused in a job: register a timer with \`ctx.timerService()\` in a process function. */
declare function setInterval(callback: () => void, ms?: number): never
/** Refused in a job: there is no network here; read from a source. */
declare function fetch(address: string, options?: object): never
`
