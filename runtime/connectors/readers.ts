// From a source's data to the reader of a subtask; and the reader of sources that have all their records from the start:
// collections, and functions that are run to their end.

import { LearnerError } from '../base/diagnostic.ts'
import { cloneValue } from '../base/clone.ts'
import { asCall, refusePromise } from '../operators/rich-function.ts'
import { rowAt } from './datagen.ts'
import { FileReader } from './file-reader.ts'
import { IndexReader } from './index-reader.ts'
import { ScriptReader } from './script-reader.ts'
import { scriptValues } from './script-values.ts'
import type { ReaderContext, SourceFunctionLike, SourceReader, SourceSpec, SourceSplit } from './source.ts'
import { clickAt } from './training/click-event.ts'
import { RideReader } from './training/ride-reader.ts'
import { TaxiFare } from './training/taxi-fare.ts'
import { transactionAt } from './transactions.ts'

/** More than this is taken for a source that never ends. */
const MOST_COLLECTED = 1_000_000

/** The reader of a subtask's splits. */
export function createReader(spec: SourceSpec, splits: readonly SourceSplit[], context: ReaderContext): SourceReader {
  switch (spec.kind) {
    case 'collection':
      return new ListReader(splits, () => context.userFunction('elements') as readonly unknown[])
    case 'sequence':
      return new IndexReader(splits, paced(spec, context), (i) => i)
    case 'generator':
      return new IndexReader(splits, paced(spec, context), asCall(context.userFunction('generator'), 'map'))
    case 'datagen':
      return new IndexReader(splits, paced(spec, context), (i) => rowAt(spec.fields, context.seed, i))
    case 'transactions':
      return new IndexReader(splits, paced(spec, context), transactionAt)
    case 'fares':
      return new IndexReader(splits, paced(spec, context), (i) => new TaxiFare(i + 1))
    case 'clicks':
      return new IndexReader(splits, paced(spec, context), clickAt)
    case 'rides':
      return new RideReader(splits)
    case 'files':
      return new FileReader(splits, context.userFunction('texts') as ReadonlyMap<string, string>)
    case 'socket':
      throw new LearnerError('SOCKET', { host: spec.host, port: spec.port, source: context.name })
    case 'function':
      return collectedReader(splits, context)
    case 'script':
      return new ScriptReader(spec.records, splits, scriptValues(spec.replaces))
  }
}

/** A rate is of all subtasks together. */
function paced(
  { ratePerSecond }: { readonly ratePerSecond: number | null },
  { name, parallelism }: ReaderContext,
): { readonly name: string; readonly ratePerSecond: number | null } {
  return { name, ratePerSecond: ratePerSecond === null ? null : ratePerSecond / parallelism }
}

/** Reads a list, and timestamps beside it where there are any. */
class ListReader implements SourceReader {
  readonly elements: readonly unknown[]
  readonly timestamps: readonly number[] | null
  position: number
  nextAtUs: number
  timestamp = NaN

  constructor(
    splits: readonly SourceSplit[],
    elements: () => readonly unknown[],
    timestamps: readonly number[] | null = null,
  ) {
    const [split] = splits
    this.elements = split === undefined ? [] : elements()
    this.timestamps = timestamps
    this.position = split?.position ?? 0
    this.nextAtUs = this.position < this.elements.length ? 0 : Infinity
  }

  available(_nowUs: number, limit: number): number {
    return Math.min(limit, this.elements.length - this.position)
  }

  read(): unknown {
    if (this.timestamps !== null) this.timestamp = this.timestamps[this.position] as number
    const element = this.elements[this.position++]
    if (this.position === this.elements.length) this.nextAtUs = Infinity
    return element
  }

  splits(): SourceSplit[] {
    if (this.nextAtUs === Infinity) return []
    return [{ id: '0', position: this.position, end: this.elements.length }]
  }
}

/** Runs a SourceFunction to its end when it's opened, and then hands out what it collected. */
function collectedReader(splits: readonly SourceSplit[], context: ReaderContext): ListReader {
  if (splits.length === 0) return new ListReader(splits, () => [])
  const source = context.userFunction('source') as SourceFunctionLike<unknown>
  const operator = context.name
  const values: unknown[] = []
  const timestamps: number[] = []
  const take = (record: unknown, timestampMs: number): void => {
    if (values.length === MOST_COLLECTED) throw new LearnerError('SOURCE_ENDLESS', { operator })
    values.push(cloneValue(record))
    timestamps.push(timestampMs)
  }
  const collectWithTimestamp = (record: unknown, timestampMs: number): void => {
    if (!Number.isSafeInteger(timestampMs)) {
      throw new LearnerError('COLLECTED_TIMESTAMP', { operator, value: String(timestampMs) })
    }
    take(record, timestampMs)
  }
  try {
    refusePromise(source.run({ collect: (record) => take(record, NaN), collectWithTimestamp }), 'run', operator)
  } catch (error) {
    throw endless(error, operator)
  }
  return new ListReader(splits, () => values, timestamps)
}

/** Out of steps while collecting: what the learner took for a stream without end. Other errors as they are. */
function endless(error: unknown, operator: string): unknown {
  if (!(error instanceof LearnerError) || error.code !== 'STEP_BUDGET') return error
  const explained = new LearnerError('SOURCE_ENDLESS', { operator })
  if (error.stack !== undefined) explained.stack = error.stack
  return explained
}
