// From a source's data to the reader of a subtask: which kind of reader reads which kind of source, and how fast. A rate
// is of all subtasks together.

import { LearnerError } from '../base/diagnostic.ts'
import { asCall } from '../operators/rich-function.ts'
import { rowAt } from './datagen.ts'
import { FileReader } from './file-reader.ts'
import { FunctionReader } from './function-reader.ts'
import { IndexReader } from './index-reader.ts'
import { ListReader } from './list-reader.ts'
import { ScriptReader } from './script-reader.ts'
import { scriptValues } from './script-values.ts'
import type { LocalSourceSpec, ReaderContext, SourceReader, SourceSplit } from './source.ts'
import { clickAt } from './training/click-event.ts'
import { RideReader } from './training/ride-reader.ts'
import { TaxiFare } from './training/taxi-fare.ts'
import { transactionAt } from './transactions.ts'

/** The reader of a subtask's splits, of sources whose data doesn't go on outside. */
export function createReader(
  spec: LocalSourceSpec,
  splits: readonly SourceSplit[],
  context: ReaderContext,
): SourceReader {
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
      return new FunctionReader(splits, context, {
        source: () => context.userFunction('source'),
        isParallel: spec.isParallel === true,
      })
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
