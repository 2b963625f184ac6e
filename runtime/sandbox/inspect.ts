// Values as text for the console: the same text on every engine, cycles and huge values safe, no getter of the learner's
// called. Close to what Node prints, in one line.

/** Where printing stops, so that one careless log line can't fill the memory. */
const LIMITS = { depth: 4, items: 100, stringLength: 1000, textLength: 10_000 }

/** Text of any value. Strings stand in quotes. */
export function inspect(value: unknown): string {
  return shorten(inspectValue(value, []))
}

/** Cuts a text that is too long and says how much is missing. */
export function shorten(text: string, length: number = LIMITS.textLength): string {
  const extra = text.length - length
  return extra > 0 ? `${text.slice(0, length)}… ${extra} more characters` : text
}

function inspectValue(value: unknown, path: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'bigint':
      return `${value}n`
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'function':
      return inspectFunction(value)
    case 'object':
      return value === null ? 'null' : inspectObject(value, path)
    default:
      return String(value)
  }
}

function quote(text: string): string {
  const escaped = shorten(text, LIMITS.stringLength)
    .replace(/[\\']/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
  return `'${escaped}'`
}

function inspectFunction(value: object): string {
  const name = Object.getOwnPropertyDescriptor(value, 'name')?.value as unknown
  return typeof name === 'string' && name !== '' ? `[Function ${name}]` : '[Function]'
}

function inspectObject(value: object, path: readonly object[]): string {
  if (path.includes(value)) return '[Circular]'
  try {
    const special = inspectSpecial(value)
    if (special !== null) return special
    const name = className(value)
    const isList = Array.isArray(value) || ArrayBuffer.isView(value)
    if (path.length >= LIMITS.depth) return isList ? '[Array]' : `[${name || 'Object'}]`
    const inside = [...path, value]
    if (Array.isArray(value)) return label(name, 'Array') + brackets('[]', listItems(value, inside))
    if (value instanceof Map) return label(`${name}(${value.size})`, '') + brackets('{}', mapItems(value, inside))
    if (value instanceof Set) return label(`${name}(${value.size})`, '') + brackets('{}', setItems(value, inside))
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
      return `${name} ${brackets('[]', listItems(value as unknown as ArrayLike<unknown>, inside))}`
    return label(name, 'Object') + brackets('{}', memberItems(value, inside))
  } catch {
    // A proxy or a refused global that throws at any touch.
    return '[Object]'
  }
}

/** Dates, errors, regular expressions and promises have a text of their own. */
function inspectSpecial(value: object): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return RegExp.prototype.toString.call(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Promise) return 'Promise {}'
  return null
}

function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null) return '[null prototype]'
  const maker = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown
  return typeof maker === 'function' ? maker.name : ''
}

function label(name: string, plain: string): string {
  return name === plain || name === '' ? '' : `${name} `
}

function brackets(pair: string, items: readonly string[]): string {
  const [open = '', close = ''] = pair
  if (items.length === 0) return pair
  return open === '[' ? `[ ${items.join(', ')} ]` : `${open} ${items.join(', ')} ${close}`
}

function listItems(list: ArrayLike<unknown>, path: readonly object[]): string[] {
  const count = Math.min(list.length, LIMITS.items)
  const items: string[] = []
  for (let i = 0; i < count; i++) items.push(i in list ? inspectValue(list[i], path) : '<empty>')
  return withRest(items, list.length)
}

function mapItems(map: ReadonlyMap<unknown, unknown>, path: readonly object[]): string[] {
  const items: string[] = []
  for (const [key, value] of map) {
    if (items.length >= LIMITS.items) break
    items.push(`${inspectValue(key, path)} => ${inspectValue(value, path)}`)
  }
  return withRest(items, map.size)
}

function setItems(set: ReadonlySet<unknown>, path: readonly object[]): string[] {
  const items: string[] = []
  for (const value of set) {
    if (items.length >= LIMITS.items) break
    items.push(inspectValue(value, path))
  }
  return withRest(items, set.size)
}

function memberItems(value: object, path: readonly object[]): string[] {
  const keys = Object.keys(value)
  const items = keys.slice(0, LIMITS.items).map((key) => {
    const member = Object.getOwnPropertyDescriptor(value, key)
    const text = member && 'value' in member ? inspectValue(member.value, path) : '[Getter]'
    return `${/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : quote(key)}: ${text}`
  })
  return withRest(items, keys.length)
}

function withRest(items: readonly string[], count: number): string[] {
  return count > items.length ? [...items, `… ${count - items.length} more`] : [...items]
}
