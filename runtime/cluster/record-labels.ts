// How records are called in pictures: by their key where they were keyed, and by their text. Key selectors are asked in an
// evaluation of the job made for this alone: those of the run are called exactly as often as if nobody watched.

import { toPrintText } from '../base/value-text.ts'
import type { Channel } from '../network/channel.ts'
import { asCall } from '../operators/rich-function.ts'
import type { JobInstance } from '../task/job-instance.ts'
import type { JobExecution } from './job-execution.ts'

const LONGEST_LABEL = 12
const LONGEST_TEXT = 300

export class RecordLabels {
  /** The evaluation that key selectors are of. */
  instance: JobInstance | null = null
  private readonly selectors = new Map<Channel, (value: unknown) => unknown>()
  /** By keyed channel: one and the same object travels with a key and, before that, without. */
  private readonly keys = new Map<Channel, WeakMap<object, string>>()
  private readonly texts = new WeakMap<object, string>()

  /** Takes the job's key selectors. Before the first event. */
  attach(execution: JobExecution): void {
    this.selectors.clear()
    const keyed = Array.from(execution.deployment.edges).filter(([, { edge }]) => edge.key !== null)
    if (keyed.length === 0) return
    const { startMs } = execution.simulation.settings
    const instance = (this.instance = execution.instantiate({
      nowMs: () => startMs,
      random: () => 0,
      log: () => undefined,
    }))
    for (const [channel, { to, index }] of keyed) {
      const select = asCall<(value: unknown) => unknown>(instance.registry.get(to, `keySelector:${index}`), 'getKey')
      this.keys.set(channel, new WeakMap())
      this.selectors.set(channel, (value) => {
        instance.beginTurn()
        return select(value)
      })
    }
  }

  /** The key on a keyed channel, otherwise the value; cut short. */
  labelOf(value: unknown, channel: Channel): string {
    const known = isObject(value) ? this.keys.get(channel) : undefined
    if (known === undefined || !isObject(value)) return cut(this.#keyText(value, channel) ?? this.textOf(value))
    let label = known.get(value)
    if (label === undefined) {
      label = cut(this.#keyText(value, channel) ?? this.textOf(value))
      known.set(value, label)
    }
    return label
  }

  /** The value as print shows it. Records don't change while they travel, so the first text holds. */
  textOf(value: unknown): string {
    if (!isObject(value)) return shorten(toPrintText(value))
    let text = this.texts.get(value)
    if (text === undefined) {
      text = shorten(toPrintText(value))
      this.texts.set(value, text)
    }
    return text
  }

  #keyText(value: unknown, channel: Channel): string | null {
    const select = this.selectors.get(channel)
    if (select === undefined) return null
    try {
      return toPrintText(select(value))
    } catch {
      // The run will meet the same, and say so.
      return null
    }
  }
}

export function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}

function cut(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
