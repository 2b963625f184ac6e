// Whether a state that was restored can be what the job now asks for. Its kind must be the same and so must its types, as
// far as they were declared; of a state that wasn't declared before, the values themselves must fit. Flink compares
// serializers: StateSerializerProvider and StateTable's meta information.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import { typeText, type TypeInformation, type TypeKind } from '../record/type-info.ts'
import type { StateMeta } from './cells.ts'
import type { StateRequest } from './keyed-snapshot.ts'

/** Throws LearnerError if the state has another kind or other declared types than before. */
export function requireCompatible(before: StateMeta, now: StateRequest): void {
  const { name, kind, declared } = now
  if (before.kind !== kind)
    throw new LearnerError('RESTORE_STATE_KIND', { state: name, before: before.kind, now: kind })
  const earlier = before.declared ?? null
  if (earlier === null || declared === null || earlier === declared) return
  throw new LearnerError('RESTORE_STATE_TYPE', { state: name, before: earlier, now: declared })
}

/** Throws LearnerError if what the state holds for a key isn't of the type that is declared for it now. */
export function requireOfType(held: unknown, { name, kind, valueType }: StateRequest): void {
  if (valueType === null) return
  for (const value of valuesIn(held, kind)) {
    if (value === null || fitsKind(value, valueType.kind)) continue
    throw new LearnerError('RESTORE_STATE_TYPE', { state: name, before: valueName(value), now: typeText(valueType) })
  }
}

/** Whether a job failed because of what it started with: it would again. */
export function isRestoreRefused(error: unknown): boolean {
  if (!(error instanceof LearnerError)) return false
  return error.code.startsWith('RESTORE_') || error.code === 'KEY_CLASS_RESTORED'
}

function valuesIn(held: unknown, kind: StateMeta['kind']): Iterable<unknown> {
  if (kind === 'list') return held as readonly unknown[]
  return kind === 'map' ? (held as ReadonlyMap<unknown, unknown>).values() : [held]
}

const JAVASCRIPT: Partial<Record<TypeKind, readonly string[]>> = {
  BOOLEAN: ['boolean'],
  CHAR: ['string'],
  STRING: ['string'],
  BIG_INT: ['bigint', 'number'],
}
const NUMBERS: readonly TypeInformation<unknown>['kind'][] = ['BYTE', 'SHORT', 'INT', 'LONG', 'FLOAT', 'DOUBLE']

function fitsKind(value: unknown, kind: TypeKind): boolean {
  if (NUMBERS.includes(kind)) return typeof value === 'number' || typeof value === 'bigint'
  if (kind === 'TUPLE' || kind === 'LIST') return Array.isArray(value)
  return JAVASCRIPT[kind]?.includes(typeof value) ?? true
}
