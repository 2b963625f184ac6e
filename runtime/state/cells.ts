// What the cell of a key holds, by the kind of its state: a value; an array; a ValueMap; with a time to live the same of
// stamped values. Here is how a cell goes into a snapshot and comes out again, and what of it is left once it has expired.

import { cloneValue } from '../base/clone.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { TypeInformation, TypeKind } from '../record/type-info.ts'
import type { StateKind } from './descriptors.ts'
import { isExpired, type Stamped, type StateTtl } from './ttl.ts'
import { ValueMap } from './value-map.ts'

/** A state as a snapshot names it. */
export interface StateMeta {
  readonly name: string
  readonly kind: StateKind
  /** Whether its values are stamped. */
  readonly expires: boolean
  /** Kind and types it was declared with, as text; absent where none were. */
  readonly declared?: string | null
}

type StampedMap = ValueMap<Stamped>

// Flink's serializers of these can't write null.
const NEVER_NULL = new Set<TypeKind>([
  ...(['BOOLEAN', 'BYTE', 'SHORT', 'INT', 'LONG', 'FLOAT', 'DOUBLE', 'CHAR'] as const),
  ...(['TUPLE', 'LIST', 'MAP'] as const),
])

/** A copy for a snapshot, of plain data only: a map becomes a Map. */
export function writeCell(cell: unknown): unknown {
  return cloneValue(cell instanceof ValueMap ? cell.entries : cell)
}

/** What of a cell hasn't expired; the cell itself where everything is alive, undefined where nothing is. */
export function aliveCell(cell: unknown, kind: StateKind, ttl: StateTtl, nowMs: number): unknown {
  if (kind === 'list') {
    const list = cell as readonly Stamped[]
    const alive = list.filter((stamped) => !isExpired(stamped, ttl, nowMs))
    return list.length === alive.length ? cell : alive.length > 0 ? alive : undefined
  }
  if (kind === 'map') {
    const map = cell as StampedMap
    if (map.size === 0) return cell
    const alive = map.filter((stamped) => !isExpired(stamped, ttl, nowMs))
    return alive.size === map.size ? cell : alive.size > 0 ? alive : undefined
  }
  return isExpired(cell as Stamped, ttl, nowMs) ? undefined : cell
}

/** A cell that was restored, as its state wants it: with stamps or without, a Map as ValueMap. */
export function readCell(
  cell: unknown,
  before: StateMeta,
  {
    keyType,
    expires,
    nowMs,
    revive,
  }: {
    readonly keyType: TypeInformation<unknown> | null
    readonly expires: boolean
    readonly nowMs: number
    /** Of values that are to become objects of a class. */
    readonly revive: ((value: unknown) => unknown) | null
  },
): unknown {
  const read = (value: unknown): unknown => {
    if (before.expires === expires && revive === null) return value
    const { value: held, lastAccessMs } = before.expires ? (value as Stamped) : { value, lastAccessMs: nowMs }
    const wanted = revive === null ? held : revive(held)
    return expires ? ({ value: wanted, lastAccessMs } satisfies Stamped) : wanted
  }
  if (before.kind === 'list') return (cell as readonly unknown[]).map(read)
  if (before.kind !== 'map') return read(cell)
  const map = new ValueMap<unknown>(keyType)
  for (const [key, value] of cell as ReadonlyMap<unknown, unknown>) map.set(key, read(value))
  return map
}

/** Whether a state may hold what can't be written. */
export function canBeUnwritable(meta: StateMeta, valueType: TypeInformation<unknown> | null): boolean {
  return meta.expires && valueType !== null && NEVER_NULL.has(valueType.kind)
}

/** Refuses a stamped null whose type can't be written as null: as in Flink, where the snapshot fails. */
export function requireWritable(cell: unknown, meta: StateMeta, valueType: TypeInformation<unknown> | null): void {
  if (!canBeUnwritable(meta, valueType)) return
  const stamped =
    meta.kind === 'map'
      ? Array.from((cell as StampedMap).entries.values())
      : meta.kind === 'list'
        ? []
        : [cell as Stamped]
  if (stamped.some(({ value }) => value === null)) throw new LearnerError('STATE_TTL_NULL', { state: meta.name })
}

/** The learner's part of a cell: without stamps. For whoever looks at it. */
export function shownCell(cell: unknown, { kind, expires }: StateMeta): unknown {
  const shown = (value: unknown): unknown => (expires ? (value as Stamped).value : value)
  if (kind === 'list') return (cell as readonly unknown[]).map(shown)
  if (kind !== 'map') return shown(cell)
  const entries: Iterable<readonly [unknown, unknown]> =
    cell instanceof ValueMap ? cell.entries : (cell as ReadonlyMap<unknown, unknown>)
  return new Map(Array.from(entries, ([key, value]) => [key, shown(value)] as const))
}

/** When each of a cell's values was last touched, in the order in which `shownCell` gives them; none without stamps. */
export function stampsOf(cell: unknown, { kind, expires }: StateMeta): readonly number[] {
  if (!expires) return []
  const stamped =
    kind === 'list'
      ? (cell as readonly Stamped[])
      : kind !== 'map'
        ? [cell as Stamped]
        : Array.from((cell instanceof ValueMap ? cell.entries : (cell as ReadonlyMap<unknown, unknown>)).values())
  return stamped.map((value) => (value as Stamped).lastAccessMs)
}
