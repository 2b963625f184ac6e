// One evaluation of a job module. The module builds its graph by calling the API, which needs to know which evaluation
// it's in: evaluation is synchronous up to `execute`, so one module variable is enough.

import { LearnerError, type DiagnosticParams } from '../base/diagnostic.ts'
import { isBounded } from '../connectors/source.ts'
import { checkpointSpecOf } from '../graph/checkpoint-spec.ts'
import { PipelineOptions, readOption } from '../graph/options.ts'
import { StreamGraph, type StreamNode } from '../graph/stream-graph.ts'

/** What a job module has said so far. */
export class Evaluation {
  readonly graph: StreamGraph
  /** Whether stack traces are kept, to say where in the code a node was made. */
  readonly keepsPositions: boolean
  /** Of a subtask, when the job's plan is known to be sound. */
  readonly isInstance: boolean
  /** The virtual file system as the job finds it, by path; the job may add to it. */
  readonly files: Map<string, string>
  isExecuted = false
  /** What `execute` returns. */
  readonly result: Promise<never>

  constructor(options: {
    readonly parallelism: number
    readonly keepsPositions: boolean
    readonly isInstance?: boolean
    readonly result: Promise<never>
    readonly files?: ReadonlyMap<string, string>
  }) {
    this.graph = new StreamGraph(options.parallelism)
    this.keepsPositions = options.keepsPositions
    this.isInstance = options.isInstance ?? false
    this.result = options.result
    this.files = new Map(options.files)
  }

  /** Where in the learner's code a node is being made: a stack trace, for host/ to read. */
  position(): string | null {
    return this.keepsPositions ? (new Error().stack ?? null) : null
  }

  /** Refuses a graph whose parts don't fit. */
  requireSound(): void {
    for (const node of this.graph.jobNodes()) requireSoundNode(this.graph, node)
    // Settings that exclude one another.
    if (this.graph.resolvedMode() !== 'BATCH') checkpointSpecOf(this.graph.config.options)
  }

  /** Called by `execute`. */
  execute(jobName: string | undefined): Promise<never> {
    if (this.isExecuted) throw new LearnerError('TWO_EXECUTES')
    if (this.graph.nodes.length === 0) throw new LearnerError('JOB_EMPTY')
    if (!this.graph.nodes.some((node) => node.spec.kind === 'sink')) throw new LearnerError('NO_SINK')
    if (!this.isInstance) this.requireSound()
    this.isExecuted = true
    this.graph.jobName = jobName ?? null
    return this.result
  }
}

/** What can only be judged once the whole graph is there. Marked where the node was made, not at `execute`. */
function requireSoundNode(graph: StreamGraph, node: StreamNode): void {
  const parallelism = graph.parallelismOf(node)
  const refuse = (code: string, params: DiagnosticParams): never => {
    const error = new LearnerError(code, params)
    if (node.at !== null) error.stack = node.at
    throw error
  }
  const isEndless = node.spec.kind === 'source' && !isBounded(node.spec.source)
  if (isEndless && graph.config.runtimeMode === 'BATCH') refuse('BATCH_ENDLESS', { source: node.name })
  const generatesUids = readOption(graph.config.options, PipelineOptions.AUTO_GENERATE_UIDS)
  if (!generatesUids && node.uid === null && node.uidHash === null) refuse('UID_MISSING', { operator: node.name })
  const maxParallelism = node.maxParallelism ?? graph.config.maxParallelism
  if (maxParallelism !== null && maxParallelism < parallelism) {
    refuse('MAX_PARALLELISM', { operator: node.name, parallelism, maxParallelism })
  }
  for (const edge of node.inputs) {
    const source = graph.nodeOf(edge.source)
    const fromParallelism = graph.parallelismOf(source)
    if (edge.partitioner !== 'FORWARD' || fromParallelism === parallelism) continue
    const params = { from: source.name, fromParallelism, to: node.name, toParallelism: parallelism }
    refuse('FORWARD_PARALLELISM', params)
  }
}

let current: Evaluation | null = null

/** The evaluation that is going on. Throws LearnerError outside of one. */
export function currentEvaluation(): Evaluation {
  if (current === null) throw new LearnerError('NO_EVALUATION')
  return current
}

/** Whether SQL of the job is for SQLite. */
export function speaksSqlite(): boolean {
  return current?.graph.database === 'sqlite'
}

/** Runs the module's code as part of this evaluation, up to its first await. */
export function evaluateIn<T>(evaluation: Evaluation, run: () => T): T {
  const before = current
  current = evaluation
  try {
    return run()
  } finally {
    current = before
  }
}
