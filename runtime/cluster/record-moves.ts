// A record that a source hasn't given yet comes at another time, or with another timestamp. Its arrival is moved in the
// source's own data, among those that come after the place where the source was then; its timestamp is what the watermark
// strategy is overruled with for this record, after the learner's assigner was asked as for any other.

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
}

/** Kinds of sources whose records can get another timestamp: those that say which record they give. */
export function canMoveRecords({ kind }: SourceSpec): boolean {
  return ['collection', 'sequence', 'generator', 'datagen', 'transactions', 'fares', 'clicks', 'script'].includes(kind)
}

/** Whether each of its records has a time of arrival of its own. */
export function canMoveArrivals({ kind }: SourceSpec): boolean {
  return kind === 'script'
}

/** The move as of where the source is now; null where the record has been read, or isn't in this subtask's splits. */
export function recordMove(reader: SourceReader, { record, split, atMs, timestamp }: MoveAction): RecordMove | null {
  const position = reader.splits().find(({ id }) => id === split)?.position
  if (position === undefined || record < position) return null
  const to = { ...(atMs === undefined ? {} : { atMs }), ...(timestamp === undefined ? {} : { timestamp }) }
  return { record, split, from: position, ...to }
}

/** Moves the record in the reader's own data, where it has times and timestamps of its own. */
export function applyMove(reader: SourceReader, { record, split, atMs, timestamp, from }: RecordMove): void {
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

/** Overrules what the task's strategy assigns to records with another timestamp. Once for each opened task. */
export function overrule(task: Task, moves: readonly RecordMove[]): void {
  const logic = assigning(task)
  if (task.source === null || logic === null || logic.assigner === null) return
  const { reader } = task.source
  const { assigner } = logic
  logic.assigner = (value, own) => {
    const assigned = assigner(value, own)
    return stampOf(reader, moves) ?? assigned
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
  const isIt = ({ split, record, timestamp }: RecordMove): boolean =>
    split === last.split && record === last.record && timestamp !== undefined
  return moves.filter(isIt).at(-1)?.timestamp
}
