// Whether a failed job is started again, and when: one object for the life of a job, told of every failure. Times are
// processing time in ms. Flink's RestartBackoffTimeStrategy.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/task_failure_recovery/#restart-strategies

import type { RandomStream } from '../base/random.ts'
import type { RestartSpec } from '../graph/restart-spec.ts'

/** Told of failures, in order; then answers for the last of them. */
export interface RestartStrategy {
  /** True if the failure begins a new attempt; false where it falls into the wait for a restart that is coming anyway. */
  notifyFailure(nowMs: number): boolean
  canRestart(): boolean
  /** Whether one more failure now would be followed by a restart. Asking changes nothing. */
  allowsAnother(nowMs: number): boolean
  /** How long from now until the restart, in ms. */
  backoffMs(nowMs: number): number
}

/** `random` is asked only where the strategy has a jitter. */
export function createRestartStrategy(spec: RestartSpec, random: () => RandomStream): RestartStrategy {
  switch (spec.kind) {
    case 'none':
      return NO_RESTART
    case 'fixed-delay':
      return new FixedDelay(spec)
    case 'failure-rate':
      return new FailureRate(spec)
    case 'exponential-delay':
      return new ExponentialDelay(spec, random)
  }
}

const NO_RESTART: RestartStrategy = {
  notifyFailure: () => true,
  canRestart: () => false,
  allowsAnother: () => false,
  backoffMs: () => 0,
}

/** So many restarts in all, each after the same wait. */
class FixedDelay implements RestartStrategy {
  readonly spec: RestartSpec & { readonly kind: 'fixed-delay' }
  failures = 0

  constructor(spec: FixedDelay['spec']) {
    this.spec = spec
  }

  notifyFailure(): boolean {
    this.failures++
    return true
  }

  canRestart(): boolean {
    return this.failures <= this.spec.attempts
  }

  allowsAnother(): boolean {
    return this.failures < this.spec.attempts
  }

  backoffMs(): number {
    return this.spec.delayMs
  }
}

/** Gives up when there were more failures in an interval than it allows. */
class FailureRate implements RestartStrategy {
  readonly spec: RestartSpec & { readonly kind: 'failure-rate' }
  /** When the last ones happened: one more than are allowed. */
  times: number[] = []

  constructor(spec: FailureRate['spec']) {
    this.spec = spec
  }

  notifyFailure(nowMs: number): boolean {
    this.times.push(nowMs)
    if (this.times.length > this.spec.maxFailures + 1) this.times.shift()
    return true
  }

  canRestart(): boolean {
    const { maxFailures, intervalMs } = this.spec
    if (this.times.length <= maxFailures) return true
    const [first] = this.times
    return (this.times.at(-1) as number) - (first as number) > intervalMs
  }

  allowsAnother(nowMs: number): boolean {
    const { maxFailures, intervalMs } = this.spec
    if (this.times.length < maxFailures) return true
    const oldest = this.times.at(-maxFailures) ?? nowMs
    return nowMs - oldest > intervalMs
  }

  backoffMs(): number {
    return this.spec.delayMs
  }
}

/** Waits longer from failure to failure, up to a limit; after a long quiet time it begins anew. */
class ExponentialDelay implements RestartStrategy {
  readonly spec: RestartSpec & { readonly kind: 'exponential-delay' }
  readonly random: () => RandomStream
  attempt = 0
  restartAtMs = -Infinity

  constructor(spec: ExponentialDelay['spec'], random: () => RandomStream) {
    this.spec = spec
    this.random = random
  }

  notifyFailure(nowMs: number): boolean {
    if (nowMs <= this.restartAtMs) return false
    if (nowMs - this.restartAtMs >= this.spec.resetThresholdMs) this.attempt = 0
    this.restartAtMs = nowMs + this.nextBackoffMs()
    this.attempt++
    return true
  }

  canRestart(): boolean {
    return this.attempt <= this.spec.attemptsBeforeReset
  }

  allowsAnother(nowMs: number): boolean {
    if (nowMs <= this.restartAtMs) return this.canRestart()
    const isReset = nowMs - this.restartAtMs >= this.spec.resetThresholdMs
    return (isReset ? 0 : this.attempt) < this.spec.attemptsBeforeReset
  }

  backoffMs(nowMs: number): number {
    return Math.max(0, this.restartAtMs - nowMs)
  }

  private nextBackoffMs(): number {
    const { initialMs, maxMs, multiplier, jitter } = this.spec
    const backoff = Math.trunc(Math.min(initialMs * multiplier ** this.attempt, maxMs))
    if (jitter === 0) return backoff
    const reach = Math.trunc(backoff * jitter)
    const moved = backoff + Math.floor((this.random().nextDouble() * 2 - 1) * (reach + 0.5))
    return Math.max(initialMs, Math.min(maxMs, moved))
  }
}
