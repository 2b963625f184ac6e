// Types as data. A JavaScript number doesn't say whether it's Java's Integer, Long or Double, yet hash and key group
// depend on it; where it matters, a type says so. Flink's TypeInformation, without serializers.

/** What is known of a type. `T` is only for the compiler. */
export interface TypeInformation<T> {
  readonly kind: TypeKind
  /** Fields of a tuple, the element of a list, key and value of a map. */
  readonly parts?: readonly TypeInformation<unknown>[]
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: T
}

export type TypeKind =
  | 'BOOLEAN'
  | 'BYTE'
  | 'SHORT'
  | 'INT'
  | 'LONG'
  | 'FLOAT'
  | 'DOUBLE'
  | 'CHAR'
  | 'STRING'
  | 'BIG_INT'
  | 'BIG_DEC'
  | 'LOCAL_DATE'
  | 'LOCAL_TIME'
  | 'LOCAL_DATE_TIME'
  | 'INSTANT'
  | 'TUPLE'
  | 'LIST'
  | 'MAP'
  | 'POJO'
  | 'GENERIC'
  | 'VOID'

/** As the plan document writes it: `LONG`, `TUPLE(LONG,STRING)`. */
export function typeText(type: TypeInformation<unknown>): string {
  return type.parts === undefined ? type.kind : `${type.kind}(${type.parts.map(typeText).join(',')})`
}

/** Reads what typeText wrote. */
export function parseType(text: string): TypeInformation<unknown> {
  const open = text.indexOf('(')
  if (open < 0) return { kind: text as TypeKind }
  const parts: TypeInformation<unknown>[] = []
  let depth = 0
  let start = open + 1
  for (let i = open + 1; i < text.length; i++) {
    const character = text[i]
    if (character === '(') depth++
    else if ((character === ',' || character === ')') && depth === 0) {
      if (i > start) parts.push(parseType(text.slice(start, i)))
      start = i + 1
    } else if (character === ')') depth--
  }
  return { kind: text.slice(0, open) as TypeKind, parts }
}
