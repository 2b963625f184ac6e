// What can happen to a source as the subtask sees it that reads it: it stands still, it comes late, or its records come
// out of order. What happens to a source is in the source: an attempt that reads the same records again gets them in the
// same order, so that a restored job goes on where it was.

import { RandomStream } from '../base/random.ts'
import { IndexReader } from '../connectors/index-reader.ts'
import { ListReader } from '../connectors/list-reader.ts'
import { ScriptReader } from '../connectors/script-reader.ts'
import type { SourceOperator } from '../connectors/source-operator.ts'
import type { SourceReader, SourceSpec } from '../connectors/source.ts'
import type { Task } from '../task/task.ts'
import type { ClusterAction } from './cluster-action.ts'
import { applyMove, overrule, recordMove, type MoveAction, type RecordMove } from './record-moves.ts'

/** Kinds of sources whose records can come out of order: those that can be read from anywhere. */
export function canReorder({ kind }: SourceSpec): boolean {
  return ['collection', 'sequence', 'generator', 'datagen', 'transactions', 'fares', 'clicks', 'script'].includes(kind)
}

/** So many records at a time are shuffled, of each split from a position on. */
interface Disorder {
  readonly within: number
  readonly from: ReadonlyMap<string, number>
}

/** What changes which record comes next. */
type OrderAction = MoveAction | (ClusterAction & { readonly kind: 'reorder-source' })

export class SourceFaults {
  readonly seed: number
  heldUntilUs = -Infinity
  delayUs = 0
  /** In the order in which they were done. */
  readonly disorders: (Disorder | RecordMove)[] = []
  /** Done while the source wasn't running: they begin with what it reads first then. */
  waiting: OrderAction[] = []

  constructor(seed: number) {
    this.seed = seed
  }

  /** Begins with the records that come next. */
  disorder(task: Task, source: SourceOperator, action: OrderAction): void {
    if (action.kind === 'reorder-source') this.reorder(source, action.within)
    else this.move(task, source, action)
  }

  private reorder(source: SourceOperator, within: number): void {
    const from = new Map(source.reader.splits().map(({ id, position }) => [id, position]))
    const disorder = { within, from }
    this.disorders.push(disorder)
    this.shuffle(source.reader, disorder)
  }

  /** A record that hasn't been read yet comes at another time, or with another timestamp. */
  private move(task: Task, source: SourceOperator, action: MoveAction): void {
    const move = recordMove(source.reader, action)
    if (move === null) return
    const isFirst = this.moves().length === 0
    this.disorders.push(move)
    applyMove(source.reader, move)
    if (isFirst) overrule(task, () => this.moves())
  }

  /** To a source that has just been opened, or while it runs. */
  applyTo(source: SourceOperator): void {
    source.heldUntilUs = this.heldUntilUs
    source.delayBy(this.delayUs)
  }

  /** The reader is a new one. */
  opened(task: Task, source: SourceOperator): void {
    this.applyTo(source)
    for (const disorder of this.disorders) {
      if ('within' in disorder) this.shuffle(source.reader, disorder)
      else applyMove(source.reader, disorder)
    }
    if (this.moves().length > 0) overrule(task, () => this.moves())
    const waiting = this.waiting
    this.waiting = []
    for (const action of waiting) this.disorder(task, source, action)
  }

  private moves(): RecordMove[] {
    return this.disorders.filter((disorder): disorder is RecordMove => 'record' in disorder)
  }

  private shuffle(reader: SourceReader, { within, from }: Disorder): void {
    const orderOf = (split: string, end: number) => (position: number) =>
      this.place({ split, end, within, from }, position)
    if (reader instanceof IndexReader) {
      const { make } = reader
      // From where the disorder begins, not from where the reader is: a later one may look back at what has been read.
      const stretches = reader.stretches.map(({ id, end }) => ({
        start: from.get(id) ?? Infinity,
        end,
        order: orderOf(id, end),
      }))
      reader.make = (index) => {
        const stretch = stretches.find(({ start, end }) => start <= index && index < end)
        return make(stretch === undefined ? index : stretch.order(index))
      }
    } else if (reader instanceof ListReader) {
      const order = orderOf('0', reader.elements.length)
      reader.elements = reader.elements.map((_, i, all) => all[order(i)])
    } else if (reader instanceof ScriptReader) {
      for (const strand of reader.strands) {
        const order = orderOf(strand.id, strand.records.length)
        // When something comes stays as it was; what comes then is another record.
        strand.records = strand.records.map(
          (record, i, all) => ({ ...all[order(i)], atMs: record.atMs }) as typeof record,
        )
      }
    }
  }

  /** Which record comes at this position instead of its own. */
  private place(
    { split, end, within, from }: Disorder & { readonly split: string; readonly end: number },
    position: number,
  ): number {
    const start = from.get(split) ?? Infinity
    if (position < start) return position
    const first = start + Math.floor((position - start) / within) * within
    const size = Math.min(within, end - first)
    const random = new RandomStream(this.seed, `reorder ${split} ${first}`)
    const places = Array.from({ length: size }, (_, i) => i)
    for (let i = size - 1; i > 0; i--) {
      const other = random.nextBelow(i + 1)
      ;[places[i], places[other]] = [places[other] as number, places[i] as number]
    }
    return first + (places[position - first] as number)
  }
}
