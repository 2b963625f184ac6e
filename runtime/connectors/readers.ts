// One reader class per kind of source. Which indices a subtask reads: collections and transactions are one split, read
// by subtask 0; sequences are cut into even stretches, as Flink's NumberSequenceSource cuts them.

import { cloneValue } from '../base/clone.ts'
import { asCall } from '../operators/rich-function.ts'
import type { ReaderContext, ScriptRecord, SourceFunctionLike, SourceReader, SourceSpec } from './source.ts'
import { transactionAt, TRANSACTION_COUNT } from './transactions.ts'

/** The reader of a subtask. */
export function createReader(spec: SourceSpec, context: ReaderContext): SourceReader {
  switch (spec.kind) {
    case 'collection':
      return new CollectionReader(context.subtask === 0 ? (context.userFunction('elements') as readonly unknown[]) : [])
    case 'sequence':
      return new IndexReader(
        split(spec.from, spec.to - spec.from + 1, context),
        rate(spec.ratePerSecond, context),
        (i) => i,
      )
    case 'generator': {
      const map = asCall<(index: number) => unknown>(context.userFunction('generator'), 'map')
      const share = split(0, spec.count ?? Number.MAX_SAFE_INTEGER, context)
      return new IndexReader(share, rate(spec.ratePerSecond, context), map)
    }
    case 'transactions': {
      const count = spec.isBounded ? TRANSACTION_COUNT : Infinity
      const share = { start: 0, count: context.subtask === 0 ? count : 0 }
      return new IndexReader(share, spec.ratePerSecond, transactionAt)
    }
    case 'function':
      return new FunctionReader(
        context.subtask === 0 ? (context.userFunction('source') as SourceFunctionLike<unknown>) : null,
      )
    case 'script':
      return new ScriptReader(context.subtask === 0 ? spec.records : [])
  }
}

interface Share {
  readonly start: number
  readonly count: number
}

function split(from: number, count: number, { subtask, parallelism }: ReaderContext): Share {
  const each = Math.floor(count / parallelism)
  const withOneMore = count - each * parallelism
  return {
    start: from + each * subtask + Math.min(subtask, withOneMore),
    count: each + (subtask < withOneMore ? 1 : 0),
  }
}

function rate(ratePerSecond: number | null, { parallelism }: ReaderContext): number | null {
  return ratePerSecond === null ? null : ratePerSecond / parallelism
}

/** Reads a list. */
class CollectionReader implements SourceReader {
  readonly elements: readonly unknown[]
  position = 0
  nextAtUs: number
  timestamp = NaN

  constructor(elements: readonly unknown[]) {
    this.elements = elements
    this.nextAtUs = elements.length > 0 ? 0 : Infinity
  }

  available(_nowUs: number, limit: number): number {
    return Math.min(limit, this.elements.length - this.position)
  }

  read(): unknown {
    const element = this.elements[this.position++]
    if (this.position === this.elements.length) this.nextAtUs = Infinity
    return element
  }
}

/** Makes a record out of each index, at a steady rate or all at once. */
class IndexReader implements SourceReader {
  readonly start: number
  readonly count: number
  readonly make: (index: number) => unknown
  /** Between records, 0 for all at once. */
  readonly intervalUs: number
  position = 0
  nextAtUs: number
  timestamp = NaN

  constructor(share: Share, ratePerSecond: number | null, make: (index: number) => unknown) {
    this.start = share.start
    this.count = share.count
    this.make = make
    this.intervalUs = ratePerSecond === null ? 0 : 1_000_000 / ratePerSecond
    this.nextAtUs = share.count > 0 ? 0 : Infinity
  }

  available(nowUs: number, limit: number): number {
    const rest = Math.min(limit, this.count - this.position)
    if (this.intervalUs === 0) return rest
    let due = 0
    while (due < rest && Math.floor((this.position + due) * this.intervalUs) <= nowUs) due++
    return due
  }

  read(): unknown {
    const position = this.position
    this.position = position + 1
    if (position + 1 >= this.count) this.nextAtUs = Infinity
    else if (this.intervalUs > 0) this.nextAtUs = Math.floor((position + 1) * this.intervalUs)
    return this.make(this.start + position)
  }
}

/** Runs a SourceFunction to its end when it's opened, and then hands out what it collected. */
class FunctionReader implements SourceReader {
  readonly values: unknown[] = []
  readonly timestamps: number[] = []
  position = 0
  nextAtUs: number
  timestamp = NaN

  constructor(source: SourceFunctionLike<unknown> | null) {
    const take = (record: unknown, timestampMs: number): void => {
      this.values.push(cloneValue(record))
      this.timestamps.push(timestampMs)
    }
    source?.run({ collect: (record) => take(record, NaN), collectWithTimestamp: take })
    this.nextAtUs = this.values.length > 0 ? 0 : Infinity
  }

  available(_nowUs: number, limit: number): number {
    return Math.min(limit, this.values.length - this.position)
  }

  read(): unknown {
    const value = this.values[this.position]
    this.timestamp = this.timestamps[this.position] as number
    this.position++
    if (this.position === this.values.length) this.nextAtUs = Infinity
    return value
  }
}

/** Reads records at the times they say. Each reading gives a copy: the script is one for all runs. */
class ScriptReader implements SourceReader {
  readonly records: readonly ScriptRecord[]
  position = 0
  nextAtUs: number
  timestamp = NaN

  constructor(records: readonly ScriptRecord[]) {
    this.records = records
    this.nextAtUs = this.dueUs()
  }

  available(nowUs: number, limit: number): number {
    let due = 0
    while (due < limit && this.dueUs(due) <= nowUs) due++
    return due
  }

  read(): unknown {
    const record = this.records[this.position++] as ScriptRecord
    this.timestamp = record.timestamp ?? NaN
    this.nextAtUs = this.dueUs()
    return cloneValue(record.value)
  }

  /** When the record so many places on can be read; Infinity past the last. */
  private dueUs(ahead = 0): number {
    const record = this.records[this.position + ahead]
    return record === undefined ? Infinity : Math.round((record.atMs ?? 0) * 1000)
  }
}
