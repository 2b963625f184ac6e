// Flink's operator ids: 32 hex digits from the uid, or from the node's place in the topology. Savepoints match state by
// them. Flink's StreamGraphHasherV2, held to golden/datastream/operator-ids.json and graph.json.

import { murmur3Bytes, toHex, utf8 } from '../base/murmur3.ts'

/** What of a node its id depends on. Nodes come with their inputs before them in `inputs`' ids. */
export interface IdNode {
  readonly id: string
  readonly uid: string | null
  readonly isSource: boolean
  readonly inputs: readonly string[]
  /** How many of the outgoing edges are chained. */
  readonly chainedOutputs: number
  /** Targets of the outgoing edges, in order. */
  readonly outputs: readonly string[]
}

/** The operator id of a uid. */
export function operatorIdOfUid(uid: string): string {
  return toHex(murmur3Bytes(utf8(uid)))
}

/** The operator id of every node, by node id. */
export function operatorIds(nodes: readonly IdNode[]): Map<string, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const hashes = new Map<string, Uint8Array>()
  const remaining = nodes.filter((node) => node.isSource)
  const visited = new Set(remaining.map((node) => node.id))
  // Breadth first from the sources; a node whose inputs aren't all known yet comes again with the next of them.
  for (let node = remaining.shift(); node !== undefined; node = remaining.shift()) {
    const hash = hashOf(node, hashes)
    if (hash === null) {
      visited.delete(node.id)
      continue
    }
    hashes.set(node.id, hash)
    for (const target of node.outputs) {
      if (visited.has(target)) continue
      visited.add(target)
      remaining.push(byId.get(target) as IdNode)
    }
  }
  return new Map(Array.from(hashes, ([id, hash]) => [id, toHex(hash)]))
}

function hashOf(node: IdNode, hashes: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  // A uid's hash needs no inputs: the node may come before some of them, and so counts earlier.
  if (node.uid !== null) return murmur3Bytes(utf8(node.uid))
  if (node.inputs.some((input) => !hashes.has(input))) return null
  // The number of hashes so far stands for the node, once for itself and once for each chained output.
  const words = new Int32Array(1 + node.chainedOutputs).fill(hashes.size)
  const hash = murmur3Bytes(new Uint8Array(words.buffer))
  for (const input of node.inputs) {
    const other = hashes.get(input) as Uint8Array
    for (let i = 0; i < hash.length; i++) hash[i] = Math.imul(hash[i] as number, 37) ^ (other[i] as number)
  }
  return hash
}
