// A map whose keys are compared as Java compares them: two tuples, objects or dates of equal content are one key. Keys
// that are numbers, texts or booleans, nearly all of them, go straight into a Map. What a MapState and a broadcast state
// hold.

import { equalityText } from '../base/value-equality.ts'
import type { TypeInformation } from '../record/type-info.ts'

/** Keys by value to values, in the order in which keys were first put. */
export class ValueMap<V> {
  readonly entries = new Map<unknown, V>()
  /** By the text of a key that's an object: that key as `entries` has it. Null until there is one. */
  objects: Map<string, unknown> | null = null
  /** Declared BIG_INT, keys are bigints. Otherwise an integral number and a bigint are one long. */
  readonly keyType: TypeInformation<unknown> | null

  constructor(keyType: TypeInformation<unknown> | null) {
    this.keyType = keyType
  }

  get size(): number {
    return this.entries.size
  }

  get(key: unknown): V | undefined {
    return this.entries.get(this.find(key))
  }

  has(key: unknown): boolean {
    return this.entries.has(this.find(key))
  }

  set(key: unknown, value: V): void {
    const known = this.find(key)
    this.entries.set(known, value)
    if (typeof known === 'object' && known !== null) (this.objects ??= new Map()).set(equalityText(known), known)
  }

  /** False if the key wasn't there. */
  delete(key: unknown): boolean {
    const known = this.find(key)
    if (typeof known === 'object' && known !== null) this.objects?.delete(equalityText(known))
    return this.entries.delete(known)
  }

  /** A map of those entries whose value is wanted. */
  filter(isWanted: (value: V) => boolean): ValueMap<V> {
    const copy = new ValueMap<V>(this.keyType)
    for (const [key, value] of this.entries) if (isWanted(value)) copy.set(key, value)
    return copy
  }

  clear(): void {
    this.entries.clear()
    this.objects = null
  }

  /** The key as `entries` has it, or would have it. */
  private find(key: unknown): unknown {
    switch (typeof key) {
      case 'object':
        return key === null ? null : (this.objects?.get(equalityText(key)) ?? key)
      case 'undefined':
        return null
      case 'bigint':
        return this.keyType?.kind !== 'BIG_INT' && Number.isSafeInteger(Number(key)) ? Number(key) : key
      case 'number':
        return this.keyType?.kind === 'BIG_INT' && Number.isInteger(key) ? BigInt(key) : key
      default:
        return key
    }
  }
}
