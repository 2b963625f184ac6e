// A running 64-bit digest of everything that happens in a run: the fingerprint. Two lanes of 32-bit mixing, byte-exact
// on every engine, over numbers by their bits and over values by their structure. Never Error stacks, never identity.

const numberBits = new Float64Array(1)
const wordBits = new Int32Array(numberBits.buffer)
/** Scratch: the objects around the one being mixed, to notice cycles. Several ways back would take exponential time. */
const path: object[] = []

// One number per kind of value, so that "1", 1 and [1] don't meet. Part of the hash: never renumber.
const NULL = 1
const UNDEFINED = 2
const TRUE = 3
const FALSE = 4
const NUMBER = 5
const STRING = 6
const BIGINT = 7
const ARRAY = 8
const MAP = 9
const SET = 10
const DATE = 11
const OBJECT = 12
const BYTES = 13
const CYCLE = 14
const OTHER = 15
const END = 16
const DEEPEST = 64

/** The digest. Plain fields: a keyframe copies `a` and `b`. */
export class Fingerprint {
  a = 0x243f6a88
  b = 0x85a308d3 | 0

  /** Mixes 32 bits. */
  int(value: number): void {
    const a = Math.imul(this.a ^ value, 0x9e3779b1)
    this.a = (a << 13) | (a >>> 19)
    this.b = Math.imul(this.b + this.a, 0x85ebca6b) ^ (this.b >>> 15)
  }

  /** Mixes 32 bits twice, as `int` would: what the first leaves isn't written and read again for the second. */
  private pair(first: number, second: number): void {
    let a = Math.imul(this.a ^ first, 0x9e3779b1)
    a = (a << 13) | (a >>> 19)
    const b = Math.imul(this.b + a, 0x85ebca6b) ^ (this.b >>> 15)
    const next = Math.imul(a ^ second, 0x9e3779b1)
    this.a = a = (next << 13) | (next >>> 19)
    this.b = Math.imul(b + a, 0x85ebca6b) ^ (b >>> 15)
  }

  /** Mixes an event: its kind, whom it's for, and when. */
  event(kind: number, target: number, time: number): void {
    numberBits[0] = time
    this.int((kind << 26) ^ target)
    this.int((wordBits[1] as number) ^ Math.imul(wordBits[0] as number, 0x01000193))
  }

  /** Mixes a double by its bits; all NaN alike. */
  number(value: number): void {
    numberBits[0] = value
    if (value === value) this.pair(wordBits[1] as number, wordBits[0] as number)
    else this.pair(0x7ff80000, 0)
  }

  string(value: string): void {
    // First by itself, in two lanes that don't wait for one another.
    let c = value.length
    let d = ~c
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      c = Math.imul(c ^ unit, 0x01000193)
      d = Math.imul(d ^ unit, 0x85ebca6b) ^ (d >>> 15)
    }
    this.pair(c, d)
  }

  /** Mixes any value by its structure: class names don't count, order of a Map's entries does. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        this.int(NUMBER)
        return this.number(value)
      case 'string':
        this.int(STRING)
        return this.string(value)
      case 'boolean':
        return this.int(value ? TRUE : FALSE)
      case 'undefined':
        return this.int(UNDEFINED)
      case 'bigint':
        this.int(BIGINT)
        return this.string(String(value))
      case 'object':
        return value === null ? this.int(NULL) : this.object(value, 1)
      default:
        return this.int(OTHER)
    }
  }

  /** 16 hex digits. */
  hex(): string {
    const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
    return word(this.a) + word(this.b)
  }

  private object(value: object, depth: number): void {
    if (depth > 1 && (depth > DEEPEST || path.includes(value))) return this.int(CYCLE)
    if (Array.isArray(value)) return this.sequence(ARRAY, value, value, depth)
    if (value instanceof Map) return this.sequence(MAP, value, Array.from(value).flat(1), depth)
    if (value instanceof Set) return this.sequence(SET, value, Array.from(value), depth)
    if (value instanceof Date) {
      this.int(DATE)
      return this.number(value.getTime())
    }
    if (ArrayBuffer.isView(value)) return this.sequence(BYTES, value, Array.from(value as Uint8Array), depth)
    const fields = value as Record<string, unknown>
    this.int(OBJECT)
    // Most are plain, and then V8 goes through their fields by place instead of looking each name up.
    if (Object.getPrototypeOf(value) === Object.prototype) {
      for (const key in fields) {
        this.string(key)
        this.member(value, fields[key], depth)
      }
    } else {
      for (const key of Object.keys(value)) {
        this.string(key)
        this.member(value, fields[key], depth)
      }
    }
    // Without it {a: {}, b: 1} would be {a: {b: 1}}.
    this.int(END)
  }

  private sequence(kind: number, value: object, items: readonly unknown[], depth: number): void {
    this.int(kind)
    this.int(items.length)
    for (const item of items) this.member(value, item, depth)
  }

  /** What lies in an object, which is noted as on the way only if that goes deeper: most have plain values alone. */
  private member(of: object, value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null) return this.value(value)
    path.length = depth - 1
    path.push(of)
    this.object(value, depth + 1)
  }
}
