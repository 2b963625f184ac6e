// MurmurHash3 in its 128-bit x64 form, seed 0: what Flink makes operator ids with (Guava's murmur3_128). Also the hash
// of the plan document. Runs when a graph is built, never per record, so bigint is fast enough.

const MASK = (1n << 64n) - 1n
const C1 = 0x87c37b91114253d5n
const C2 = 0x4cf5ad432745937fn

/** The 16 bytes of the hash, in Guava's order (each half little-endian). */
export function murmur3Bytes(data: Uint8Array): Uint8Array {
  let h1 = 0n
  let h2 = 0n
  const blocks = data.length >>> 4
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let i = 0; i < blocks; i++) {
    h1 ^= mix1(view.getBigUint64(i * 16, true))
    h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dce729n) & MASK
    h2 ^= mix2(view.getBigUint64(i * 16 + 8, true))
    h2 = ((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n) & MASK
  }
  h1 ^= mix1(tail(data, blocks * 16, 8))
  h2 ^= mix2(tail(data, blocks * 16 + 8, 8))
  const length = BigInt(data.length)
  h1 = (h1 ^ length) & MASK
  h2 = (h2 ^ length) & MASK
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  h1 = finish(h1)
  h2 = finish(h2)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  const out = new Uint8Array(16)
  const outView = new DataView(out.buffer)
  outView.setBigUint64(0, h1, true)
  outView.setBigUint64(8, h2, true)
  return out
}

/** 32 hex digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** UTF-8 bytes, a lone surrogate becoming `?` as in Java; written out because ES2022 alone has no TextEncoder. */
export function utf8(text: string): Uint8Array {
  const out: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (code < 0x80) out.push(code)
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code >= 0xd800 && code < 0xe000) out.push(0x3f)
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(out)
}

function tail(data: Uint8Array, from: number, count: number): bigint {
  let word = 0n
  for (let i = Math.min(count, data.length - from) - 1; i >= 0; i--)
    word = (word << 8n) | BigInt(data[from + i] as number)
  return word
}

function rotate(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK
}

function mix1(word: bigint): bigint {
  return (rotate((word * C1) & MASK, 31n) * C2) & MASK
}

function mix2(word: bigint): bigint {
  return (rotate((word * C2) & MASK, 33n) * C1) & MASK
}

function finish(value: bigint): bigint {
  let h = value
  h = ((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn) & MASK
  h = ((h ^ (h >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK
  return h ^ (h >> 33n)
}
