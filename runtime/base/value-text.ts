// How a value is written: as Flink's print would show it, and as JSON that keeps what plain JSON loses. Both are total:
// any value a learner can make has a text, cycles included.

/** JSON text with tags: `{"$bigint":"1"}`, `{"$number":"NaN"}`, `{"$map":[[k,v]]}`, `{"$set":[v]}`, `{"$date":"…"}`, `{"$undefined":true}`. */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(tagged(value, []))
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
  if (ArrayBuffer.isView(value)) return { [`$${value.constructor.name}`]: Array.from(value as Uint8Array) }
  const entries = Object.entries(value)
  const plain = Object.fromEntries(entries.map(([key, item]) => [key, tagged(item, inside)]))
  // A learner's own object that looks like one of our tags is wrapped, so that reading back is unambiguous.
  return entries.some(([key]) => key.startsWith('$')) ? { $object: Object.entries(plain) } : plain
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
