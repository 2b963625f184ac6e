// How records are called in pictures: the key that the partitioner took from them, and their text. Kept beside the
// records, weakly, because asking the learner's key selector again would be a call the run doesn't make.

import { toPrintText } from '../base/value-text.ts'

const LONGEST_LABEL = 12
const LONGEST_TEXT = 300

export class RecordLabels {
  readonly #keys = new WeakMap<object, string>()
  readonly #texts = new WeakMap<object, string>()

  keySeen(value: unknown, key: unknown): void {
    if (isObject(value)) this.#keys.set(value, toPrintText(key))
  }

  /** The key where the record was keyed, otherwise the value, cut short. */
  labelOf(value: unknown): string {
    const label = (isObject(value) ? this.#keys.get(value) : undefined) ?? this.textOf(value)
    return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label
  }

  /** The value as print shows it. Records don't change while they travel, so the first text holds. */
  textOf(value: unknown): string {
    if (!isObject(value)) return shorten(toPrintText(value))
    let text = this.#texts.get(value)
    if (text === undefined) {
      text = shorten(toPrintText(value))
      this.#texts.set(value, text)
    }
    return text
  }
}

export function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
