// Types.X: names for types where JavaScript alone doesn't tell them. Flink's Types; only keys depend on them so far, and
// savepoints will.

import type { TypeInformation } from '../record/type-info.ts'

/** Any element types of a tuple. */
type TupleOf<T extends readonly unknown[]> = { readonly [I in keyof T]: TypeInformation<T[I]> }

/**
 * Type names, for keys and state. A number may be Java's Integer, Long, Float or Double; its hash, and so its subtask,
 * depends on which.
 *
 * What can be a key: numbers, bigints, texts, booleans, dates, and tuples and lists of these. An enum is its text or its
 * number. An object can't, whatever its class: in Java it would need a hash code of its own; use a tuple of its fields.
 * What can be in a state: any data, NaN, −0, bigints and dates included; undefined is stored as null. In a snapshot an
 * object of a class becomes a plain object, so keep methods out of state.
 *
 * ```ts
 * stream.keyBy((reading) => reading.celsius, Types.DOUBLE)
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/types_serialization/
 */
export const Types = {
  VOID: { kind: 'VOID' } as TypeInformation<null>,
  BOOLEAN: { kind: 'BOOLEAN' } as TypeInformation<boolean>,
  /** −128 to 127. */
  BYTE: { kind: 'BYTE' } as TypeInformation<number>,
  /** 16 bits. */
  SHORT: { kind: 'SHORT' } as TypeInformation<number>,
  /** 32 bits. */
  INT: { kind: 'INT' } as TypeInformation<number>,
  /** 64 bits: an integral number, or a bigint beyond 2^53. What an integral number is taken for. */
  LONG: { kind: 'LONG' } as TypeInformation<number>,
  FLOAT: { kind: 'FLOAT' } as TypeInformation<number>,
  /** As a key, 0.0 and −0.0 differ and NaN equals itself, as in Java. */
  DOUBLE: { kind: 'DOUBLE' } as TypeInformation<number>,
  CHAR: { kind: 'CHAR' } as TypeInformation<string>,
  STRING: { kind: 'STRING' } as TypeInformation<string>,
  BIG_INT: { kind: 'BIG_INT' } as TypeInformation<bigint>,
  /** A decimal as text; "1.0" and "1.00" are different keys, as in Java. */
  BIG_DEC: { kind: 'BIG_DEC' } as TypeInformation<string>,
  /** `2020-01-31` */
  LOCAL_DATE: { kind: 'LOCAL_DATE' } as TypeInformation<string>,
  /** `12:34:56.789` */
  LOCAL_TIME: { kind: 'LOCAL_TIME' } as TypeInformation<string>,
  /** `2020-01-31T12:34:56` */
  LOCAL_DATE_TIME: { kind: 'LOCAL_DATE_TIME' } as TypeInformation<string>,
  /** A Date, or `2020-01-31T12:34:56Z`: as a key, both are one. */
  INSTANT: { kind: 'INSTANT' } as TypeInformation<Date | string>,
  /** An array of fixed length. */
  TUPLE: <T extends readonly unknown[]>(...fields: TupleOf<T>): TypeInformation<T> => ({
    kind: 'TUPLE',
    parts: fields as readonly TypeInformation<unknown>[],
  }),
  /** An array of any length. */
  LIST: <T>(element: TypeInformation<T>): TypeInformation<T[]> => ({
    kind: 'LIST',
    parts: [element as TypeInformation<unknown>],
  }),
  MAP: <K, V>(key: TypeInformation<K>, value: TypeInformation<V>): TypeInformation<Map<K, V>> => ({
    kind: 'MAP',
    parts: [key as TypeInformation<unknown>, value as TypeInformation<unknown>],
  }),
  /**
   * An object of a class. Refused for keys. State that is declared so comes back from a savepoint as objects of the class
   * with their public fields, without a call of the constructor; what isn't comes back as plain objects. Differs from
   * Flink, where the class's name stands in the savepoint.
   */
  POJO: <T>(pojo: abstract new (...args: never[]) => T): TypeInformation<T> => ofClass('POJO', pojo),
  /** Anything; with a class as `POJO`. Refused for keys. */
  GENERIC: <T>(pojo?: abstract new (...args: never[]) => T): TypeInformation<T> => ofClass('GENERIC', pojo),
} as const

function ofClass<T>(kind: 'POJO' | 'GENERIC', pojo: unknown): TypeInformation<T> {
  return typeof pojo === 'function' ? { kind, pojo: pojo as unknown as { name: string; prototype: object } } : { kind }
}
