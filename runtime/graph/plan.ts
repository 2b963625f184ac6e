// The plan: the one JSON document between building a job and running it. The simulator's JobGraph is made of it, and so
// will be the job on a real Flink cluster; so everything built in is data here, and the learner's functions appear only
// as roles. DESIGN §8. The format outlives a run: PLAN_VERSION changes with it.

import { murmur3Bytes, toHex, utf8 } from '../base/murmur3.ts'
import type { DatabaseEngine } from '../connectors/database/database.ts'
import type { SqlText } from '../connectors/database/sql-statement.ts'
import type { TopicSpec } from '../connectors/log/topic-spec.ts'
import type { ScriptRecord } from '../connectors/source.ts'
import type { Partitioner } from '../record/partitioner.ts'
import { checkpointSpecOf, type CheckpointSpec } from './checkpoint-spec.ts'
import { ExecutionOptions, PipelineOptions, readOption, SinkOptions } from './options.ts'
import {
  DEFAULT_RECOVERY,
  DEFAULT_RETENTION,
  recoverySpecOf,
  retentionSpecOf,
  type RecoverySpec,
  type RetentionSpec,
} from './recovery-spec.ts'
import { restartSpecOf, type RestartSpec } from './restart-spec.ts'
import { operatorIds, type IdNode } from './operator-ids.ts'
import type { OperatorSpec, RuntimeMode, StateBackendKind, StreamGraph, StreamNode } from './stream-graph.ts'

export const PLAN_VERSION = 1

export interface PlanEdge {
  /** Id of the node it comes from. */
  readonly node: string
  readonly partitioner: Partitioner
  /** Whether the job chose the partitioner; otherwise it follows from both parallelisms. */
  readonly isChosen: boolean
  /** On HASH edges: the key type, `infer` where the first key decides. */
  readonly key: string | null
  /** On HASH and CUSTOM edges: the number of what picks the channel, the same for edges that deal out alike. */
  readonly selector: number | null
  /** The side output it reads, null for the main one. */
  readonly tag: string | null
  /** Which input of an operator with two it feeds; 1 for all others. */
  readonly input: 1 | 2
  /** Whether its records come with a current key. */
  readonly isKeyed: boolean
  /** On HASH edges: where the learner's code says `keyBy`; not part of the hash. */
  readonly at?: string | null
}

export interface PlanNode {
  readonly id: string
  /** Flink's operator id: 32 hex digits. */
  readonly operatorId: string
  readonly uid: string | null
  readonly uidHash: string | null
  readonly slotSharingGroup: string
  readonly kind: OperatorSpec['kind']
  readonly name: string
  readonly description: string | null
  readonly parallelism: number
  /** Whether the job chose the parallelism: in batch mode it's the scheduler's business otherwise. */
  readonly isParallelismChosen: boolean
  readonly maxParallelism: number | null
  readonly chaining: 'always' | 'head' | 'never'
  readonly inputs: readonly PlanEdge[]
  /** Whether it has keyed state: one of its inputs is a keyed stream. */
  readonly keyed: boolean
  /** Roles of the learner's functions, found in the registry under (id, role). */
  readonly functions: readonly string[]
  readonly spec: OperatorSpec
  /** Where the learner's code made it, `job.ts:12:3`; not part of the hash. */
  readonly at: string | null
}

/** The document. */
export interface Plan {
  readonly plan: typeof PLAN_VERSION
  /** 32 hex digits over everything else in the document. */
  readonly hash: string
  readonly name: string
  readonly config: {
    /** AUTOMATIC has been decided. */
    readonly runtimeMode: Exclude<RuntimeMode, 'AUTOMATIC'>
    readonly parallelism: number
    readonly maxParallelism: number | null
    readonly autoWatermarkIntervalMs: number
    readonly isChainingEnabled: boolean
    /** Says something to Flink alone: here records are never copied between chained operators. */
    readonly isObjectReuseEnabled: boolean
    readonly stateBackend: StateBackendKind
    /** Of a job with checkpoints. */
    readonly checkpoints?: CheckpointSpec
    /** Of a job that is started again after a failure. */
    readonly restart?: RestartSpec
    /** Of a job that says how long a buffer waits for more; null for until it's full. */
    readonly bufferTimeoutMs?: number | null
    /** Of a job that says what it starts from, or what is left of it. */
    readonly recovery?: RecoverySpec
    readonly retention?: RetentionSpec
    /** Where operators with different max parallelism stay apart. */
    readonly chainsDifferentMaxParallelism?: false
  }
  readonly nodes: readonly PlanNode[]
  /** Topics of the log that the job wants to find. */
  readonly topics?: readonly TopicSpec[]
  /** Statements that make the tables of the database that the job wants to find. */
  readonly tables?: readonly SqlText[]
  /** Of a job that wants another database than tables in memory. */
  readonly database?: DatabaseEngine
}

/** The plan of a graph. `locate` turns a stack trace into a place in the learner's code. */
export function createPlan(graph: StreamGraph, locate: (stack: string) => string | null = () => null): Plan {
  const {
    parallelism,
    maxParallelism,
    autoWatermarkIntervalMs,
    isChainingEnabled,
    isObjectReuseEnabled,
    stateBackend,
  } = graph.config
  const runtimeMode = graph.resolvedMode()
  const made = graph.jobNodes()
  const drafts = made.map((node) => draftNode(graph, node))
  const chaining = { isChainingEnabled, ...keptApart(graph) }
  const ids = operatorIds(idNodes(drafts, chaining))
  const nodes = drafts.map((draft) => ({
    ...draft,
    operatorId: ids.get(draft.id) as string,
    at: null as string | null,
  }))
  const body = {
    name: graph.jobName ?? readOption(graph.config.options, PipelineOptions.NAME) ?? 'Flink Streaming Job',
    config: {
      runtimeMode,
      parallelism,
      maxParallelism,
      autoWatermarkIntervalMs,
      ...chaining,
      isObjectReuseEnabled,
      stateBackend,
      ...faultTolerance(graph),
      ...bufferTimeout(graph),
    },
    nodes,
    ...(graph.topics.length === 0 ? {} : { topics: graph.topics }),
    ...(graph.tables.length === 0 ? {} : { tables: graph.tables }),
    ...(graph.database === 'memory' ? {} : { database: graph.database }),
  }
  const hash = hashOf(body)
  return { plan: PLAN_VERSION, hash, ...body, nodes: nodes.map((node, i) => placed(node, made[i], locate)) }
}

function bufferTimeout({ config: { options } }: StreamGraph): Pick<Plan['config'], 'bufferTimeoutMs'> {
  const { BUFFER_TIMEOUT, BUFFER_TIMEOUT_ENABLED } = ExecutionOptions
  if (!readOption(options, BUFFER_TIMEOUT_ENABLED)) return { bufferTimeoutMs: null }
  return options.has(BUFFER_TIMEOUT.key) ? { bufferTimeoutMs: readOption(options, BUFFER_TIMEOUT) } : {}
}

function keptApart({ config }: StreamGraph): Pick<Plan['config'], 'chainsDifferentMaxParallelism'> {
  const chains = PipelineOptions.OPERATOR_CHAINING_CHAIN_OPERATORS_WITH_DIFFERENT_MAX_PARALLELISM
  return readOption(config.options, chains) ? {} : { chainsDifferentMaxParallelism: false }
}

/** Batch mode takes no checkpoints: what fails begins again. */
function faultTolerance(
  graph: StreamGraph,
): Pick<Plan['config'], 'checkpoints' | 'restart' | 'recovery' | 'retention'> {
  const { options } = graph.config
  const checkpoints = graph.resolvedMode() === 'BATCH' ? null : checkpointSpecOf(options)
  const restart = restartSpecOf(options, checkpoints !== null)
  const recovery = recoverySpecOf(options)
  const retention = retentionSpecOf(options)
  return {
    ...(checkpoints === null ? {} : { checkpoints }),
    ...(restart.kind === 'none' ? {} : { restart }),
    ...(isSame(recovery, DEFAULT_RECOVERY) ? {} : { recovery }),
    ...(isSame(retention, DEFAULT_RETENTION) ? {} : { retention }),
  }
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The node with the places where it and its edges were made. */
function placed(node: PlanNode, made: StreamNode | undefined, locate: (stack: string) => string | null): PlanNode {
  const placeOf = (stack: string | null | undefined): string | null => (stack ? locate(stack) : null)
  const inputs = node.inputs.map((edge, i) => {
    const at = placeOf(made?.inputs[i]?.at)
    return at === null ? edge : { ...edge, at }
  })
  return { ...node, inputs, at: placeOf(made?.at) }
}

/** The plan with other data for sources of these names: each then reads its script instead of its own. */
export function withInputs(plan: Plan, inputs: ReadonlyMap<string, readonly ScriptRecord[]>): Plan {
  if (inputs.size === 0) return plan
  const nodes = plan.nodes.map((node): PlanNode => {
    const records = node.spec.kind === 'source' ? inputs.get(node.name) : undefined
    if (node.spec.kind !== 'source' || records === undefined) return node
    const replaces = node.spec.source.kind
    return { ...node, spec: { ...node.spec, source: { kind: 'script', records, replaces } } }
  })
  return { ...plan, nodes, hash: hashOf({ ...plan, nodes }) }
}

/** The plan with as many key groups for these nodes. */
export function withMaxParallelism(plan: Plan, byNode: ReadonlyMap<string, number>): Plan {
  if (byNode.size === 0) return plan
  const nodes = plan.nodes.map((node) => ({ ...node, maxParallelism: byNode.get(node.id) ?? node.maxParallelism }))
  return { ...plan, nodes, hash: hashOf({ ...plan, nodes }) }
}

/** Where an operator was made isn't part of the job. */
function hashOf({ name, config, nodes, topics, tables, database }: Omit<Plan, 'plan' | 'hash'>): string {
  const bare = nodes.map((node) => ({ ...node, inputs: node.inputs.map(withoutPlace), at: null }))
  const body = { name, config, nodes: bare, topics, tables, database }
  return toHex(murmur3Bytes(utf8(JSON.stringify(body))))
}

/** Places aren't part of the job. */
function withoutPlace({ at: _at, ...edge }: PlanEdge): PlanEdge {
  return edge
}

interface ChainingConfig {
  readonly isChainingEnabled: boolean
  readonly chainsDifferentMaxParallelism?: boolean
}

/**
 * Whether an edge's two nodes run in one task. A node with several inputs, as after a union, is never chained to them.
 * Flink's StreamingJobGraphGenerator.isChainable.
 */
export function isChained(
  from: PlanNode,
  to: PlanNode,
  edge: PlanEdge,
  { isChainingEnabled, chainsDifferentMaxParallelism = true }: ChainingConfig,
): boolean {
  return (
    isChainingEnabled &&
    (chainsDifferentMaxParallelism || from.maxParallelism === to.maxParallelism) &&
    to.inputs.length === 1 &&
    edge.partitioner === 'FORWARD' &&
    from.slotSharingGroup === to.slotSharingGroup &&
    from.parallelism === to.parallelism &&
    from.chaining !== 'never' &&
    to.chaining === 'always'
  )
}

function draftNode(graph: StreamGraph, node: StreamNode): PlanNode {
  const parallelism = graph.parallelismOf(node)
  const settings = graph.settingsOf(node)
  return {
    id: node.id,
    operatorId: '',
    uid: uidOf(node, settings),
    uidHash: node.uidHash,
    slotSharingGroup: graph.slotSharingGroupOf(node),
    kind: node.spec.kind,
    name: settings.name,
    description: settings.description,
    parallelism,
    isParallelismChosen: settings.parallelism !== null || settings.highestParallelism === 1,
    maxParallelism: settings.maxParallelism ?? graph.config.maxParallelism,
    chaining: settings.chaining,
    inputs: node.inputs.map((edge) => {
      const source = graph.nodeOf(edge.source)
      const sameParallelism = graph.parallelismOf(source) === parallelism
      const partitioner = edge.partitioner ?? (sameParallelism ? 'FORWARD' : 'REBALANCE')
      const isChosen = edge.partitioner !== null
      const { keyType: key, selector, tag, input, isKeyed } = edge
      return { node: edge.source, partitioner, isChosen, key, selector, tag, input, isKeyed }
    }),
    keyed: node.inputs.some(({ isKeyed }) => isKeyed),
    functions: graph.registry.rolesOf(node.id),
    spec: specOf(graph, node),
    at: null,
  }
}

/** A committer's id follows from its writer's, as Flink makes it. */
function uidOf(node: StreamNode, settings: StreamNode): string | null {
  return node === settings || settings.uid === null ? node.uid : `Sink Committer: ${settings.uid}`
}

/** A committer's retries are an option, which may be set at any time before the job is executed. */
function specOf({ config }: StreamGraph, { spec }: StreamNode): OperatorSpec {
  if (spec.kind !== 'committer') return spec
  return { ...spec, maxRetries: readOption(config.options, SinkOptions.COMMITTER_RETRIES) }
}

function idNodes(nodes: readonly PlanNode[], chaining: ChainingConfig): IdNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return nodes.map((node) => {
    const outgoing = nodes.flatMap((to) =>
      to.inputs.filter((edge) => edge.node === node.id).map((edge) => ({ to, edge })),
    )
    return {
      id: node.id,
      uid: node.uid,
      isSource: node.inputs.length === 0,
      inputs: node.inputs.map((edge) => edge.node),
      chainedOutputs: outgoing.filter(({ to, edge }) => isChained(byId.get(edge.node) as PlanNode, to, edge, chaining))
        .length,
      outputs: outgoing.map(({ to }) => to.id),
    }
  })
}
