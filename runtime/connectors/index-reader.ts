// Makes a record out of each index of its splits, at a steady rate or all at once. Splits are read one after the other,
// as Flink's iterator sources read them, and their records share one stream of watermarks.

import { LearnerError } from '../base/diagnostic.ts'
import { refusePromise } from '../operators/rich-function.ts'
import type { SourceReader, SourceSplit } from './source.ts'

/** Who was held back makes up for so much time at most, as Flink's rate limiter does. */
const MOST_BEHIND_US = 1_000_000

interface Stretch {
  readonly id: string
  position: number
  readonly end: number
}

export class IndexReader implements SourceReader {
  /** Of the source, for messages. */
  readonly name: string
  make: (index: number) => unknown
  /** Between records, 0 for all at once. */
  readonly intervalUs: number
  /** Not read to their end, the one being read first. */
  stretches: Stretch[]
  /** The one being read; the last one when all have been. Its position alone says how far reading has got. */
  current: Stretch
  /** Records in those after it. */
  later: number
  /** Records read before it, less where it began. */
  before: number
  /** The record that ended a stretch, as long as it's the last one that was read: so many had been read with it. */
  ending: { readonly split: string; readonly record: number; readonly count: number } | null = null
  /** When the first of them would have been due, had nothing ever held the reader back. */
  startUs = 0
  nextAtUs: number
  timestamp = NaN

  constructor(
    splits: readonly SourceSplit[],
    settings: { readonly name: string; readonly ratePerSecond: number | null },
    make: (index: number) => unknown,
  ) {
    const { name, ratePerSecond } = settings
    this.name = name
    this.make = make
    this.intervalUs = ratePerSecond === null ? 0 : 1_000_000 / ratePerSecond
    this.stretches = splits
      .map(({ id, position, end }) => ({ id, position, end: end ?? Infinity }))
      .filter(({ position, end }) => position < end)
    this.current = this.stretches[0] ?? { id: '', position: 0, end: 0 }
    this.before = -this.current.position
    this.later = this.stretches.slice(1).reduce((sum, { position, end }) => sum + (end - position), 0)
    this.nextAtUs = this.stretches.length > 0 ? 0 : Infinity
  }

  /** Records read so far. */
  get count(): number {
    return this.before + this.current.position
  }

  available(nowUs: number, limit: number): number {
    const { position, end } = this.current
    const most = Math.min(limit, end - position + this.later)
    if (this.intervalUs === 0) return most
    const behindUs = nowUs - this.dueUs(0)
    if (behindUs > MOST_BEHIND_US) this.startUs += behindUs - MOST_BEHIND_US
    let due = 0
    while (due < most && this.dueUs(due) <= nowUs) due++
    return due
  }

  read(): unknown {
    const { current } = this
    const index = current.position++
    if (current.position === current.end) this.endStretch(index)
    if (this.intervalUs > 0 && this.nextAtUs !== Infinity) this.nextAtUs = this.dueUs(0)
    const value = this.make(index)
    if (value === undefined || value instanceof Promise) this.refuse(value, index)
    return value
  }

  /** Goes on to the next stretch, if there is one. */
  private endStretch(record: number): void {
    const { count, current } = this
    this.ending = { split: current.id, record, count }
    this.stretches.shift()
    const [next] = this.stretches
    if (next === undefined) {
      this.nextAtUs = Infinity
      return
    }
    this.current = next
    this.before = count - next.position
    this.later -= next.end - next.position
  }

  splits(): SourceSplit[] {
    return this.stretches.map(({ id, position, end }) => ({ id, position, end: end === Infinity ? null : end }))
  }

  /**
   * The place at which a record comes that is wanted near this time: each place keeps the time at which the rate has its
   * record come, so it's the nearest one, and another than its own as far as there is one.
   */
  placeNear(split: string, record: number, atUs: number): number {
    let ahead = 0
    for (const { id, position, end } of this.stretches) {
      if (id === split && this.intervalUs > 0) {
        const ownUs = this.dueUs(ahead + record - position)
        const places = Math.round((atUs - ownUs) / this.intervalUs) || Math.sign(atUs - ownUs)
        return Math.max(position, Math.min(end - 1, record + places))
      }
      ahead += end - position
    }
    return record
  }

  /** When the record so many places on is due. */
  private dueUs(ahead: number): number {
    return this.startUs + Math.floor((this.count + ahead) * this.intervalUs)
  }

  /** What the learner's function returned is no record. */
  private refuse(value: unknown, index: number): never {
    refusePromise(value, 'map', this.name)
    throw new LearnerError('GENERATED_NOTHING', { operator: this.name, index })
  }
}
