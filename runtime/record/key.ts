// Keys: which class a key belongs to, its Java hash, and the one primitive that stands for it in an index. DESIGN §8.6:
// a declared type fixes the class; without one the first key decides, and a key of another class is refused, because in
// Flink 1 and 1.0 live on different subtasks.

import { LearnerError } from '../base/diagnostic.ts'
import {
  bigDecimalHash,
  bigDecimalParts,
  bigIntegerHash,
  booleanHash,
  doubleHash,
  floatHash,
  longHash,
  stringHash,
} from '../base/java-hash.ts'
import { toPrintText } from '../base/value-text.ts'
import { instantHash, instantParts, localDateHash, localDateTimeHash, localTimeHash, nanoOfDay } from './java-time.ts'
import { parseType, typeText, type TypeInformation, type TypeKind } from './type-info.ts'

/** What stands for a key in an index: equal exactly where Java's equals says so. */
export type CanonicalKey = number | string | bigint | boolean

// Java's -0.0 differs from 0.0, a Map's doesn't; within one key class this can't meet a string.
const NEGATIVE_ZERO = '-0.0'
const INTEGER_BITS: Partial<Record<TypeKind, number>> = { BYTE: 8, SHORT: 16, INT: 32 }

/** Reads keys of one stream. Remembers the class the first key showed where none was declared. */
export class KeyReader {
  type: TypeInformation<unknown> | null
  readonly isDeclared: boolean
  /** The two classes with a way of their own through canonical and hash. */
  isLong: boolean
  isString: boolean
  readonly nodeId: string | null
  /** The class is that of keys from before the start. */
  isRestored = false

  /** `nodeId`: whose key it is, for error messages. */
  constructor(declared: TypeInformation<unknown> | null, nodeId: string | null = null) {
    this.type = declared
    this.isLong = declared?.kind === 'LONG'
    this.isString = declared?.kind === 'STRING'
    this.isDeclared = declared !== null
    this.nodeId = nodeId
  }

  /** The primitive that stands for the key. Throws LearnerError for what can't be a key here. */
  canonical(key: unknown): CanonicalKey {
    // Adding 0 turns -0 into 0.
    if (this.isLong && typeof key === 'number' && Number.isSafeInteger(key)) return key + 0
    if (this.isString && typeof key === 'string') return key
    return canonicalOf(key, this.checkedType(key))
  }

  /** Java's hashCode of the key. */
  hash(key: unknown): number {
    if (this.isLong && typeof key === 'number' && Number.isSafeInteger(key)) return longHash(key)
    if (this.isString && typeof key === 'string') return stringHash(key)
    return hashOf(key, this.checkedType(key))
  }

  /** The keys of a snapshot had this type: where none is declared it goes on so. */
  restore(before: string | null): void {
    if (before === null || this.type !== null) return
    this.isRestored = true
    this.show(parseType(before))
  }

  private show(type: TypeInformation<unknown>): void {
    this.type = type
    this.isLong = type.kind === 'LONG'
    this.isString = type.kind === 'STRING'
  }

  private checkedType(key: unknown): TypeInformation<unknown> {
    try {
      return this.typeFor(key)
    } catch (error) {
      if (error instanceof LearnerError) error.nodeId = this.nodeId
      throw error
    }
  }

  private typeFor(key: unknown): TypeInformation<unknown> {
    if (key === null || key === undefined) throw new LearnerError('KEY_NULL', { value: String(key) })
    if (this.isDeclared) {
      const type = this.type as TypeInformation<unknown>
      requireType(key, type, type)
      return type
    }
    const shown = inferType(key)
    if (this.type === null) this.show(shown)
    else if (typeText(shown) !== typeText(this.type)) {
      throw new LearnerError(this.isRestored ? 'KEY_CLASS_RESTORED' : 'KEY_CLASS_CHANGED', {
        value: toPrintText(key),
        first: typeText(this.type),
        later: typeText(shown),
      })
    }
    return shown
  }
}

function inferType(key: unknown): TypeInformation<unknown> {
  switch (typeof key) {
    case 'string':
      return { kind: 'STRING' }
    case 'boolean':
      return { kind: 'BOOLEAN' }
    case 'bigint':
      if (BigInt.asIntN(64, key) === key) return { kind: 'LONG' }
      break
    case 'number':
      if (isLong(key)) return { kind: 'LONG' }
      if (!Number.isNaN(key)) return { kind: 'DOUBLE' }
      break
    case 'object':
      if (Array.isArray(key) && key.length > 0 && key.every((part) => part !== null && typeof part !== 'object')) {
        return { kind: 'TUPLE', parts: key.map(inferType) }
      }
      break
    default:
  }
  throw new LearnerError('KEY_NOT_SUPPORTED', { value: toPrintText(key), type: suggestion(key) })
}

/** An integral number within 64 bits. */
function isLong(key: unknown): boolean {
  return Number.isInteger(key) && (key as number) >= -(2 ** 63) && (key as number) < 2 ** 63
}

function suggestion(key: unknown): string {
  if (typeof key === 'number') return 'Types.DOUBLE'
  if (typeof key === 'bigint') return 'Types.BIG_INT'
  if (key instanceof Date) return 'Types.INSTANT'
  return Array.isArray(key) ? 'Types.LIST(Types.LONG)' : 'Types.TUPLE(Types.LONG, Types.STRING)'
}

function requireType(key: unknown, type: TypeInformation<unknown>, whole: TypeInformation<unknown>): void {
  if (key === null || key === undefined) throw new LearnerError('KEY_NULL', { value: String(key) })
  if (!fits(key, type)) {
    throw new LearnerError('KEY_NOT_OF_TYPE', { value: toPrintText(key), type: `Types.${typeText(whole)}` })
  }
  if (type.kind === 'TUPLE')
    (key as unknown[]).forEach((part, i) => requireType(part, (type.parts ?? [])[i] as TypeInformation<unknown>, whole))
  if (type.kind === 'LIST')
    for (const item of key as unknown[]) requireType(item, (type.parts ?? [])[0] as TypeInformation<unknown>, whole)
}

function fits(key: unknown, type: TypeInformation<unknown>): boolean {
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof key === 'boolean'
    case 'BYTE':
    case 'SHORT':
    case 'INT':
      return Number.isInteger(key) && Math.abs((key as number) + 0.5) < 2 ** ((INTEGER_BITS[type.kind] as number) - 1)
    case 'LONG':
      return typeof key === 'bigint' ? BigInt.asIntN(64, key) === key : isLong(key)
    case 'FLOAT':
    case 'DOUBLE':
      return typeof key === 'number'
    case 'CHAR':
      return typeof key === 'string' && key.length === 1
    case 'STRING':
      return typeof key === 'string'
    case 'BIG_INT':
      return typeof key === 'bigint' || Number.isSafeInteger(key)
    case 'TUPLE':
      return Array.isArray(key) && key.length === type.parts?.length
    case 'LIST':
      return Array.isArray(key)
    default:
      return hashScalar(key, type.kind) !== null
  }
}

function canonicalOf(key: unknown, type: TypeInformation<unknown>): CanonicalKey {
  switch (type.kind) {
    case 'LONG':
    case 'BIG_INT': {
      if (typeof key === 'number') return Number.isSafeInteger(key) ? key + 0 : BigInt(key)
      const number = Number(key)
      return Number.isSafeInteger(number) ? number : (key as bigint)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const number = type.kind === 'FLOAT' ? Math.fround(key as number) : (key as number)
      return Object.is(number, -0) ? NEGATIVE_ZERO : number
    }
    case 'TUPLE':
      return (key as unknown[])
        .map((part, i) => canonicalPart(part, (type.parts ?? [])[i] as TypeInformation<unknown>))
        .join('')
    case 'LIST':
      return (key as unknown[])
        .map((part) => canonicalPart(part, (type.parts ?? [])[0] as TypeInformation<unknown>))
        .join('')
    // Of these there are several texts for one value.
    case 'BIG_DEC': {
      const parts = bigDecimalParts(String(key))
      return `${parts?.unscaled} ${parts?.scale}`
    }
    case 'INSTANT': {
      const parts = instantParts(key instanceof Date ? key : String(key))
      return `${parts?.seconds} ${parts?.nanos}`
    }
    case 'LOCAL_TIME':
      return nanoOfDay(String(key)) ?? 0
    case 'LOCAL_DATE_TIME': {
      const [date, time = ''] = String(key).split(/[T ]/)
      return `${date} ${nanoOfDay(time)}`
    }
    default:
      return key as CanonicalKey
  }
}

/** With its length in front, so that ["a", "b"] and ["ab", ""] stay apart. */
function canonicalPart(part: unknown, type: TypeInformation<unknown>): string {
  const text = String(canonicalOf(part, type))
  return `${text.length}:${text}`
}

function hashOf(key: unknown, type: TypeInformation<unknown>): number {
  const parts = type.parts ?? []
  if (type.kind === 'TUPLE') {
    return (key as unknown[]).reduce<number>(
      (h, part, i) => (Math.imul(h, 31) + hashOf(part, parts[i] as TypeInformation<unknown>)) | 0,
      0,
    )
  }
  if (type.kind === 'LIST') {
    return (key as unknown[]).reduce<number>(
      (h, part) => (Math.imul(h, 31) + hashOf(part, parts[0] as TypeInformation<unknown>)) | 0,
      1,
    )
  }
  return hashScalar(key, type.kind) ?? 0
}

function hashScalar(key: unknown, kind: TypeKind): number | null {
  switch (kind) {
    case 'BOOLEAN':
      return booleanHash(key as boolean)
    case 'BYTE':
    case 'SHORT':
    case 'INT':
      return (key as number) | 0
    case 'LONG':
      return longHash(key as number | bigint)
    case 'FLOAT':
      return floatHash(key as number)
    case 'DOUBLE':
      return doubleHash(key as number)
    case 'CHAR':
      return (key as string).charCodeAt(0)
    case 'STRING':
      return stringHash(key as string)
    case 'BIG_INT':
      return bigIntegerHash(BigInt(key as bigint | number))
    case 'BIG_DEC':
      return bigDecimalHash(String(key))
    case 'LOCAL_DATE':
      return localDateHash(String(key))
    case 'LOCAL_TIME':
      return localTimeHash(String(key))
    case 'LOCAL_DATE_TIME':
      return localDateTimeHash(String(key))
    case 'INSTANT':
      return instantHash(key instanceof Date ? key : String(key))
    default:
      return null
  }
}
