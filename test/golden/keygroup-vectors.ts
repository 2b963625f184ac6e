// keygroups, operator-ids: hash codes, key groups, subtasks, ranges, ids.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { murmurHash } from '../../runtime/base/java-hash.ts'
import { operatorIdOfUid } from '../../runtime/graph/operator-ids.ts'
import { defaultMaxParallelism, keyGroupOf, keyGroupRange, subtaskOf } from '../../runtime/record/key-groups.ts'
import { KeyReader } from '../../runtime/record/key.ts'
import { parseType, type TypeInformation } from '../../runtime/record/type-info.ts'
import { failed, notYetRun, PASSED, type Vector, type Verdict } from './format.ts'

interface KeyCase {
  readonly type?: string
  readonly key: unknown
  readonly hash: number
  readonly groups: Readonly<Record<string, number>>
  readonly subtasks: Readonly<Record<string, readonly number[]>>
  readonly error?: unknown
}

const JAVA_TYPES: Readonly<Record<string, string>> = {
  Integer: 'INT',
  Long: 'LONG',
  Short: 'SHORT',
  Byte: 'BYTE',
  Float: 'FLOAT',
  Double: 'DOUBLE',
  Boolean: 'BOOLEAN',
  Character: 'CHAR',
  String: 'STRING',
  BigInteger: 'BIG_INT',
  BigDecimal: 'BIG_DEC',
  LocalDate: 'LOCAL_DATE',
  LocalTime: 'LOCAL_TIME',
  LocalDateTime: 'LOCAL_DATE_TIME',
  Instant: 'INSTANT',
}

export function runKeyGroups(vector: Vector): Verdict {
  for (const entry of (vector.cases ?? []) as readonly KeyCase[]) {
    if (entry.error !== undefined) {
      if (!throwsLearnerError(() => new KeyReader(null).hash(entry.key))) return failed('a null key was accepted')
      continue
    }
    const type = javaType(entry.type ?? '')
    if (type === null) return notYetRun(`keys of type ${entry.type}`)
    const key = keyFrom(entry.key, type)
    const hash = new KeyReader(type).hash(key)
    const got = placesOf(hash, entry)
    const want = JSON.stringify([entry.hash, entry.groups, entry.subtasks])
    if (got !== want) return failed(`${entry.type} ${String(entry.key)}: expected ${want}, got ${got}`)
  }
  return PASSED
}

export function runMurmur(vector: Vector): Verdict {
  for (const { hash, murmur } of vector.cases as readonly { hash: number; murmur: number }[]) {
    if (murmurHash(hash) !== murmur) return failed(`murmur of ${hash}: expected ${murmur}, got ${murmurHash(hash)}`)
  }
  return PASSED
}

export function runRanges(vector: Vector): Verdict {
  type Case = { maxParallelism: number; parallelism: number; ranges: readonly (readonly [number, number])[] }
  for (const { maxParallelism, parallelism, ranges } of vector.cases as readonly Case[]) {
    const got = ranges.map((_, subtask) => {
      const { start, end } = keyGroupRange(subtask, parallelism, maxParallelism)
      return [start, end]
    })
    if (JSON.stringify(got) !== JSON.stringify(ranges))
      return failed(`${parallelism} of ${maxParallelism}: got ${JSON.stringify(got)}`)
  }
  return PASSED
}

export function runDefaultMaxParallelism(vector: Vector): Verdict {
  for (const { parallelism, maxParallelism } of vector.cases as readonly {
    parallelism: number
    maxParallelism: number
  }[]) {
    const got = defaultMaxParallelism(parallelism)
    if (got !== maxParallelism) return failed(`parallelism ${parallelism}: expected ${maxParallelism}, got ${got}`)
  }
  return PASSED
}

export function runOperatorIds(vector: Vector): Verdict {
  for (const { uid, id } of vector.cases as readonly { uid: string; id: string }[]) {
    const got = operatorIdOfUid(uid)
    if (got !== id) return failed(`uid ${uid}: expected ${id}, got ${got}`)
  }
  return PASSED
}

function placesOf(hash: number, entry: KeyCase): string {
  const groups = Object.keys(entry.groups).map((max) => [max, keyGroupOf(hash, Number(max))] as const)
  const subtasks = Object.entries(entry.subtasks).map(([max, list]) => {
    const group = keyGroupOf(hash, Number(max))
    return [max, list.map((_, i) => subtaskOf(group, i + 1, Number(max)))] as const
  })
  return JSON.stringify([hash, Object.fromEntries(groups), Object.fromEntries(subtasks)])
}

/** `Tuple2<String,Long>` and the like; null for what has no counterpart here. */
function javaType(name: string): TypeInformation<unknown> | null {
  const generic = /^(Tuple\d+|List)<(.*)>$/.exec(name)
  if (generic === null) return JAVA_TYPES[name] === undefined ? null : parseType(JAVA_TYPES[name])
  const parts = (generic[2] as string).split(',').map((part) => javaType(part.trim()))
  if (parts.some((part) => part === null)) return null
  return { kind: generic[1] === 'List' ? 'LIST' : 'TUPLE', parts: parts as TypeInformation<unknown>[] }
}

function keyFrom(written: unknown, type: TypeInformation<unknown>): unknown {
  const { kind, parts = [] } = type
  if (kind === 'TUPLE')
    return (written as unknown[]).map((part, i) => keyFrom(part, parts[i] as TypeInformation<unknown>))
  if (kind === 'LIST') return (written as unknown[]).map((part) => keyFrom(part, parts[0] as TypeInformation<unknown>))
  if (kind === 'LONG' && written === 'MAX') return 2n ** 63n - 1n
  if (kind === 'LONG' && written === 'MIN') return -(2n ** 63n)
  if (kind === 'LONG' || kind === 'BIG_INT') return typeof written === 'string' ? BigInt(written) : written
  if (kind === 'DOUBLE' || kind === 'FLOAT') return Number(written)
  return written
}

function throwsLearnerError(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch (error) {
    return error instanceof LearnerError
  }
}
