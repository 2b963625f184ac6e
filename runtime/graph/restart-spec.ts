// What a job says about being started again after a failure, as plain data, with Flink's names and defaults. Times in ms.
// Held to golden/checkpointing/restart-strategy-from-configuration.json.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/task_failure_recovery/#restart-strategies

import { LearnerError } from '../base/diagnostic.ts'
import { readOption, RestartStrategyOptions, type ConfigOption } from './options.ts'

export type RestartSpec =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed-delay'; readonly attempts: number; readonly delayMs: number }
  | {
      readonly kind: 'failure-rate'
      readonly maxFailures: number
      readonly intervalMs: number
      readonly delayMs: number
    }
  | {
      readonly kind: 'exponential-delay'
      readonly initialMs: number
      readonly maxMs: number
      readonly multiplier: number
      readonly resetThresholdMs: number
      /** The share of a wait by which it may be shorter or longer. */
      readonly jitter: number
      readonly attemptsBeforeReset: number
    }

const NOTHING_SET: ReadonlyMap<string, unknown> = new Map()

/**
 * What a configuration says. Where it names no strategy, a job with checkpoints is started again and again, with delays
 * that don't heed what it says of them. Throws LearnerError for what isn't a value, or isn't one beside the others.
 */
export function restartSpecOf(values: ReadonlyMap<string, unknown>, isCheckpointing: boolean): RestartSpec {
  const o = RestartStrategyOptions
  const read = <T>(option: ConfigOption<T>): T => readOption(values, option)
  switch (read(o.RESTART_STRATEGY)) {
    case null:
      return isCheckpointing ? exponentialDelay(NOTHING_SET) : { kind: 'none' }
    case 'none':
      return { kind: 'none' }
    case 'fixed-delay':
      return {
        kind: 'fixed-delay',
        attempts: read(o.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS),
        delayMs: read(o.RESTART_STRATEGY_FIXED_DELAY_DELAY),
      }
    case 'failure-rate':
      return {
        kind: 'failure-rate',
        maxFailures: read(o.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL),
        intervalMs: read(o.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL),
        delayMs: read(o.RESTART_STRATEGY_FAILURE_RATE_DELAY),
      }
    case 'exponential-delay':
      return exponentialDelay(values)
  }
}

function exponentialDelay(values: ReadonlyMap<string, unknown>): RestartSpec {
  const o = RestartStrategyOptions
  const read = <T>(option: ConfigOption<T>): T => readOption(values, option)
  const initialMs = read(o.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF)
  const maxMs = read(o.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF)
  if (initialMs > maxMs) {
    const option = o.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF.key
    throw new LearnerError('OPTION_VALUE', { option, value: `${initialMs} ms`, wanted: `1 ms … ${maxMs} ms` })
  }
  return {
    kind: 'exponential-delay',
    initialMs,
    maxMs,
    multiplier: read(o.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER),
    resetThresholdMs: read(o.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD),
    jitter: read(o.RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR),
    attemptsBeforeReset: read(o.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS),
  }
}

/** The option that ends the restarts, as a configuration has it: `restart-strategy.fixed-delay.attempts: 2`. */
export function restartLimit(spec: RestartSpec): string {
  const o = RestartStrategyOptions
  switch (spec.kind) {
    case 'none':
      return `${o.RESTART_STRATEGY.key}: none`
    case 'fixed-delay':
      return `${o.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS.key}: ${spec.attempts}`
    case 'failure-rate':
      return `${o.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL.key}: ${spec.maxFailures}`
    case 'exponential-delay':
      return `${o.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS.key}: ${spec.attemptsBeforeReset}`
  }
}
