// Which sending subtask is connected to which receiving one. Flink's distribution patterns: forward and rescale are
// pointwise, everything else all to all. Held to golden/datastream/exchanges.json.

import { PARTITIONER_PROPERTIES, type Partitioner } from '../record/partitioner.ts'

/** Pairs [sender, receiver], in the order of senders. */
export function connections(partitioner: Partitioner, from: number, to: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  if (!PARTITIONER_PROPERTIES[partitioner].isPointwise) {
    for (let sender = 0; sender < from; sender++) {
      for (let receiver = 0; receiver < to; receiver++) pairs.push([sender, receiver])
    }
    return pairs
  }
  for (let sender = 0; sender < from; sender++) {
    for (let receiver = 0; receiver < to; receiver++) {
      if (isConnected(sender, receiver, from, to)) pairs.push([sender, receiver])
    }
  }
  return pairs
}

/** Each of the more numerous side has one partner on the other; Flink's integer divisions, rounding included. */
function isConnected(sender: number, receiver: number, from: number, to: number): boolean {
  if (from >= to) {
    const start = Math.floor((receiver * from) / to)
    const end = Math.floor(((receiver + 1) * from) / to)
    return sender >= start && sender < end
  }
  const start = Math.floor((sender * to + from - 1) / from)
  const end = Math.floor(((sender + 1) * to + from - 1) / from)
  return receiver >= start && receiver < end
}
