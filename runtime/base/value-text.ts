// How a value is written: as Flink's print would show it, and as JSON that keeps what plain JSON loses. Both are total:
// any value a learner can make has a text, cycles included.

/** JSON text with tags: `{"$bigint":"1"}`, `{"$number":"NaN"}`, `{"$map":[[k,v]]}`, `{"$set":[v]}`, `{"$date":"…"}`, `{"$undefined":true}`. */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(toTagged(value))
}

/** The same before it's text. */
export function toTagged(value: unknown): unknown {
  return tagged(value, [])
}

/** Reads what toTaggedJson wrote. Objects of classes come back as plain ones; functions and symbols don't come back. */
export function fromTaggedJson(text: string): unknown {
  return fromTagged(JSON.parse(text))
}

/** The same once it's no longer text. */
export function fromTagged(json: unknown): unknown {
  return untagged(json, [])
}

/** What Java's toString would show: tuples as `(a,1)`, objects as `{user=a, n=2}`, class instances as `Alert{id=3}`. */
export function toPrintText(value: unknown): string {
  return printText(value, [])
}

function tagged(value: unknown, path: readonly object[]): unknown {
  switch (typeof value) {
    case 'bigint':
      return { $bigint: String(value) }
    case 'number':
      if (Object.is(value, -0)) return { $number: '-0' }
      return Number.isFinite(value) ? value : { $number: String(value) }
    case 'undefined':
      return { $undefined: true }
    case 'function':
      return { $function: value.name }
    case 'symbol':
      return { $symbol: value.description ?? '' }
    case 'object':
      return value === null ? null : taggedObject(value, path)
    default:
      return value
  }
}

function taggedObject(value: object, path: readonly object[]): unknown {
  if (path.includes(value)) return { $cycle: path.length - path.indexOf(value) }
  const inside = [...path, value]
  if (Array.isArray(value)) return Array.from(value, (item) => tagged(item, inside))
  if (value instanceof Map) {
    return { $map: Array.from(value, ([key, item]) => [tagged(key, inside), tagged(item, inside)]) }
  }
  if (value instanceof Set) return { $set: Array.from(value, (item) => tagged(item, inside)) }
  if (value instanceof Date) return { $date: dateText(value) }
  if (value instanceof ArrayBuffer) return { $ArrayBuffer: Array.from(new Uint8Array(value)) }
  if (value instanceof DataView) return { $DataView: Array.from(bytesOf(value)) }
  if (ArrayBuffer.isView(value)) {
    return { [`$${value.constructor.name}`]: Array.from(value as Uint8Array, (item) => tagged(item, inside)) }
  }
  const entries = Object.entries(value)
  const plain = Object.fromEntries(entries.map(([key, item]) => [key, tagged(item, inside)]))
  // A learner's own object that looks like one of our tags is wrapped, so that reading back is unambiguous.
  return entries.some(([key]) => key.startsWith('$')) ? { $object: Object.entries(plain) } : plain
}

const TYPED_ARRAYS: Readonly<Record<string, (items: readonly unknown[]) => unknown>> = {
  $Int8Array: (items) => Int8Array.from(items as number[]),
  $Uint8Array: (items) => Uint8Array.from(items as number[]),
  $Uint8ClampedArray: (items) => Uint8ClampedArray.from(items as number[]),
  $Int16Array: (items) => Int16Array.from(items as number[]),
  $Uint16Array: (items) => Uint16Array.from(items as number[]),
  $Int32Array: (items) => Int32Array.from(items as number[]),
  $Uint32Array: (items) => Uint32Array.from(items as number[]),
  $Float32Array: (items) => Float32Array.from(items as number[]),
  $Float64Array: (items) => Float64Array.from(items as number[]),
  $BigInt64Array: (items) => BigInt64Array.from(items as bigint[]),
  $BigUint64Array: (items) => BigUint64Array.from(items as bigint[]),
  $ArrayBuffer: (items) => Uint8Array.from(items as number[]).buffer,
  $DataView: (items) => new DataView(Uint8Array.from(items as number[]).buffer),
}

/** `path`: the objects around this one, outermost first, to find the way back of a cycle. */
function untagged(json: unknown, path: readonly object[]): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return fill([] as unknown[], path, (list, inside) => pushAll(list, json, inside))
  const entries = Object.entries(json)
  const [tag = '', content] = entries.length === 1 ? (entries[0] as [string, unknown]) : []
  if (tag === '$object') return object(content as [string, unknown][], path)
  return tag.startsWith('$') ? fromTag(tag, content, path) : object(entries, path)
}

function fromTag(tag: string, content: unknown, path: readonly object[]): unknown {
  switch (tag) {
    case '$bigint':
      return BigInt(content as string)
    case '$number':
      return Number(content)
    case '$date':
      return new Date(content === 'NaN' ? NaN : (content as string))
    case '$cycle':
      return path[path.length - (content as number)]
    case '$map':
      return fill(new Map<unknown, unknown>(), path, (map, inside) => {
        for (const [key, item] of content as [unknown, unknown][])
          map.set(untagged(key, inside), untagged(item, inside))
      })
    case '$set':
      return fill(new Set<unknown>(), path, (set, inside) => {
        for (const item of content as unknown[]) set.add(untagged(item, inside))
      })
    default:
      return TYPED_ARRAYS[tag]?.((content as unknown[]).map((item) => untagged(item, path)))
  }
}

/** The container first, then what is in it, which may lead back to it. */
function fill<C extends object>(
  container: C,
  path: readonly object[],
  put: (c: C, inside: readonly object[]) => void,
): C {
  put(container, [...path, container])
  return container
}

function pushAll(list: unknown[], items: readonly unknown[], inside: readonly object[]): void {
  for (const item of items) list.push(untagged(item, inside))
}

function object(entries: readonly (readonly [string, unknown])[], path: readonly object[]): object {
  return fill({}, path, (target, inside) => {
    for (const [name, item] of entries) {
      const value = untagged(item, inside)
      // Written plainly, `__proto__` would set the prototype.
      Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
    }
  })
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function printText(value: unknown, path: readonly object[]): string {
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'symbol') return value.toString()
  if (typeof value === 'number' && Object.is(value, -0)) return '-0.0'
  if (typeof value !== 'object' || value === null) return String(value)
  if (path.includes(value)) return '(this)'
  const inside = [...path, value]
  if (Array.isArray(value)) return `(${Array.from(value, (item) => printText(item, inside)).join(',')})`
  if (value instanceof Map) {
    return `{${Array.from(value, ([key, item]) => `${printText(key, inside)}=${printText(item, inside)}`).join(', ')}}`
  }
  if (value instanceof Set) return `[${Array.from(value, (item) => printText(item, inside)).join(', ')}]`
  if (value instanceof Date) return dateText(value)
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Uint8Array).join(', ')}]`
  return ownText(value) ?? `${className(value)}{${fields(value, inside)}}`
}

function ownText(value: object): string | null {
  const method: unknown = (value as { toString?: unknown }).toString
  if (typeof method !== 'function' || method === Object.prototype.toString) return null
  return value instanceof Error ? `${value.name}: ${value.message}` : String(method.call(value))
}

function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return ''
  return (prototype as { constructor?: { name?: string } }).constructor?.name ?? ''
}

function fields(value: object, inside: readonly object[]): string {
  return Object.entries(value)
    .map(([key, item]) => `${key}=${printText(item, inside)}`)
    .join(', ')
}

function dateText(value: Date): string {
  return Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString()
}
