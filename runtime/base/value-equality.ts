// When two values are the same value, as Java's equals says for data: arrays element by element, objects field by field in
// any order, dates by their time. A Map compares objects by identity, so what needs equality by value goes by this text.

/** A text that is equal for two values exactly where they are equal data. Primitives of different types never meet. */
export function equalityText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      // Integral numbers are longs, and a long has no -0.
      return value === 0 ? '0' : String(value)
    case 'object':
      return value === null ? 'null' : objectText(value)
    case 'undefined':
      return 'null'
    default:
      return String(value)
  }
}

function objectText(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, equalityText).join()}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map) {
    return `Map{${Array.from(value, ([key, item]) => `${equalityText(key)}:${equalityText(item)}`)
      .sort()
      .join()}}`
  }
  if (value instanceof Set) return `Set{${Array.from(value, equalityText).sort().join()}}`
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}[${Array.from(value as Uint8Array).join()}]`
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${equalityText(item)}`)
  return `{${fields.sort().join()}}`
}
