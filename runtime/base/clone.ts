// A copy that shares nothing mutable with the original: for records that fan out to several consumers and for state
// that leaves the backend. Plain data only; an object of a class keeps its prototype. Never structuredClone: it's an
// order of magnitude slower and refuses functions.

/** A deep copy of plain data. Primitives and functions are returned as they are; cycles are kept. */
export function cloneValue<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  return cloneObject(value, null) as T
}

type Seen = Map<object, object>

function cloneInside(value: unknown, seen: Seen): unknown {
  return typeof value !== 'object' || value === null ? value : cloneObject(value, seen)
}

function cloneObject(value: object, known: Seen | null): object {
  const seen = known ?? new Map<object, object>()
  const before = seen.get(value)
  if (before !== undefined) return before
  const prototype = Object.getPrototypeOf(value) as object | null
  // Most of what is copied is a plain record, which needn't be asked what it is first.
  if (prototype === Object.prototype) return cloneFields(value, {}, seen)
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (value instanceof DataView)
    return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength))
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice()
  if (Array.isArray(value)) {
    const copy: unknown[] = []
    seen.set(value, copy)
    for (const item of value) copy.push(cloneInside(item, seen))
    return copy
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>()
    seen.set(value, copy)
    for (const [key, item] of value) copy.set(cloneInside(key, seen), cloneInside(item, seen))
    return copy
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>()
    seen.set(value, copy)
    for (const item of value) copy.add(cloneInside(item, seen))
    return copy
  }
  return cloneFields(value, Object.create(prototype) as Record<string, unknown>, seen)
}

function cloneFields(value: object, copy: Record<string, unknown>, seen: Seen): object {
  seen.set(value, copy)
  for (const key of Object.keys(value)) {
    const item = cloneInside((value as Record<string, unknown>)[key], seen)
    if (key !== '__proto__') copy[key] = item
    else Object.defineProperty(copy, key, { value: item, writable: true, enumerable: true, configurable: true })
  }
  return copy
}
