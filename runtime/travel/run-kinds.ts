// How a run's objects are kept, where their class says more than their fields: what of them never changes, and what is
// copied on write anyway. Whatever isn't named here is kept by its fields, so a new class is kept without being named; to
// name it wrongly would be noticed (test/simulation/keyframes.test.ts).

import { privateMembersOf } from '../base/private-members.ts'
import { CompletedCheckpointStore } from '../cluster/checkpoint-store.ts'
import { Deployment } from '../cluster/deployment.ts'
import { JobActions } from '../cluster/job-actions.ts'
import { JobExecution } from '../cluster/job-execution.ts'
import { TimeTracer } from '../cluster/time-tracer.ts'
import { SqliteDatabase } from '../connectors/database/sqlite-database.ts'
import { ListReader } from '../connectors/list-reader.ts'
import { LogPartition } from '../connectors/log/log-partition.ts'
import { FunctionRegistry } from '../graph/stream-graph.ts'
import { Simulation } from '../kernel/simulation.ts'
import { GivenContext } from '../operators/rich-function.ts'
import { Buffer, BufferPool } from '../record/buffer.ts'
import { Column, type ColumnCells } from '../state/column.ts'
import { numbersOf, type PackedBlock } from '../state/packed-cells.ts'
import { PendingSnapshot } from '../state/keyed-snapshot.ts'
import { OperatorChain } from '../task/operator-chain.ts'
import { TraceRing } from '../trace/trace-ring.ts'
import {
  DATE,
  fieldsKind,
  GUARDED_FIELDS,
  insideOf,
  kept,
  LIST,
  MAP,
  NotKeptError,
  NUMBERS,
  SET,
  takeFields,
  type Fields,
  type Kept,
  type Kind,
  type Tracked,
} from './kept-object.ts'

const FIELDS = fieldsKind()
type Chunk = readonly unknown[] | PackedBlock

interface ColumnValues {
  readonly cells: ColumnCells
  readonly entries: number
  readonly pending: number
  readonly snapshots: number
  readonly writtenAt: readonly (Uint32Array | undefined)[]
  /** By chunk, who looks after the objects in it. */
  readonly inside: readonly (readonly Tracked[])[]
}

const COLUMN: Kind<ColumnValues> = {
  take(of, before, look) {
    const column = of.object as Column
    const was = before?.values as ColumnValues | undefined
    const { entries, pending, snapshots, writtenAt } = column
    // From here on whoever writes copies first.
    const cells = column.cells()
    const chunks = chunksOf(cells)
    const known = was === undefined ? [] : chunksOf(was.cells)
    const isKnown =
      was?.entries === entries &&
      was.snapshots === snapshots &&
      was.pending === 0 &&
      pending === 0 &&
      known.length === chunks.length &&
      chunks.every((chunk, i) => chunk === known[i])
    if (before !== null && isKnown) return before
    const changed = chunks.filter((chunk, i) => chunk !== known[i])
    const bytes = changed.reduce((sum, chunk) => sum + bytesOf(chunk), chunks.length * 16 + 64)
    const marks = writtenAt.map((marked) => marked?.slice())
    const inside = chunks.map((chunk, i) => {
      if (was !== undefined && chunk === known[i]) return was.inside[i] as readonly Tracked[]
      return isPacked(chunk) ? [] : insideOf(chunk, look)
    })
    const values = { cells, entries, pending, snapshots, writtenAt: marks, inside }
    const looked = inside.filter(({ length }) => length > 0)
    return kept(of, values satisfies ColumnValues, looked, bytes)
  },
  put(object, { cells, entries, pending, snapshots, writtenAt }) {
    const column = object as Column
    column.restore(cells, entries)
    Object.assign(column, { pending, snapshots })
    column.writtenAt = writtenAt.map((marked) => marked?.slice())
  },
  differ({ cells, inside, entries, pending }, others, isSame) {
    if (entries !== others.entries || pending !== others.pending) return 'entries'
    const [chunks, otherChunks] = [chunksOf(cells), chunksOf(others.cells)]
    if (chunks.length !== otherChunks.length) return 'chunks'
    for (const [i, chunk] of chunks.entries()) {
      const other = otherChunks[i] as Chunk
      if (chunk === other) {
        if (!(inside[i] ?? []).every(({ object }) => isSame(object, object, i))) return String(i)
        continue
      }
      const [values, otherValues] = [valuesOf(chunk), valuesOf(other)]
      if (values.length !== otherValues.length || !values.every((cell, at) => isSame(cell, otherValues[at], i)))
        return String(i)
    }
    return null
  },
  pieces: ({ cells }) => chunksOf(cells).map((chunk) => [chunk, bytesOf(chunk)]),
}

function chunksOf({ chunks, blocks }: ColumnCells): readonly Chunk[] {
  return blocks ?? chunks
}

function isPacked(chunk: Chunk): chunk is PackedBlock {
  return !Array.isArray(chunk)
}

function valuesOf(chunk: Chunk): readonly unknown[] {
  return isPacked(chunk) ? Array.from(numbersOf(chunk)) : chunk
}

function bytesOf(chunk: Chunk): number {
  return isPacked(chunk) ? numbersOf(chunk).byteLength : chunk.length * 8
}

/** Buffers to use again: whether there are any makes no difference. */
const POOL: Kind<null> = {
  take: (of, before) => before ?? kept(of, null, [], 0),
  put: (object) => void ((object as BufferPool).free = []),
  differ: () => null,
  pieces: () => [],
}

/** The entries are only for whoever looks, who has those from before. */
const RING: Kind<number> = {
  take(of, before): Kept {
    const { written } = of.object as TraceRing
    return before?.values === written ? before : kept(of, written, [], 32)
  },
  put: (object, written) => void Object.assign(object, { written, drained: written }),
  differ: (written, other) => (written === other ? null : 'written'),
  pieces: () => [],
}

/** The learner's functions by role. Lists and texts among them are what sources read, and never change. */
const REGISTRY: Kind<null> = {
  take(of, before, look) {
    const functions = (of.object as FunctionRegistry).all()
    if (before !== null) return before
    const objects = functions.filter((fn) => !Array.isArray(fn) && !(fn instanceof Map))
    return kept(of, null, [insideOf(objects, look)], objects.length * 8)
  },
  put: () => undefined,
  differ: () => null,
  pieces: () => [],
}

/** The function is told again, too. */
const GIVEN: Kind<never> = {
  ...(FIELDS as Kind<never>),
  put(object, values) {
    FIELDS.put(object, values)
    ;(object as GivenContext).give()
  },
}

/** A learner's object: its private members come after its fields, those of its own class first. */
const PRIVATE: Kind<Fields> = {
  ...FIELDS,
  take(of, before, look) {
    const { object } = of
    const hidden = privateMembersOf(object)
    const names = [...Object.keys(object), ...hidden.flatMap((members) => members.names)]
    const own: unknown[] = Object.values(object)
    const items = own.concat(...hidden.map((members) => members.read(object)))
    return takeFields(of, before, look, { names, items })
  },
  put(object, { names, items }) {
    const hidden = privateMembersOf(object)
    let at = names.length - hidden.reduce((sum, members) => sum + members.names.length, 0)
    FIELDS.put(object, { names: names.slice(0, at), items: items.slice(0, at) })
    for (const members of hidden) members.write(object, items.slice(at, (at += members.names.length)))
  },
}

const PENDING_FIELDS = fieldsKind({
  shared: ['source', 'keys', 'windows', 'panes', 'states', 'eventTimers', 'processingTimers', 'written'],
})

/** Somebody may let go of it after this moment, which makes no difference to who comes back. */
const PENDING: Kind<Fields> = {
  ...PENDING_FIELDS,
  take(of, before, look) {
    ;(of.object as PendingSnapshot).keep()
    return PENDING_FIELDS.take(of, before, look)
  },
}

const BY_CLASS = new Map<unknown, Kind<never>>([
  [Column, COLUMN],
  [BufferPool, POOL],
  [TraceRing, RING],
  [FunctionRegistry, REGISTRY],
  [GivenContext, GIVEN],
  // What is full is sent and never changed; what is being filled is only added to; used again, it gets new lists.
  [Buffer, fieldsKind({ shared: ['records', 'timestamps'] })],
  [LogPartition, fieldsKind({ lists: ['records'] })],
  [ListReader, fieldsKind({ shared: ['elements'] })],
  // What comes from outside comes again, so it's not taken back.
  [Simulation, fieldsKind({ shared: ['settings'], left: ['interventions'] })],
  [JobExecution, fieldsKind({ shared: ['plan', 'graph', 'settings', 'observer'] })],
  // Of what was written since somebody last looked: who goes elsewhere has seen it.
  [TimeTracer, fieldsKind({ left: ['records'] })],
  [Deployment, fieldsKind({ shared: ['layout'] })],
  [OperatorChain, fieldsKind({ shared: ['nodes'] })],
  [JobActions, fieldsKind({ lists: ['savepoints', 'rescales'] })],
  [CompletedCheckpointStore, fieldsKind({ shared: ['spec', 'restored'] })],
  [PendingSnapshot, PENDING],
])

/** What isn't in objects can't be kept. */
const ELSEWHERE: ReadonlySet<unknown> = new Set([SqliteDatabase])

/** How an object is kept; null for what never changes. @throws NotKeptError for what has a course of its own. */
export function kindOf(object: object): Kind<never> | null {
  if (Array.isArray(object)) return LIST
  const prototype = Object.getPrototypeOf(object) as { readonly constructor?: unknown } | null
  if (prototype === null || prototype === Object.prototype) return plainKind(object)
  if (prototype === Map.prototype) return MAP
  if (prototype === Set.prototype) return SET
  if (object instanceof Date) return DATE
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return NUMBERS
  if (object instanceof Error || object instanceof WeakMap || object instanceof WeakSet) return null
  const special = BY_CLASS.get(prototype.constructor)
  if (special !== undefined) return special
  if (ELSEWHERE.has(prototype.constructor)) throw new NotKeptError('SQLite')
  // Promises, iterators and their like say so themselves.
  if (Symbol.toStringTag in object) throw new NotKeptError(String(object[Symbol.toStringTag]))
  return privateMembersOf(object).length === 0 ? FIELDS : PRIVATE
}

function plainKind(object: object): Kind<never> {
  for (const name in object) {
    if (Object.getOwnPropertyDescriptor(object, name)?.get !== undefined) return GUARDED_FIELDS
  }
  return FIELDS
}
