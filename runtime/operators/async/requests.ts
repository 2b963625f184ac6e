// Requests of learners' functions to services outside of the cluster. In a simulation nothing is outside: the answer comes
// as an event of virtual time, to the operator whose function asked. While such a function is called, and only then, its
// operator is the current port.

import { LearnerError } from '../../base/diagnostic.ts'
import type { RandomStream } from '../../base/random.ts'

/** A request on its way. */
export interface Request {
  /** The answer has arrived. */
  arrive(): void
}

/** Takes the requests of one operator. */
export interface RequestPort {
  /** Calls `arrive` in so many ms of processing time. */
  ask(request: Request, latencyMs: number): void
  /** The randomness of a service: the same for the same seed. */
  random(service: string): RandomStream
}

let current: RequestPort | null = null

/** Makes this port the current one; gives the one before, to come back to. */
export function enterRequests(port: RequestPort | null): RequestPort | null {
  const before = current
  current = port
  return before
}

/** Where requests go now. Throws LearnerError outside of async functions. */
export function currentRequests(service: string): RequestPort {
  if (current === null) throw new LearnerError('SERVICE_OUTSIDE', { service })
  return current
}
