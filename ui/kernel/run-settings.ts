// The settings of a run as the page keeps them, and how text in a field becomes one.
import type { RunSettings } from '../../runtime/host/protocol.ts'

export type PageSettings = Required<RunSettings>

export const SPEEDS = [1, 10, 100, null] as const

export const DEFAULT_SETTINGS: PageSettings = { parallelism: 1, seed: 1, untilMs: 60_000, speed: 10 }

export const MAX_PARALLELISM = 128

/** Settings from what was saved; whatever can't be understood is the default. */
export function parseSettings(text: string | null): PageSettings {
  try {
    const saved = JSON.parse(text ?? '{}') as Partial<Record<keyof PageSettings, unknown>>
    return {
      parallelism: wholeNumber(saved.parallelism, { min: 1, max: MAX_PARALLELISM }) ?? DEFAULT_SETTINGS.parallelism,
      seed: wholeNumber(saved.seed, {}) ?? DEFAULT_SETTINGS.seed,
      untilMs: saved.untilMs === null ? null : (wholeNumber(saved.untilMs, { min: 1 }) ?? DEFAULT_SETTINGS.untilMs),
      speed: SPEEDS.find((speed) => speed === saved.speed) ?? (saved.speed === null ? null : DEFAULT_SETTINGS.speed),
    }
  } catch {
    return DEFAULT_SETTINGS
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
