// Types as data. A JavaScript number doesn't say whether it's Java's Integer, Long or Double, yet hash and key group
// depend on it; where it matters, a type says so. Flink's TypeInformation, without serializers.

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'

/** What is known of a type. `T` is only for the compiler. */
export interface TypeInformation<T> {
  readonly kind: TypeKind
  /** Fields of a tuple, the element of a list, key and value of a map. */
  readonly parts?: readonly TypeInformation<unknown>[]
  /** The class of POJO or GENERIC. No part of the plan, which is data. */
  readonly pojo?: { readonly name: string; readonly prototype: object }
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

const KINDS: ReadonlySet<unknown> = new Set<TypeKind>([
  ...(['BOOLEAN', 'BYTE', 'SHORT', 'INT', 'LONG', 'FLOAT', 'DOUBLE', 'CHAR', 'STRING', 'BIG_INT', 'BIG_DEC'] as const),
  ...(['LOCAL_DATE', 'LOCAL_TIME', 'LOCAL_DATE_TIME', 'INSTANT'] as const),
  ...(['TUPLE', 'LIST', 'MAP', 'POJO', 'GENERIC', 'VOID'] as const),
])

/** Refuses what isn't a type: a name of one, a class. */
export function requireType(type: unknown, call: string): void {
  const { kind, parts = [] } = (type ?? {}) as Partial<TypeInformation<unknown>>
  if (!KINDS.has(kind)) throw new LearnerError('TYPE_WANTED', { call, value: valueName(type) })
  for (const part of parts) requireType(part, call)
}

/** As the plan document writes it: `LONG`, `TUPLE(LONG,STRING)`. */
export function typeText(type: TypeInformation<unknown>): string {
  return type.parts === undefined ? type.kind : `${type.kind}(${type.parts.map(typeText).join(',')})`
}

/** The type with the classes that it names, for messages: `LIST(POJO Ride)`. */
export function typeWithClasses({ kind, pojo, parts }: TypeInformation<unknown>): string {
  const own = pojo === undefined ? kind : `${kind} ${pojo.name}`
  return parts === undefined ? own : `${own}(${parts.map(typeWithClasses).join(',')})`
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
