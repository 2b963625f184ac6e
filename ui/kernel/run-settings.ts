// The settings of a run as the page keeps them, and how text in a field becomes one.
import type { RunSettings } from '../../runtime/host/protocol.ts'

/** What the learner sets; what a lesson's run adds (inputs, cluster) isn't kept. */
export type PageSettings = Required<Pick<RunSettings, 'parallelism' | 'seed' | 'untilMs' | 'speed'>>

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 100, null] as const

/** Lessons run on a slow network, one record a buffer, so that records can be seen on their way. */
export const LESSON_CLUSTER = {
  bufferRecords: 1,
  sourceRecords: 1,
  credits: 8,
  latencyUs: 300_000,
  bufferTimeoutUs: 0,
} as const

export const DEFAULT_SETTINGS: PageSettings = { parallelism: 1, seed: 1, untilMs: 60_000, speed: 10 }

/** In a lesson one looks. */
export const LESSON_SETTINGS: PageSettings = { ...DEFAULT_SETTINGS, speed: 1 }

export const MAX_PARALLELISM = 128

/** Settings from what was saved; whatever can't be understood is the default. */
export function parseSettings(text: string | null, otherwise: PageSettings = DEFAULT_SETTINGS): PageSettings {
  try {
    const saved = JSON.parse(text ?? '{}') as Partial<Record<keyof PageSettings, unknown>>
    return {
      parallelism: wholeNumber(saved.parallelism, { min: 1, max: MAX_PARALLELISM }) ?? otherwise.parallelism,
      seed: wholeNumber(saved.seed, {}) ?? otherwise.seed,
      untilMs: saved.untilMs === null ? null : (wholeNumber(saved.untilMs, { min: 1 }) ?? otherwise.untilMs),
      speed: SPEEDS.find((speed) => speed === saved.speed) ?? (saved.speed === null ? null : otherwise.speed),
    }
  } catch {
    return otherwise
  }
}

interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** The value as a safe integer within its bounds, or null if it isn't a number at all. */
export function wholeNumber(value: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return Math.min(max, Math.max(min, Math.round(value)))
}
