// Edges to be: what a stream knows of how its records will get to the next node, before there is one. They become edges
// of the graph when a node is added that reads the stream.

import { LearnerError } from '../base/diagnostic.ts'
import type { StreamEdge } from '../graph/stream-graph.ts'

/** The learner's functions, by role. */
export type Functions = Readonly<Record<string, unknown>>

/** An edge to be, and the learner's functions that act on it: a key selector, a partitioner. */
export interface Edge {
  readonly edge: StreamEdge
  readonly functions: Functions
}

/** The output of a node, main or side, on its way to whoever will read it. */
export function plainEdge(source: string, tag: string | null): Edge {
  return {
    edge: { source, partitioner: null, keyType: null, selector: null, tag, input: 1, isKeyed: false },
    functions: {},
  }
}

/** Of two keyed inputs a key type that one declares holds for both: they share the state of a key. */
export function withOneKeyType(edges: readonly Edge[]): Edge[] {
  const types = edges.flatMap(({ edge: { isKeyed, keyType } }) => (isKeyed && keyType !== null ? [keyType] : []))
  const [declared = 'infer', other] = new Set(types.filter((type) => type !== 'infer'))
  if (other !== undefined) throw new LearnerError('KEY_TYPES_DIFFER', { first: declared, second: other })
  return edges.map((entry) => (entry.edge.isKeyed ? { ...entry, edge: { ...entry.edge, keyType: declared } } : entry))
}
