// Randomness of the simulation: one named stream per purpose, all split from the run's seed, so that drawing more in
// one place never shifts another. State is two 32-bit words in plain fields, which a keyframe can copy.

/** A stream of pseudo-random numbers (xorshift-style, 64 bits of state). Same seed and name, same numbers, everywhere. */
export class RandomStream {
  a: number
  b: number

  constructor(seed: number, name: string) {
    let h = scramble(scramble((seed | 0) ^ 0x27d4eb2f) + (Math.floor(seed / 0x100000000) | 0))
    for (let i = 0; i < name.length; i++) h = scramble(h ^ name.charCodeAt(i))
    this.a = scramble(h ^ 0x6a09e667) | 0
    this.b = scramble(h ^ 0x3c6ef372) | 1
    for (let i = 0; i < 4; i++) this.nextInt32()
  }

  /** The next 32 bits, as a signed integer. */
  nextInt32(): number {
    let x = this.a
    const y = this.b
    const sum = (x + y) | 0
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.a = y
    this.b = (x ^ y ^ (y << 7)) | 0
    if ((this.a | this.b) === 0) this.b = 0x1f123bb5
    return scramble(sum)
  }

  /** An integer from 0 up to, not including, `bound`, which is at least 1. */
  nextBelow(bound: number): number {
    return Math.floor(((this.nextInt32() >>> 0) / 0x100000000) * bound)
  }

  /** A double in [0, 1) with 53 random bits. */
  nextDouble(): number {
    const high = this.nextInt32() >>> 5
    const low = this.nextInt32() >>> 6
    return (high * 0x4000000 + low) / 0x20000000000000
  }
}

function scramble(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
