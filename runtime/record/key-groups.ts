// Key groups: the unit in which keyed state moves between subtasks. Flink's KeyGroupRangeAssignment.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#keyed-state

import { murmurHash } from '../base/java-hash.ts'

/** Both ends included. */
export interface KeyGroupRange {
  readonly start: number
  readonly end: number
}

/** Lowest and highest number of key groups Flink allows. */
export const LOWEST_MAX_PARALLELISM = 128
export const HIGHEST_MAX_PARALLELISM = 32768

/** The key group of a Java hash code. */
export function keyGroupOf(hash: number, maxParallelism: number): number {
  return murmurHash(hash) % maxParallelism
}

/** The subtask that owns a key group. */
export function subtaskOf(keyGroup: number, parallelism: number, maxParallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism)
}

/** The key groups that a subtask owns. */
export function keyGroupRange(subtask: number, parallelism: number, maxParallelism: number): KeyGroupRange {
  return {
    start: Math.ceil((subtask * maxParallelism) / parallelism),
    end: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),
  }
}

/** Flink's choice where nobody sets it: one and a half times the parallelism, rounded up to a power of two, at least 128. */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2)
  const power = 2 ** Math.ceil(Math.log2(Math.max(wanted, 1)))
  return Math.min(Math.max(power, LOWEST_MAX_PARALLELISM), HIGHEST_MAX_PARALLELISM)
}
