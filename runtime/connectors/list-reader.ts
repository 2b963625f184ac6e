// The reader of collections, which are lists in the registry and read by one subtask from where a split says: all at once,
// as far as a turn goes.

import type { SourceReader, SourceSplit } from './source.ts'

export class ListReader implements SourceReader {
  elements: readonly unknown[]
  position: number
  nextAtUs: number
  timestamp = NaN

  constructor(splits: readonly SourceSplit[], elements: () => readonly unknown[]) {
    const [split] = splits
    this.elements = split === undefined ? [] : elements()
    this.position = split?.position ?? 0
    this.nextAtUs = this.position < this.elements.length ? 0 : Infinity
  }

  available(_nowUs: number, limit: number): number {
    return Math.min(limit, this.elements.length - this.position)
  }

  read(): unknown {
    const element = this.elements[this.position++]
    if (this.position === this.elements.length) this.nextAtUs = Infinity
    return element
  }

  splits(): SourceSplit[] {
    if (this.nextAtUs === Infinity) return []
    return [{ id: '0', position: this.position, end: this.elements.length }]
  }
}
