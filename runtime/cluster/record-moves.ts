// A record that a source hasn't given yet comes at another time, or with another timestamp. Its arrival is moved in the
// source's own data, among those that come after the place where the source was then: an input's record gets another time,
// one of a source with a rate another turn, and those between take theirs one earlier or later. Its timestamp is what the
// watermark strategy is overruled with for this record, after the learner's assigner was asked as for any other.

import { IndexReader } from '../connectors/index-reader.ts'
import { lastRead } from '../connectors/last-read.ts'
import { ScriptReader } from '../connectors/script-reader.ts'
import type { ScriptRecord, SourceReader, SourceSpec } from '../connectors/source.ts'
import type { EventTimeLogic } from '../operators/event-time.ts'
import { TimestampsAndWatermarksOperator } from '../operators/timestamps-watermarks.ts'
import type { Task } from '../task/task.ts'
import type { ClusterAction } from './cluster-action.ts'

/** A record that is to come at another time, or with another timestamp. */
export type MoveAction = ClusterAction & { readonly kind: 'move-record' }

/** A move, and the first place of the split that it may change. */
export interface RecordMove extends Pick<MoveAction, 'record' | 'split' | 'atMs' | 'timestamp'> {
  readonly from: number
  /** The place at which it comes by its source's rate; its own where that isn't moved, or the source is an input. */
  readonly to: number
}

/** Kinds of sources whose records can get another timestamp: those that say which record they give. */
export function canMoveRecords({ kind }: SourceSpec): boolean {
  return ['collection', 'sequence', 'generator', 'datagen', 'transactions', 'fares', 'clicks', 'script'].includes(kind)
}

/** Whether each of its records has a time of arrival, of its own or by a rate. */
export function canMoveArrivals(source: SourceSpec): boolean {
  return source.kind === 'script' || ('ratePerSecond' in source && source.ratePerSecond !== null)
}

/** The move as of where the source is now; null where the record has been read, or isn't in this subtask's splits. */
export function recordMove(reader: SourceReader, { record, split, atMs, timestamp }: MoveAction): RecordMove | null {
  const position = reader.splits().find(({ id }) => id === split)?.position
  if (position === undefined || record < position) return null
  const moved = { ...(atMs === undefined ? {} : { atMs }), ...(timestamp === undefined ? {} : { timestamp }) }
  const hasTurns = reader instanceof IndexReader && atMs !== undefined
  const to = hasTurns ? reader.placeNear(split, record, atMs * 1000) : record
  return { record, split, from: position, to, ...moved }
}

/** Moves the record in the reader's own data, where it has times and timestamps of its own. */
export function applyMove(reader: SourceReader, move: RecordMove): void {
  const { record, split, atMs, timestamp, from } = move
  if (reader instanceof IndexReader && move.to !== record) {
    const { make } = reader
    reader.make = (index) => make(placeBefore(move, index))
  }
  if (!(reader instanceof ScriptReader)) return
  const strand = reader.strands.find(({ id }) => id === split)
  const before = strand?.records[record]
  if (strand === undefined || before === undefined) return
  const moved: ScriptRecord = {
    ...before,
    ...(atMs === undefined ? {} : { atMs }),
    ...(timestamp === undefined ? {} : { timestamp, isRestamped: true }),
  }
  const others = strand.records.filter((_, i) => i !== record)
  const later = others.findIndex((other, i) => i >= from && (other.atMs ?? 0) > (moved.atMs ?? 0))
  const place = atMs === undefined ? record : later < 0 ? others.length : later
  strand.records = [...others.slice(0, place), moved, ...others.slice(place)]
  reader.pausesChanged()
}

/** Which place the record had that has this one since the move. */
function placeBefore({ record, to }: RecordMove, place: number): number {
  if (place === to) return record
  if (record <= place && place < to) return place + 1
  return to < place && place <= record ? place - 1 : place
}

/** Overrules what the task's strategy assigns to records with another timestamp, by all moves. Once for each opened task. */
export function overrule(task: Task, moves: () => readonly RecordMove[]): void {
  const logic = assigning(task)
  if (task.source === null || logic === null || logic.assigner === null) return
  const { reader } = task.source
  const { assigner } = logic
  logic.assigner = (value, own) => {
    const assigned = assigner(value, own)
    return stampOf(reader, moves()) ?? assigned
  }
}

/** Where the task's records get their timestamps, if that's in this task. */
function assigning({ chain, source }: Task): EventTimeLogic | null {
  const operator = chain.operators.filter((one) => one instanceof TimestampsAndWatermarksOperator).at(-1)
  return operator instanceof TimestampsAndWatermarksOperator ? operator.logic : (source?.logic ?? null)
}

function stampOf(reader: SourceReader, moves: readonly RecordMove[]): number | undefined {
  const last = lastRead(reader)
  if (last === null) return undefined
  if (reader instanceof ScriptReader) {
    const read = reader.strands.find(({ id }) => id === last.split)?.records[last.record]
    return read?.isRestamped === true ? read.timestamp : undefined
  }
  // The one that was last given to it, at whichever place it stood then.
  let place = last.record
  for (const move of moves.filter(({ split }) => split === last.split).reverse()) {
    if (place === move.to && move.timestamp !== undefined) return move.timestamp
    place = placeBefore(move, place)
  }
  return undefined
}
