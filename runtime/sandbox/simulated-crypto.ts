// crypto drawn from the simulation's random stream: the same seed gives the same bytes and the same ids. There is
// nothing secret about them.

interface RandomStream {
  random(): number
}

interface SimulatedCrypto {
  getRandomValues<T extends ArrayBufferView>(array: T): T
  randomUUID(): string
  readonly subtle: unknown
}

/** `subtle` is what to put for the part that isn't simulated. */
export function makeCrypto(port: RandomStream, subtle: unknown): SimulatedCrypto {
  const fill = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(port.random() * 256)
  }
  return Object.freeze({
    subtle,
    getRandomValues<T extends ArrayBufferView>(array: T): T {
      fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
      return array
    },
    randomUUID(): string {
      const bytes = new Uint8Array(16)
      fill(bytes)
      // Version 4, variant 1, as RFC 9562 has it.
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  })
}
