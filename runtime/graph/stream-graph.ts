// What the API builds: a graph of nodes with data, and beside it the learner's functions by (node id, role). Nothing
// here runs. Flink's StreamGraph; the plan document is made of it.

import { LearnerError } from '../base/diagnostic.ts'
import type { DatabaseEngine } from '../connectors/database/database.ts'
import type { DatabaseSinkSpec } from '../connectors/database/database-sink.ts'
import type { SqlText } from '../connectors/database/sql-statement.ts'
import type { LogSinkSpec } from '../connectors/log/log-sink.ts'
import type { TopicSpec } from '../connectors/log/topic-spec.ts'
import { isBounded, type SourceSpec } from '../connectors/source.ts'
import type { AsyncSpec } from '../operators/async/async-functions.ts'
import type { CepSpec } from '../operators/cep/pattern-spec.ts'
import type { FieldAggregation } from '../operators/field-aggregation.ts'
import type { IntervalJoinSpec } from '../operators/join/interval-join.ts'
import type { FileSinkSpec } from '../operators/file-sink.ts'
import type { WatermarkStrategySpec } from '../operators/watermark-generators.ts'
import type { WindowSpec } from '../operators/window/window-spec.ts'
import type { Partitioner } from '../record/partitioner.ts'

/** What a node does, as data. */
export type OperatorSpec =
  | { readonly kind: 'source'; readonly source: SourceSpec; readonly watermarks: WatermarkStrategySpec }
  | { readonly kind: 'map' | 'filter' | 'flatMap' | 'process' | 'keyedProcess' }
  | { readonly kind: 'coMap' | 'coFlatMap' | 'coProcess' | 'keyedCoProcess' }
  | { readonly kind: 'intervalJoin'; readonly join: IntervalJoinSpec }
  | {
      readonly kind: 'broadcastProcess' | 'keyedBroadcastProcess'
      /** Broadcast states that the function may ask for. */
      readonly states: readonly BroadcastStateSpec[]
    }
  | { readonly kind: 'reduce'; readonly aggregation: FieldAggregation | null }
  | { readonly kind: 'async'; readonly async: AsyncSpec }
  | { readonly kind: 'timestampsAndWatermarks'; readonly watermarks: WatermarkStrategySpec }
  | { readonly kind: 'window'; readonly window: WindowSpec }
  // Flink shows what `sinkTo` makes as a writer.
  | { readonly kind: 'sink'; readonly sink: SinkSpec; readonly isWriter: boolean }
  // Comes behind the writer it reads from, and takes its settings.
  | { readonly kind: 'committer'; readonly sink: SinkSpec; readonly maxRetries: number }
  | CepSpec

/** A broadcast state, as declared. */
export interface BroadcastStateSpec {
  readonly name: string
  /** The type of its keys as text; null for none declared. */
  readonly keyType: string | null
}

/**
 * `print` shows rows as Flink's print does; `function` has the learner's own sink function, `custom` the learner's own
 * sink with a writer; `discard` throws rows away.
 */
export interface SinkSpec {
  readonly kind: 'print' | 'function' | 'custom' | 'collect' | 'alert' | 'discard' | 'file' | 'log' | 'database'
  /** What rows are reported under; null for the node's name. */
  readonly identifier: string | null
  /** Whether what its writers prepare is committed, by a node behind it. */
  readonly isCommitting?: boolean
  /** Of `file`. */
  readonly file?: FileSinkSpec
  /** Of `log`. */
  readonly log?: LogSinkSpec
  /** Of `database`. */
  readonly database?: DatabaseSinkSpec
}

/** An input of a node. */
export interface StreamEdge {
  readonly source: string
  /** Null: forward where both have one parallelism, else rebalance. */
  readonly partitioner: Partitioner | null
  /** On HASH edges: the declared key type as text, or `infer`. */
  readonly keyType: string | null
  /** On HASH and CUSTOM edges: the number of what picks the channel. Edges with the same one deal out alike. */
  readonly selector: number | null
  /** Reads this side output rather than the main one. */
  readonly tag: string | null
  /** Which input of an operator with two it feeds; 1 for all others. */
  readonly input: 1 | 2
  /** Whether its records come with a current key: the stream that is read is a KeyedStream. */
  readonly isKeyed: boolean
  /** Where in the learner's code the stream was keyed: a stack trace. */
  readonly at?: string | null
}

/** A node as it is being built. */
export interface StreamNode {
  readonly id: string
  readonly spec: OperatorSpec
  name: string
  description: string | null
  uid: string | null
  /** An operator id of an earlier version of the job, as 32 hex digits. */
  uidHash: string | null
  /** Null: that of its inputs. */
  slotSharingGroup: string | null
  /** As the job chose it; null: the usual one. */
  parallelism: number | null
  /** Null: the environment's. */
  readonly usualParallelism: number | null
  /** The highest it may have: 1 for what can't be split. */
  highestParallelism: number
  maxParallelism: number | null
  chaining: 'always' | 'head' | 'never'
  readonly inputs: readonly StreamEdge[]
  /** Where in the learner's code it was made: a stack trace, read only when somebody asks. */
  readonly at: string | null
}

/** How a job runs: as its records come, or over whole inputs. AUTOMATIC is BATCH if all sources are bounded. */
export type RuntimeMode = 'STREAMING' | 'BATCH' | 'AUTOMATIC'

/** Settings of the job. */
export interface JobConfig {
  runtimeMode: RuntimeMode
  parallelism: number
  maxParallelism: number | null
  autoWatermarkIntervalMs: number
  isChainingEnabled: boolean
  isObjectReuseEnabled: boolean
  stateBackend: StateBackendKind
  /** Of checkpoints and restarts, by name; see options.ts. */
  readonly options: Map<string, unknown>
}

/** How keyed state is handed out: by reference, as on Flink's heap, or as copies, as by its RocksDB. Flink's names. */
export type StateBackendKind = 'hashmap' | 'rocksdb'

const DEFAULT_GROUP = 'default'

/** Finds the learner's functions: the only way from the run to them. */
export class FunctionRegistry {
  private readonly functions = new Map<string, unknown>()
  readonly #selectors = new Map<unknown, number>()

  /** Numbers key selectors and the like in the order in which they first come. */
  numberOf(selector: unknown): number {
    const number = this.#selectors.get(selector) ?? this.#selectors.size + 1
    this.#selectors.set(selector, number)
    return number
  }

  set(nodeId: string, role: string, fn: unknown): void {
    this.functions.set(`${nodeId} ${role}`, fn)
  }

  get(nodeId: string, role: string): unknown {
    return this.functions.get(`${nodeId} ${role}`)
  }

  /** Everything that is registered. */
  all(): unknown[] {
    return Array.from(this.functions.values())
  }

  rolesOf(nodeId: string): string[] {
    const prefix = `${nodeId} `
    return Array.from(this.functions.keys())
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
  }
}

/** The graph of one evaluation of a job. */
export class StreamGraph {
  readonly nodes: StreamNode[] = []
  readonly registry = new FunctionRegistry()
  /** Topics of the log that the job wants to find. */
  readonly topics: TopicSpec[] = []
  /** Tables of the database that the job wants to find. */
  readonly tables: SqlText[] = []
  database: DatabaseEngine = 'memory'
  readonly config: JobConfig
  /** Set by execute. */
  jobName: string | null = null

  constructor(parallelism: number) {
    this.config = {
      runtimeMode: 'STREAMING',
      parallelism,
      maxParallelism: null,
      autoWatermarkIntervalMs: 200,
      isChainingEnabled: true,
      isObjectReuseEnabled: false,
      stateBackend: 'hashmap',
      options: new Map(),
    }
  }

  /** Adds a node; ids count up in the order of calls. */
  add(
    spec: OperatorSpec,
    name: string,
    inputs: readonly StreamEdge[],
    options: {
      readonly at: string | null
      readonly highestParallelism?: number
      readonly usualParallelism?: number | null
    },
  ): StreamNode {
    const node: StreamNode = {
      id: String(this.nodes.length + 1),
      spec,
      name,
      description: null,
      uid: null,
      uidHash: null,
      slotSharingGroup: null,
      parallelism: null,
      usualParallelism: options.usualParallelism ?? null,
      highestParallelism: options.highestParallelism ?? Infinity,
      maxParallelism: null,
      chaining: 'always',
      inputs,
      at: options.at,
    }
    this.nodes.push(node)
    return node
  }

  /** The node with this id. */
  nodeOf(id: string): StreamNode {
    return this.nodes[Number(id) - 1] as StreamNode
  }

  /** Nodes that belong to the job, in the order of calls: a source that nobody reads doesn't, as in Flink. */
  jobNodes(): StreamNode[] {
    const read = new Set(this.nodes.flatMap(({ inputs }) => inputs.map(({ source }) => source)))
    return this.nodes.filter(({ id, spec }) => spec.kind !== 'source' || read.has(id))
  }

  /** The node whose settings count: of a committer that of its writer. */
  settingsOf(node: StreamNode): StreamNode {
    return node.spec.kind === 'committer' ? this.nodeOf((node.inputs[0] as StreamEdge).source) : node
  }

  parallelismOf(node: StreamNode): number {
    const { parallelism, usualParallelism, highestParallelism } = this.settingsOf(node)
    return Math.min(parallelism ?? usualParallelism ?? this.config.parallelism, highestParallelism)
  }

  /** The mode with AUTOMATIC decided: BATCH if every source comes to an end. */
  resolvedMode(): Exclude<RuntimeMode, 'AUTOMATIC'> {
    if (this.config.runtimeMode !== 'AUTOMATIC') return this.config.runtimeMode
    return this.jobNodes().every(({ spec }) => spec.kind !== 'source' || isBounded(spec.source)) ? 'BATCH' : 'STREAMING'
  }

  /** Its own group, or the one all its inputs share; otherwise the default one. */
  slotSharingGroupOf(node: StreamNode): string {
    if (node.slotSharingGroup !== null) return node.slotSharingGroup
    const groups = new Set(node.inputs.map((edge) => this.slotSharingGroupOf(this.nodeOf(edge.source))))
    const [group = DEFAULT_GROUP] = groups
    return groups.size > 1 ? DEFAULT_GROUP : group
  }
}

/** A parallelism as Flink accepts it. */
export function requireParallelism(value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 32768) {
    throw new LearnerError('PARALLELISM', { value: String(value) })
  }
  return value
}
