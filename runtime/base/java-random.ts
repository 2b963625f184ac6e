// java.util.Random, number for number: 48 bits of state, a linear congruence. Training data that Java's tutorials make
// from a seed comes out the same here, and so does whatever a learner draws. Held to values recorded from Java 17.
//
// The 48 bits are two halves of 24, so that every product stays exact in a double.

import { LearnerError } from './diagnostic.ts'

const HALF = 0x1000000
const MULTIPLIER_HIGH = 0x5de
const MULTIPLIER_LOW = 0xece66d
const ADDEND = 0xb

/**
 * Java's random numbers: the same seed gives the same ones as in Java. Exported to jobs as `Random`. Differs from Java: a
 * seed is needed, since without one two runs would differ; and `nextLong` gives a bigint.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Random.html
 */
export class JavaRandom {
  high: number
  low: number
  /** The second of a pair of Gaussians, drawn with the first; NaN for none. */
  nextNextGaussian = NaN

  constructor(seed: number | bigint) {
    if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
      throw new LearnerError('RANDOM_SEED', { value: String(seed) })
    }
    // Only the lowest 48 bits count.
    const bits = typeof seed === 'bigint' ? Number(BigInt.asIntN(48, seed)) : seed
    this.high = modulo(Math.floor(bits / HALF)) ^ MULTIPLIER_HIGH
    this.low = modulo(bits) ^ MULTIPLIER_LOW
  }

  /** Any integer of 32 bits; with a bound, one from 0 up to, not including, it. */
  nextInt(bound?: number): number {
    if (bound === undefined) return this.next(32)
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x7fffffff) {
      throw new LearnerError('RANDOM_BOUND', { value: String(bound) })
    }
    if ((bound & -bound) === bound) return Math.floor((bound * this.next(31)) / 0x80000000)
    for (;;) {
      const bits = this.next(31)
      const value = bits % bound
      // Values beyond the last whole multiple of the bound would come up too often.
      if (bits - value + (bound - 1) <= 0x7fffffff) return value
    }
  }

  /** Any integer of 64 bits that 48 bits of state can give. */
  nextLong(): bigint {
    const high = BigInt(this.next(32))
    return BigInt.asIntN(64, (high << 32n) + BigInt(this.next(32)))
  }

  nextBoolean(): boolean {
    return this.next(1) !== 0
  }

  /** In [0, 1), with 24 random bits: exactly a float. */
  nextFloat(): number {
    return this.next(24) / HALF
  }

  /** In [0, 1), with 53 random bits. */
  nextDouble(): number {
    return (this.next(26) * 0x8000000 + this.next(27)) / 0x20000000000000
  }

  /** Normally distributed with mean 0 and standard deviation 1. */
  nextGaussian(): number {
    const waiting = this.nextNextGaussian
    if (waiting === waiting) {
      this.nextNextGaussian = NaN
      return waiting
    }
    for (;;) {
      const x = 2 * this.nextDouble() - 1
      const y = 2 * this.nextDouble() - 1
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      this.nextNextGaussian = y * scale
      return x * scale
    }
  }

  /** The next so many bits, at most 32; signed if all 32. */
  private next(bits: number): number {
    const low = this.low * MULTIPLIER_LOW + ADDEND
    const carry = Math.floor(low / HALF)
    this.high = (this.high * MULTIPLIER_LOW + this.low * MULTIPLIER_HIGH + carry) % HALF
    this.low = low % HALF
    const top = (this.high << 8) | (this.low >>> 16)
    return bits === 32 ? top : top >>> (32 - bits)
  }
}

function modulo(value: number): number {
  return ((value % HALF) + HALF) % HALF
}

/** Puts a list into random order, in place. Java's Collections.shuffle. */
export function shuffle(list: unknown[], random: JavaRandom): void {
  for (let size = list.length; size > 1; size--) {
    const other = random.nextInt(size)
    const last = list[size - 1]
    list[size - 1] = list[other]
    list[other] = last
  }
}
