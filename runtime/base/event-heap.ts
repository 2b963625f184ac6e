// A binary heap of (time, sequence) with a small integer payload, in parallel typed arrays: no object per event, and a
// snapshot is a copy of the arrays. Sequence numbers make the order total, which is what makes a run repeatable.

const START_CAPACITY = 64

/** Smallest time first; of equal times the first pushed. */
export class EventHeap {
  size = 0
  sequence = 0
  times = new Float64Array(START_CAPACITY)
  sequences = new Float64Array(START_CAPACITY)
  payloads = new Int32Array(START_CAPACITY)
  targets = new Int32Array(START_CAPACITY)

  push(time: number, payload: number, target: number): void {
    if (this.size === this.times.length) this.grow()
    const sequence = this.sequence++
    let i = this.size++
    while (i > 0) {
      const parent = (i - 1) >> 1
      // A later push never goes before an equal time, so `<=` is enough and sequences needn't be compared.
      if ((this.times[parent] as number) <= time) break
      this.move(parent, i)
      i = parent
    }
    this.put(i, time, sequence, payload, target)
  }

  /** Removes the first event; its fields were at index 0 before, so read them first. */
  pop(): void {
    const last = --this.size
    if (last === 0) return
    const time = this.times[last] as number
    const sequence = this.sequences[last] as number
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= last) break
      if (child + 1 < last && this.isBefore(child + 1, child)) child++
      const childTime = this.times[child] as number
      if (time < childTime || (time === childTime && sequence < (this.sequences[child] as number))) break
      this.move(child, i)
      i = child
    }
    this.put(i, time, sequence, this.payloads[last] as number, this.targets[last] as number)
  }

  /** Takes out every event for such a target; the others keep their order. */
  removeAll(isGone: (target: number) => boolean): void {
    const kept = Array.from({ length: this.size }, (_, i) => i).filter((i) => !isGone(this.targets[i] as number))
    kept.sort((a, b) => (this.isBefore(a, b) ? -1 : 1))
    // In order of time they are a heap.
    const events = kept.map((i) => [this.times[i], this.sequences[i], this.payloads[i], this.targets[i]] as number[])
    events.forEach(([time, sequence, payload, target], i) =>
      this.put(i, time as number, sequence as number, payload as number, target as number),
    )
    this.size = events.length
  }

  private isBefore(a: number, b: number): boolean {
    const ta = this.times[a] as number
    const tb = this.times[b] as number
    return ta < tb || (ta === tb && (this.sequences[a] as number) < (this.sequences[b] as number))
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] as number
    this.sequences[to] = this.sequences[from] as number
    this.payloads[to] = this.payloads[from] as number
    this.targets[to] = this.targets[from] as number
  }

  private put(i: number, time: number, sequence: number, payload: number, target: number): void {
    this.times[i] = time
    this.sequences[i] = sequence
    this.payloads[i] = payload
    this.targets[i] = target
  }

  private grow(): void {
    const capacity = this.times.length * 2
    this.times = extend(new Float64Array(capacity), this.times)
    this.sequences = extend(new Float64Array(capacity), this.sequences)
    this.payloads = extend(new Int32Array(capacity), this.payloads)
    this.targets = extend(new Int32Array(capacity), this.targets)
  }
}

function extend<T extends Float64Array | Int32Array>(wide: T, from: T): T {
  wide.set(from)
  return wide
}
