// What a type says of keys and fields, so that the editor refuses what the engine would: a key that needs a declared type,
// a field that isn't there or holds no numbers, a function for keyed streams on a stream without keys.

/** What can be a key by itself. Of anything else `keyBy` must be told the type: `keyBy(…, Types.INSTANT)`. */
export type Key = KeyPart | readonly KeyPart[]

type KeyPart = number | bigint | string | boolean

/** The name of a field of a record, or a place of a tuple from 0. */
export type FieldOf<T> = (T extends readonly unknown[] ? number : keyof T & string) | 0

/** A field that can be summed up. */
export type NumberFieldOf<T> =
  | (T extends readonly unknown[]
      ? number
      : { [F in keyof T & string]-?: T[F] extends number | bigint | null | undefined ? F : never }[keyof T & string])
  | 0

/** A stream whose keys are of this type, as functions for it name it. Only for the compiler. */
export interface StreamKeyedBy<K> {
  readonly withKey: (key: K) => void
}
