// An outside service as a job meets it: requests take a while, and some fail. It lives in the simulation: latencies and
// failures are drawn from the run's seed, answers come in virtual time, so the same run is the same again.
// Differs from Flink: there async functions use a client of the real service, with Java's futures.

import { LearnerError } from '../base/diagnostic.ts'
import { currentRequests, type Request } from '../operators/async/requests.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction, requireName } from './require.ts'

/** How a SimulatedService behaves. */
export interface ServiceOptions {
  /** How long a request takes: always the same, or evenly spread between two lengths. At least 1 ms. */
  readonly latency: Duration | Time | readonly [from: Duration | Time, to: Duration | Time]
  /** Of all requests, the share that fails: from 0 to 1. None unless given. */
  readonly failureRate?: number
  /** Says whose requests these are in messages; services of one name draw from one stream. */
  readonly name?: string
}

/**
 * A service that answers requests with a function, some time later.
 *
 * ```ts
 * const users = new SimulatedService((id: number) => `user ${id}`, {
 *   latency: [Duration.ofMillis(5), Duration.ofMillis(50)],
 *   failureRate: 0.01,
 * })
 * ```
 *
 * Ask it in `asyncInvoke` or `timeout` of an async function, or in what you gave to an answer.
 */
export class SimulatedService<Q, A> {
  readonly #answer: (request: Q) => A
  readonly #name: string
  readonly #fromMs: number
  readonly #toMs: number
  readonly #failureRate: number

  constructor(answer: (request: Q) => A, options: ServiceOptions) {
    requireFunction(answer, null, 'new SimulatedService')
    const { latency, failureRate = 0, name = 'service' } = options ?? {}
    const [from, to] = Array.isArray(latency) ? (latency as readonly [Duration, Duration]) : [latency, latency]
    this.#answer = answer
    this.#name = requireName(name, 'new SimulatedService')
    this.#fromMs = durationMs(from as Duration, 'latency', 1)
    this.#toMs = durationMs(to as Duration, 'latency', this.#fromMs)
    if (!(failureRate >= 0 && failureRate <= 1)) {
      throw new LearnerError('FAILURE_RATE', { value: String(failureRate) })
    }
    this.#failureRate = failureRate
  }

  /** Sends a request. The answer's function is called when it arrives. */
  query(request: Q): ServiceResponse<A> {
    const port = currentRequests(this.#name)
    const stream = port.random(this.#name)
    // Both are drawn every time, so that a change of one setting doesn't shift everything else.
    const isFailure = stream.nextDouble() < this.#failureRate
    const latencyMs = this.#fromMs + stream.nextBelow(this.#toMs - this.#fromMs + 1)
    const response = new ServiceResponse<A>(() => {
      if (isFailure) throw new LearnerError('SERVICE_FAILED', { service: this.#name })
      return this.#answer(request)
    })
    port.ask(response, latencyMs)
    return response
  }
}

/** An answer to come. What is to be done with it is called in the order in which it was given. Java's CompletableFuture. */
export class ServiceResponse<A> implements Request {
  private readonly answer: () => A
  private readonly onAnswer: ((answer: A) => unknown)[] = []
  private readonly onFailure: ((error: unknown) => unknown)[] = []

  /** Made by SimulatedService. */
  constructor(answer: () => A) {
    this.answer = answer
  }

  /** Does this with the answer, once it has arrived. */
  thenAccept(action: (answer: A) => void): this {
    if (typeof action !== 'function') requireFunction(action, null, 'thenAccept')
    this.onAnswer.push(action)
    return this
  }

  /** Does this if the request failed. */
  exceptionally(action: (error: unknown) => void): this {
    if (typeof action !== 'function') requireFunction(action, null, 'exceptionally')
    this.onFailure.push(action)
    return this
  }

  /** Called by the engine. */
  arrive(): void {
    let answer: A
    try {
      answer = this.answer()
    } catch (error) {
      for (const action of this.onFailure) refuseAsync(action(error), 'exceptionally')
      return
    }
    for (const action of this.onAnswer) refuseAsync(action(answer), 'thenAccept')
  }
}

function refuseAsync(returned: unknown, method: string): void {
  if (!(returned instanceof Promise)) return
  returned.catch(() => undefined)
  throw new LearnerError('ASYNC_PROMISE', { method, operator: 'SimulatedService' })
}
