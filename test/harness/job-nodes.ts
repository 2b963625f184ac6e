// The nodes of random jobs, as data, and what their sources read: what those share who make a job and who say what must
// come of it.

import type { ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import type { EndKind } from './random-ends.ts'
import type { Item } from './watching-functions.ts'

/** What all nodes have. */
export interface Placed {
  /** 0 for the environment's. */
  readonly parallelism: number
  readonly chaining: 'always' | 'head' | 'never'
}

/** A node of the job; `from` are indices of earlier nodes. */
export type JobNode = Placed &
  (
    | {
        readonly op: 'source'
        readonly count: number
        readonly keys: number
        readonly step: number
        readonly rate: number | null
        readonly watermarks: 'periodic' | 'perRecord' | 'bounded' | 'wild'
        /** How far timestamps go back, so that records are late; 0 for never. */
        readonly jitter: number
        readonly idlenessMs: number | null
        /** Of a topic of the log with so many partitions; else it makes its records itself. */
        readonly partitions?: number
      }
    | { readonly op: 'map'; readonly from: number; readonly plus: number }
    | { readonly op: 'filter'; readonly from: number; readonly divisor: number }
    | { readonly op: 'flatMap'; readonly from: number; readonly most: number }
    | { readonly op: 'rebalance' | 'rescale' | 'shuffle' | 'global'; readonly from: number }
    | { readonly op: 'union' | 'broadcast'; readonly from: number; readonly with: number }
    | {
        readonly op: 'connect'
        readonly from: number
        readonly with: number
        readonly delay: number
        readonly clock: 'event' | 'processing'
      }
    | {
        readonly op: 'intervalJoin'
        readonly from: number
        readonly with: number
        readonly lower: number
        readonly upper: number
      }
    | { readonly op: 'process'; readonly from: number; readonly delay: number; readonly clock: 'event' | 'processing' }
    | { readonly op: 'side'; readonly from: number }
    | { readonly op: 'sum' | 'collect'; readonly from: number; readonly name: string; readonly end?: EndKind }
  )

export interface RandomJob {
  /** Whether records may be late. Then event timers would depend on watermarks, and only timers on the clock are set. */
  readonly isLoose: boolean
  readonly nodes: readonly JobNode[]
  readonly parallelism: number
  readonly intervalMs: number
  readonly cluster: ClusterSettings
  readonly records: number
}

/** Every third record goes back in time, if any does. */
export function timeOf(index: number, { step, jitter }: { readonly step: number; readonly jitter: number }): number {
  return index * step - (index % 3 === 2 ? jitter : 0)
}

type SecondOp = 'union' | 'broadcast' | 'connect' | 'intervalJoin'

/** Nodes carry more than their kind of operation needs. */
export function hasSecond(node: JobNode): node is JobNode & { readonly op: SecondOp } {
  return ['union', 'broadcast', 'connect', 'intervalJoin'].includes(node.op)
}

export function itemAt(index: number, keys: number): Item {
  return { key: (index * 7 + (index >> 2)) % keys, n: index }
}

/** What the operator of a node is called. */
export function nodeName({ nodes }: Pick<RandomJob, 'nodes'>, node: number): string {
  return `${nodes[node]?.op} ${node}`
}
