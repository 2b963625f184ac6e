// The hash that decides to which partition of a topic a key goes. Kafka's Utils.murmur2, over the bytes that its serializers
// for texts and numbers make; so the same key goes to the same partition as in Kafka.

import { utf8 } from '../../base/murmur3.ts'
import { toTaggedJson } from '../../base/value-text.ts'

const SEED = 0x9747b28c | 0
const M = 0x5bd1e995 | 0

/** MurmurHash2 of bytes, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  const whole = length - (length % 4)
  let hash = SEED ^ length
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(wordAt(bytes, at), M)
    word ^= word >>> 24
    hash = Math.imul(hash, M) ^ Math.imul(word, M)
  }
  let rest = 0
  for (let at = length - 1; at >= whole; at--) rest = (rest << 8) | (bytes[at] as number)
  if (length > whole) hash = Math.imul(hash ^ rest, M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** The partition of a key among so many. */
export function partitionOfKey(key: unknown, partitions: number): number {
  return (murmur2(keyBytes(key)) & 0x7fffffff) % partitions
}

/** As StringSerializer, LongSerializer and DoubleSerializer make them; of anything else the bytes of its JSON. */
export function keyBytes(key: unknown): Uint8Array {
  if (typeof key === 'string') return utf8(key)
  if (key instanceof Uint8Array) return key
  const view = new DataView(new ArrayBuffer(8))
  if (typeof key === 'bigint' || Number.isSafeInteger(key)) view.setBigInt64(0, BigInt(key as number))
  else if (typeof key === 'number') view.setFloat64(0, key)
  else return utf8(toTaggedJson(key))
  return new Uint8Array(view.buffer)
}

/** Four bytes, the lowest first. A view of the bytes would cost more to make than most keys take to hash. */
function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)
  return low | (high << 16)
}
