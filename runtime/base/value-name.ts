// How a message names something that a learner passed by mistake: short, whatever it is, and never its source text, which
// for a class would be a page. Messages are in two languages, so it's written as code is: texts are quoted, lengths of
// time have their unit, objects say of what class they are.

/** A few signs for any value: `"text"`, `5`, `Ride {…}`, `class Ride`, `[…]`, `-5 ms`. */
export function valueName(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'function') return functionName(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return '[…]'
  const { toMillis } = value as { toMillis?: () => number }
  if (typeof toMillis === 'function') return `${toMillis.call(value)} ms`
  const name = (value as { constructor?: { name?: string } }).constructor?.name
  return name === undefined || name === 'Object' ? '{…}' : `${name} {…}`
}

function functionName(value: { readonly name: string }): string {
  const isClass = /^class\b/.test(Function.prototype.toString.call(value))
  return isClass ? `class ${value.name}`.trimEnd() : `${value.name}(…)`
}
