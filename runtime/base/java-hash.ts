// Java's hashCode for the values a key may be, and Flink's murmur step on top of it. Which subtask a key lives on
// follows from these bits, so they're held to golden/datastream/keygroups.json.

const bits = new DataView(new ArrayBuffer(8))

/** java.lang.Long.hashCode, of a safe integer or of a bigint within 64 bits. */
export function longHash(value: number | bigint): number {
  if (typeof value === 'bigint') {
    return Number(BigInt.asIntN(32, value)) ^ Number(BigInt.asIntN(32, value >> 32n))
  }
  return (value | 0) ^ (Math.floor(value / 0x100000000) | 0)
}

/** java.lang.Double.hashCode: every NaN alike, and 0.0 apart from -0.0. */
export function doubleHash(value: number): number {
  if (value !== value) return 0x7ff80000
  bits.setFloat64(0, value)
  return bits.getInt32(0) ^ bits.getInt32(4)
}

/** java.lang.Float.hashCode of the number rounded to a float. */
export function floatHash(value: number): number {
  if (value !== value) return 0x7fc00000
  bits.setFloat32(0, value)
  return bits.getInt32(0)
}

/** java.lang.String.hashCode, over UTF-16 units. */
export function stringHash(value: string): number {
  let h = 0
  for (let i = 0; i < value.length; i++) h = (Math.imul(h, 31) + value.charCodeAt(i)) | 0
  return h
}

/** java.lang.Boolean.hashCode. */
export function booleanHash(value: boolean): number {
  return value ? 1231 : 1237
}

/** java.math.BigInteger.hashCode: over the magnitude's 32-bit words, times the sign. */
export function bigIntegerHash(value: bigint): number {
  const negative = value < 0n
  const words: number[] = []
  for (let rest = negative ? -value : value; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn))
  let h = 0
  for (let i = words.length - 1; i >= 0; i--) h = (Math.imul(h, 31) + (words[i] as number)) | 0
  return negative ? -h | 0 : h
}

/** A java.math.BigDecimal in text form as unscaled value and scale; null if the text isn't one. */
export function bigDecimalParts(text: string): { readonly unscaled: bigint; readonly scale: number } | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  if (whole + fraction === '') return null
  const magnitude = BigInt(whole + fraction)
  return { unscaled: sign === '-' ? -magnitude : magnitude, scale: fraction.length - Number(exponent) }
}

/** java.math.BigDecimal.hashCode of a decimal in text form; "1.0" and "1.00" differ, as in Java. Null if it isn't one. */
export function bigDecimalHash(text: string): number | null {
  const parts = bigDecimalParts(text)
  if (parts === null) return null
  const { unscaled, scale } = parts
  const fitsLong = BigInt.asIntN(64, unscaled) === unscaled && unscaled !== -(1n << 63n)
  if (!fitsLong) return (Math.imul(31, bigIntegerHash(unscaled)) + scale) | 0
  const magnitude = unscaled < 0n ? -unscaled : unscaled
  const high = Number(BigInt.asIntN(32, magnitude >> 32n))
  const low = Number(BigInt.asIntN(32, magnitude))
  const h = (Math.imul(31, high) + low) | 0
  return (Math.imul(31, unscaled < 0n ? -h | 0 : h) + scale) | 0
}

/** Flink's MathUtils.murmurHash of an int: never negative. */
export function murmurHash(code: number): number {
  let h = Math.imul(code, 0xcc9e2d51)
  h = (h << 15) | (h >>> 17)
  h = Math.imul(h, 0x1b873593)
  h = (h << 13) | (h >>> 19)
  h = (Math.imul(h, 5) + 0xe6546b64) | 0
  h ^= 4
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h ^= h >>> 16
  if (h >= 0) return h
  return h === -2147483648 ? 0 : -h
}
