// checkpointing: restart strategies, what configurations make of them, ranges of key groups, redistribution, defaults.

import { createRestartStrategy } from '../../runtime/cluster/restart-strategy.ts'
import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { RandomStream } from '../../runtime/base/random.ts'
import { OPTIONS } from '../../runtime/graph/options.ts'
import { restartSpecOf, type RestartSpec } from '../../runtime/graph/restart-spec.ts'
import { defaultMaxParallelism, keyGroupRange } from '../../runtime/record/key-groups.ts'
import {
  NO_OPERATOR_STATE,
  redistribute,
  type ListMode,
  type OperatorSnapshot,
} from '../../runtime/state/operator-state.ts'
import { failed, NOT_HERE, PASSED, type Vector, type Verdict } from './format.ts'

const random = (): RandomStream => new RandomStream(1, 'restart')

interface Failure {
  readonly at: number
  readonly newAttempt: boolean
  readonly canRestart: boolean
  readonly delay: number
}

export function runRestartStrategy(vector: Vector): Verdict {
  const strategy = createRestartStrategy(specOf(vector), random)
  const got = (vector.failures as readonly Failure[]).map(({ at }): Failure => {
    const newAttempt = strategy.notifyFailure(at)
    const canRestart = strategy.canRestart()
    return { at, newAttempt, canRestart, delay: canRestart ? strategy.backoffMs(at) : -1 }
  })
  return same(vector.failures, got)
}

function specOf(vector: Vector): RestartSpec {
  const number = (name: string): number => vector[name] as number
  if (vector.strategy === 'fixed-delay') {
    return { kind: 'fixed-delay', attempts: number('attempts'), delayMs: number('delay') }
  }
  if (vector.strategy === 'failure-rate') {
    const limits = { maxFailures: number('maxFailures'), intervalMs: number('interval'), delayMs: number('delay') }
    return { kind: 'failure-rate', ...limits }
  }
  return {
    kind: 'exponential-delay',
    initialMs: number('initial'),
    maxMs: number('max'),
    multiplier: number('multiplier'),
    resetThresholdMs: number('resetThreshold'),
    jitter: number('jitter'),
    attemptsBeforeReset: number('attemptsBeforeReset'),
  }
}

export function runConfiguredStrategy(vector: Vector): Verdict {
  const values = new Map(Object.entries(vector.configuration as Readonly<Record<string, unknown>>))
  try {
    const got = asFlink(restartSpecOf(values, vector.checkpointing === true))
    return same({ class: vector.class, fields: vector.fields }, got)
  } catch (error) {
    if (error instanceof LearnerError && vector.error !== undefined) return PASSED
    throw error
  }
}

function asFlink(spec: RestartSpec): unknown {
  switch (spec.kind) {
    case 'none':
      return { class: 'NoRestartBackoffTimeStrategy', fields: {} }
    case 'fixed-delay':
      return {
        class: 'FixedDelayRestartBackoffTimeStrategy',
        fields: { maxNumberRestartAttempts: spec.attempts, backoffTimeMS: spec.delayMs },
      }
    case 'failure-rate':
      return {
        class: 'FailureRateRestartBackoffTimeStrategy',
        fields: {
          failuresIntervalMS: spec.intervalMs,
          backoffTimeMS: spec.delayMs,
          maxFailuresPerInterval: spec.maxFailures,
        },
      }
    case 'exponential-delay':
      return {
        class: 'ExponentialDelayRestartBackoffTimeStrategy',
        fields: {
          initialBackoffMS: spec.initialMs,
          maxBackoffMS: spec.maxMs,
          backoffMultiplier: spec.multiplier,
          resetBackoffThresholdMS: spec.resetThresholdMs,
          jitterFactor: spec.jitter,
          attemptsBeforeResetBackoff: spec.attemptsBeforeReset,
        },
      }
  }
}

export function runKeyGroupRanges(vector: Vector): Verdict {
  const { maxParallelism, parallelism } = vector as unknown as { maxParallelism: number; parallelism: number }
  const got = Array.from({ length: parallelism }, (_, subtask) => {
    const { start, end } = keyGroupRange(subtask, parallelism, maxParallelism)
    return [start, end]
  })
  return same(vector.ranges, got)
}

export function runMaxParallelism(vector: Vector): Verdict {
  return same(vector.maxParallelism, defaultMaxParallelism(vector.parallelism as number))
}

export function runRedistribution(vector: Vector): Verdict {
  const counts = vector.elementsBefore as readonly number[]
  const before = counts.map((count, subtask) => {
    const elements = Array.from({ length: count }, (_, i) => `${subtask}/${i}`)
    return snapshotOf(String(vector.mode), elements)
  })
  const got = redistribute(before, vector.newParallelism as number).map(({ lists, broadcasts }) => [
    ...(lists[0]?.elements ?? []),
    ...(broadcasts[0]?.entries.map(([key]) => key) ?? []),
  ])
  return same(vector.after, got)
}

function snapshotOf(mode: string, elements: readonly string[]): OperatorSnapshot {
  const name = 'state'
  if (mode === 'BROADCAST') {
    return { ...NO_OPERATOR_STATE, broadcasts: [{ name, entries: elements.map((element) => [element, true]) }] }
  }
  const listMode: ListMode = mode === 'UNION' ? 'union' : 'split'
  return { ...NO_OPERATOR_STATE, lists: [{ name, mode: listMode, elements }] }
}

export function runOptionDefault(vector: Vector): Verdict {
  const option = OPTIONS.find(({ key }) => key === vector.option)
  if (option === undefined) return NOT_HERE
  const { defaultValue, values } = option
  const text = vector.default as string | null
  return same(text === null ? null : values.read(text), defaultValue)
}

function same(expected: unknown, actual: unknown): Verdict {
  const [want, got] = [JSON.stringify(expected), JSON.stringify(actual)]
  return want === got ? PASSED : failed(`expected ${want}, got ${got}`)
}
