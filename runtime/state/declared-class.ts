// Objects of classes that come out of a savepoint: in a file they're their fields. Where the state's type names their class,
// as Flink's POJO serializer knows it, they become objects of it again, without a call of the constructor. After a failure,
// too: the new attempt's classes are others than those of the one before, though they have the same names.

import type { TypeInformation } from '../record/type-info.ts'

type Revive = (value: unknown) => unknown

/** What makes restored values objects of the classes that the type names; null where it names none. */
export function reviverOf(type: TypeInformation<unknown> | null): Revive | null {
  if (type === null) return null
  const { kind, pojo, parts = [] } = type
  if (pojo !== undefined) return (value) => revived(value, pojo)
  const inner = parts.map(reviverOf)
  if (inner.every((part) => part === null)) return null
  const [first = null, second = null] = inner
  const within = (revive: Revive | null, value: unknown): unknown => (revive === null ? value : revive(value))
  return (value) => {
    if (kind === 'TUPLE' && Array.isArray(value)) return value.map((item, i) => within(inner[i] ?? null, item))
    if (kind === 'LIST' && Array.isArray(value)) return value.map((item) => within(first, item))
    if (!(value instanceof Map)) return value
    return new Map(Array.from(value, ([key, item]) => [within(first, key), within(second, item)] as const))
  }
}

/** Objects of other classes, such as those that extend it, are left as they are. */
function revived(value: unknown, pojo: { readonly name: string; readonly prototype: object }): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Array) return value
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: string } } | null
  if (prototype === pojo.prototype) return value
  const isPlain = prototype === null || prototype === Object.prototype
  if (!isPlain && prototype.constructor?.name !== pojo.name) return value
  return Object.assign(Object.create(pojo.prototype) as object, value)
}
