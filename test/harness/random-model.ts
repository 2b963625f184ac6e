// What a random job must give, computed with plain arrays and nothing of the engine, whatever happens to it on the way.

import { itemAt, timeOf, type JobNode } from './job-nodes.ts'
import type { Item } from './watching-functions.ts'

/** A record and its timestamp. */
type Stamped = readonly [item: Item, timestamp: number]

export interface Model {
  /** By node: what comes out of it. A source never goes back in time, so no record is late and each timer fires once. */
  readonly outputs: readonly (readonly Stamped[])[]
  /** Sink -> its rows as sorted texts; of `sum` the last row of each key. */
  readonly rows: ReadonlyMap<string, readonly string[]>
  readonly timers: number
}

/** `taken`: by source that was ended early, the numbers of its records that count. */
export function modelOf(nodes: readonly JobNode[], taken: ReadonlyMap<number, ReadonlySet<number>> = new Map()): Model {
  const outputs: Stamped[][] = []
  const sides: Stamped[][] = []
  const rows = new Map<string, string[]>()
  let timers = 0
  nodes.forEach((node, i) => {
    const input = 'from' in node ? (outputs[node.from] ?? []) : []
    outputs[i] = []
    switch (node.op) {
      case 'source':
        outputs[i] = Array.from({ length: node.count }, (_, index): Stamped => [
          itemAt(index, node.keys),
          timeOf(index, node),
        ]).filter(([{ n }]) => taken.get(i)?.has(n) !== false)
        break
      case 'map':
        outputs[i] = input.map(([item, timestamp]) => [{ key: item.key, n: item.n + node.plus }, timestamp])
        break
      case 'filter':
        outputs[i] = input.filter(([item]) => item.n % node.divisor !== 0)
        break
      case 'flatMap':
        outputs[i] = input.flatMap(([item, timestamp]) =>
          copies(item, node.most).map((copy): Stamped => [copy, timestamp]),
        )
        break
      case 'union':
        outputs[i] = [...input, ...(outputs[node.with] ?? [])]
        break
      case 'process':
      case 'connect': {
        // Connected by key, both inputs share the timers of a key: as if they were one.
        const both = node.op === 'connect' ? [...input, ...(outputs[node.with] ?? [])] : input
        sides[i] = both.filter(([{ n }]) => n % 2 === 1)
        outputs[i] = [...both]
        if (node.clock === 'processing') break
        const registered = new Map(
          both.map(([{ key }, timestamp]) => [
            `${key} ${timestamp + node.delay}`,
            [key, timestamp + node.delay] as const,
          ]),
        )
        timers += registered.size
        const fired = Array.from(registered.values(), ([key, time]): Stamped => [{ key, n: time }, time])
        outputs[i] = [...both, ...fired]
        break
      }
      case 'intervalJoin': {
        const others = outputs[node.with] ?? []
        outputs[i] = input.flatMap(([left, at]) =>
          others
            .filter(([right, time]) => right.key === left.key && time - at >= node.lower && time - at <= node.upper)
            .map(([right, time]): Stamped => [{ key: left.key, n: left.n + right.n }, Math.max(at, time)]),
        )
        break
      }
      case 'side':
        outputs[i] = sides[node.from] ?? []
        break
      case 'sum': {
        const sums = new Map<number, number>()
        for (const [{ key, n }] of input) sums.set(key, (sums.get(key) ?? 0) + n)
        rows.set(node.name, Array.from(sums, ([key, n]) => `${key}=${n}`).sort())
        break
      }
      case 'collect':
        rows.set(node.name, input.map(([item, timestamp]) => rowText(item, timestamp)).sort())
        break
      default:
        outputs[i] = [...input]
    }
  })
  return { outputs, rows, timers }
}

export function rowText(value: unknown, timestamp: number): string {
  const { key, n } = value as Item
  return `${key}:${n}@${timestamp}`
}

export function copies(item: Item, most: number): Item[] {
  return Array.from({ length: item.n % (most + 1) }, (_, i) => ({ key: item.key, n: item.n + i }))
}
