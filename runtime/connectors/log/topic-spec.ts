// Topics that a job finds when it starts, as the plan holds them: how many partitions, and who writes to them from outside.
// Records and functions stand in the registry, under the name that `topicNodeId` gives.

import type { LocalSourceSpec } from '../source.ts'

/** A topic, with what is produced to it from outside. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly retentionMs: number
  /** Records given one by one: how many, and a digest of them. */
  readonly records: { readonly count: number; readonly digest: string } | null
  /** Records that a source makes, whatever becomes of the jobs. */
  readonly producer: LocalSourceSpec | null
}

/** A record given one by one. */
export interface TopicRecord {
  readonly value: unknown
  readonly key?: unknown
  /** Chosen by the key unless it's given. */
  readonly partition?: number
  /** Event time in ms. */
  readonly timestamp?: number
  /** When it's written, in ms after the start; with the one before unless it's given. */
  readonly atMs?: number
}

/** Under which name the registry has a topic's records and functions. */
export function topicNodeId(topic: string): string {
  return `topic ${topic}`
}
