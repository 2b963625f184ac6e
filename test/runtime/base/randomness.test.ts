// Named streams of one seed: the same everywhere, and none moved by another.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../../runtime/base/random.ts'
import { murmur3Bytes, toHex, utf8 } from '../../../runtime/base/murmur3.ts'
import { Simulation } from '../../../runtime/kernel/simulation.ts'

const draw = (stream: RandomStream, count = 5): number[] => Array.from({ length: count }, () => stream.nextInt32())
const simulation = (seed = 1): Simulation => new Simulation({ seed, startMs: 0, isHashed: true })

describe('random streams', () => {
  test('seed and name fix the numbers; either changes them', () => {
    const of = (seed: number, name: string): string => String(draw(new RandomStream(seed, name)))
    expect(of(1, 'net')).toBe(of(1, 'net'))
    const all = [of(1, 'net'), of(2, 'net'), of(1, 'user'), of(1 + 2 ** 32, 'net'), of(-2, 'net'), of(1, 'ten')]
    expect(new Set(all).size).toBe(all.length)
  })

  test('these numbers are for ever: shared runs depend on them', () => {
    expect(draw(new RandomStream(1, 'net'), 4)).toEqual([-1872524185, 1555741501, -2043864199, -1749654906])
  })

  test('drawing from one stream leaves the others alone', () => {
    const [one, other] = [simulation(), simulation()]
    draw(one.random('net'), 100)
    expect(draw(one.random('user 1 0 0'))).toEqual(draw(other.random('user 1 0 0')))
    expect(one.random('net')).toBe(one.random('net'))
  })

  test('state is two words, so a copy goes on alike', () => {
    const stream = new RandomStream(3, 'x')
    draw(stream)
    const copy = Object.assign(new RandomStream(9, 'y'), { a: stream.a, b: stream.b })
    expect(draw(copy)).toEqual(draw(stream))
  })

  test('nextBelow stays below and reaches everything; doubles lie in [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 9 }), (seed, bound) => {
        const stream = new RandomStream(seed, 'x')
        const seen = new Set(Array.from({ length: 200 }, () => stream.nextBelow(bound)))
        expect([...seen].sort()).toEqual(Array.from({ length: bound }, (_, i) => i))
        const double = stream.nextDouble()
        expect(double >= 0 && double < 1).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('murmur3, 128 bits', () => {
  test.each([
    ['', '00000000000000000000000000000000'],
    ['hello', '029bbd41b3a7d8cb191dae486a901e5b'],
    ['The quick brown fox jumps over the lazy dog', '6c1b07bc7bbc4be347939ac4a93c437a'],
  ])('%s', (text, hex) => expect(toHex(murmur3Bytes(utf8(text)))).toBe(hex))

  test.each([
    ['é', [0xc3, 0xa9]],
    ['流', [0xe6, 0xb5, 0x81]],
    ['😀', [0xf0, 0x9f, 0x98, 0x80]],
    // Java writes a lone surrogate as a question mark.
    ['\ud800x', [0x3f, 0x78]],
  ])('utf8 of %s', (text, bytes) => expect([...utf8(text)]).toEqual(bytes))

  test('utf8 is the host’s own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)])
      }),
    )
  })
})
