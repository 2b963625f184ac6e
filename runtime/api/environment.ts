// Where a job begins and ends. Flink's StreamExecutionEnvironment.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/overview/

import { LearnerError } from '../base/diagnostic.ts'
import { Fingerprint } from '../base/value-hash.ts'
import type { SourceSpec } from '../connectors/source.ts'
import { ExecutionOptions, readOption } from '../graph/options.ts'
import { executionPlan } from '../graph/execution-plan.ts'
import { createPlan } from '../graph/plan.ts'
import { requireParallelism, type RuntimeMode } from '../graph/stream-graph.ts'
import { SingleOutputStreamOperator } from './data-stream.ts'
import { CheckpointConfig, type CheckpointingMode } from './checkpoint-config.ts'
import type { Configuration } from './configuration.ts'
import { configureJob } from './configure-job.ts'
import type { Duration } from './duration.ts'
import { currentEvaluation, type Evaluation } from './evaluation.ts'
import { FileSource, plainPath, TextLineInputFormat } from './files.ts'
import { requireCreate } from './jdbc-sink.ts'
import { requireTopic, type NewTopic } from './new-topic.ts'
import { requireName } from './require.ts'
import { StateBackend } from './state-backend.ts'
import {
  isParallelFunction,
  sourceFunctionSpec,
  type RichSourceFunction,
  type SourceFunction,
} from './source-functions.ts'
import { NumberSequenceSource, Source } from './sources.ts'
import { requireStrategy, strategyFunctions, WatermarkStrategy } from './watermark-strategy.ts'

/** How a job can run. Flink's RuntimeExecutionMode. */
export const RuntimeExecutionMode = {
  STREAMING: 'STREAMING',
  BATCH: 'BATCH',
  AUTOMATIC: 'AUTOMATIC',
} as const satisfies Readonly<Record<RuntimeMode, RuntimeMode>>

/** What `execute` resolves to once the job has finished. */
export interface JobExecutionResult {
  readonly jobName: string
}

/** Settings that belong to the whole job. */
export interface ExecutionConfig {
  /** How often, in ms of processing time, watermark generators are probed. 200 unless set; 0 for never. */
  setAutoWatermarkInterval(intervalMs: number): ExecutionConfig
  getAutoWatermarkInterval(): number
  /**
   * Chained operators that read the same stream get the same object instead of copies. From one chained operator to the
   * next Flink copies, too, unless it's enabled; here that never happens. Safe only if no function changes a record it
   * got or gave.
   */
  enableObjectReuse(): ExecutionConfig
  disableObjectReuse(): ExecutionConfig
  isObjectReuseEnabled(): boolean
}

// Enough to notice a collection made with a clock or with randomness, and cheap for a long one.
const DIGESTED_ELEMENTS = 1000

/**
 * Builds a job and hands it over to the cluster.
 *
 * ```ts
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements(1, 2, 3).map((n) => n * n).print()
 * await env.execute('squares')
 * ```
 */
export class StreamExecutionEnvironment {
  readonly #evaluation: Evaluation

  private constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation
  }

  /** The environment of this job; always the same job. */
  static getExecutionEnvironment(): StreamExecutionEnvironment {
    return new StreamExecutionEnvironment(currentEvaluation())
  }

  /** Parallelism of every operator that doesn't set its own. */
  setParallelism(parallelism: number): this {
    this.#evaluation.graph.config.parallelism = requireParallelism(parallelism)
    return this
  }

  getParallelism(): number {
    return this.#evaluation.graph.config.parallelism
  }

  /** Number of key groups of every operator that doesn't set its own. */
  setMaxParallelism(maxParallelism: number): this {
    this.#evaluation.graph.config.maxParallelism = requireParallelism(maxParallelism)
    return this
  }

  /**
   * STREAMING emits results as records come, and is the default. BATCH is for inputs that end: it waits for all of an
   * input, then goes through it key by key. AUTOMATIC is BATCH if all sources end.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/execution_mode/
   */
  setRuntimeMode(mode: RuntimeMode): this {
    if (!Object.hasOwn(RuntimeExecutionMode, mode)) throw new LearnerError('RUNTIME_MODE', { value: String(mode) })
    this.#evaluation.graph.config.runtimeMode = mode
    return this
  }

  /**
   * How keyed state is kept: `new HashMapStateBackend()`, which applies unless set, hands out the very objects;
   * `new EmbeddedRocksDBStateBackend()` copies on every read and write.
   */
  setStateBackend(backend: StateBackend): this {
    if (!(backend instanceof StateBackend)) throw new LearnerError('STATE_BACKEND', { value: String(backend) })
    this.#evaluation.graph.config.stateBackend = backend.kind
    return this
  }

  /**
   * Takes settings from a configuration: of Flink's options those of checkpoints, restarts, the state backend and the
   * pipeline that the simulated cluster knows. Others are ignored. Throws LearnerError for what isn't a value of one, and
   * for a name that is nearly that of one. Differs from Flink, which ignores it.
   */
  configure(configuration: Configuration): this {
    configureJob(this.#evaluation.graph.config, configuration)
    return this
  }

  /**
   * Takes a checkpoint every so often: ms or a Duration, at least 10 ms. A job with checkpoints starts again after a
   * failure, from the last one, unless its restart strategy says otherwise.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
   */
  enableCheckpointing(interval: number | Duration, mode: CheckpointingMode = 'EXACTLY_ONCE'): this {
    this.getCheckpointConfig().setCheckpointInterval(interval).setCheckpointingConsistencyMode(mode)
    return this
  }

  /**
   * How long a buffer that isn't full waits for more records, in ms: 100 unless set. 0 sends after every turn, -1 only what
   * is full. Differs from Flink: a buffer waits only while its producer has more to do.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/execution/overview/#controlling-latency
   */
  setBufferTimeout(timeoutMs: number): this {
    const { options } = this.#evaluation.graph.config
    const { BUFFER_TIMEOUT, BUFFER_TIMEOUT_ENABLED } = ExecutionOptions
    if (timeoutMs !== -1) readOption(new Map([[BUFFER_TIMEOUT.key, timeoutMs]]), BUFFER_TIMEOUT)
    options.set(BUFFER_TIMEOUT_ENABLED.key, timeoutMs !== -1)
    if (timeoutMs !== -1) options.set(BUFFER_TIMEOUT.key, timeoutMs)
    return this
  }

  getCheckpointConfig(): CheckpointConfig {
    return new CheckpointConfig(this.#evaluation.graph.config.options)
  }

  /** Runs every operator in a task of its own. */
  disableOperatorChaining(): this {
    this.#evaluation.graph.config.isChainingEnabled = false
    return this
  }

  getConfig(): ExecutionConfig {
    const { config } = this.#evaluation.graph
    const view: ExecutionConfig = {
      setAutoWatermarkInterval(intervalMs) {
        if (!Number.isSafeInteger(intervalMs) || intervalMs < 0) {
          throw new LearnerError('WATERMARK_INTERVAL', { value: String(intervalMs) })
        }
        config.autoWatermarkIntervalMs = intervalMs
        return view
      },
      getAutoWatermarkInterval: () => config.autoWatermarkIntervalMs,
      enableObjectReuse() {
        config.isObjectReuseEnabled = true
        return view
      },
      disableObjectReuse() {
        config.isObjectReuseEnabled = false
        return view
      },
      isObjectReuseEnabled: () => config.isObjectReuseEnabled,
    }
    return view
  }

  /** A bounded stream of these records, read by one subtask. */
  fromElements<T>(...elements: T[]): SingleOutputStreamOperator<T> {
    return this.fromCollection(elements)
  }

  /** A bounded stream of these records, read by one subtask: a list, or the records one by one. */
  fromData<T>(first: readonly T[] | T, ...rest: T[]): SingleOutputStreamOperator<T> {
    return this.fromCollection(
      Array.isArray(first) && rest.length === 0 ? (first as readonly T[]) : [first as T, ...rest],
    )
  }

  /** A bounded stream of the records of a list (or anything that can be iterated), read by one subtask. */
  fromCollection<T>(elements: Iterable<T>): SingleOutputStreamOperator<T> {
    if (elements === null || elements === undefined || typeof elements[Symbol.iterator] !== 'function') {
      throw new LearnerError('COLLECTION_WANTED', { value: String(elements) })
    }
    const list = Array.isArray(elements) ? (elements as readonly T[]) : Array.from(elements)
    const spec: SourceSpec = { kind: 'collection', count: list.length, digest: digest(list) }
    return this.#source(
      spec,
      new Map([['elements', list]]),
      WatermarkStrategy.noWatermarks<T>(),
      'Collection Source',
      1,
    )
  }

  /** The whole numbers from one to another, both included. */
  fromSequence(from: number, to: number): SingleOutputStreamOperator<number> {
    return this.fromSource(new NumberSequenceSource(from, to), WatermarkStrategy.noWatermarks(), 'Sequence Source')
  }

  /** Reads a source. */
  fromSource<T>(source: Source<T>, strategy: WatermarkStrategy<T>, name: string): SingleOutputStreamOperator<T> {
    if (!(source instanceof Source)) throw new LearnerError('SOURCE_WANTED', { call: 'fromSource' })
    requireStrategy(strategy, 'fromSource')
    return this.#source(
      source.spec,
      source.functions,
      strategy,
      requireName(name, 'fromSource'),
      source.highestParallelism,
    )
  }

  /** Reads a source without watermarks: the older way, which tutorials still use. */
  addSource<T>(
    source: Source<T> | SourceFunction<T> | RichSourceFunction<T>,
    name = 'Custom Source',
  ): SingleOutputStreamOperator<T> {
    const strategy = WatermarkStrategy.noWatermarks<T>()
    if (source instanceof Source) return this.fromSource(source, strategy, name)
    return this.#source(
      sourceFunctionSpec(source),
      new Map([['source', source]]),
      strategy,
      requireName(name, 'addSource'),
      isParallelFunction(source) ? Infinity : 1,
    )
  }

  /**
   * The graph so far as JSON, as it is before operators are chained: nodes with their type, contents, parallelism and
   * predecessors.
   */
  getExecutionPlan(): string {
    this.#evaluation.requireSound()
    return JSON.stringify(executionPlan(createPlan(this.#evaluation.graph)), null, 2)
  }

  /** The lines of a text file, or of all files of a folder. Throws LearnerError if it isn't there. */
  readTextFile(path: string): SingleOutputStreamOperator<string> {
    const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), path).build()
    return this.fromSource(source, WatermarkStrategy.noWatermarks(), 'Text File Source')
  }

  /** Puts a text file into the run's virtual file system. Differs from Flink, where files come from outside. */
  putFile(path: string, text: string): this {
    if (typeof text !== 'string') throw new LearnerError('FILE_TEXT', { path: String(path), value: String(text) })
    this.#evaluation.files.set(plainPath(path), text)
    return this
  }

  /**
   * Makes a topic of the log before the job starts, unless it's there: `env.createTopic('input', 2)`, or a `NewTopic` with
   * records and producers. Differs from Flink, where topics come from outside.
   */
  createTopic(topic: NewTopic | string, partitions = 1): this {
    requireTopic(topic, partitions).addTo(this.#evaluation.graph)
    return this
  }

  /**
   * Keeps the tables of `createDatabaseTable` in SQLite, which understands all of SQL; otherwise they're tables in memory
   * with a little of it. Call it before there's any SQL. SQLite is loaded when the job is run, from where the page is.
   * Differs from Flink, where databases come from outside. Its clock is the job's, and `random()` comes from the seed.
   *
   * @see https://sqlite.org/lang.html
   */
  useSqlite(): this {
    this.#evaluation.graph.database = 'sqlite'
    return this
  }

  /**
   * Makes a table of the database before the job starts, unless it's there: `CREATE TABLE counts (page TEXT PRIMARY KEY, n
   * BIGINT)`. Differs from Flink, where tables of databases come from outside.
   */
  createDatabaseTable(sql: string): this {
    this.#evaluation.graph.tables.push(requireCreate(sql))
    return this
  }

  /**
   * Lines that come over a network. There's no network here: whoever runs the job gives the lines as the input of the
   * source named `Socket Stream`, each with the time at which it comes; without them the job fails and says so.
   */
  socketTextStream(host: string, port: number): SingleOutputStreamOperator<string> {
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new LearnerError('PORT', { value: String(port) })
    const spec: SourceSpec = { kind: 'socket', host: requireName(host, 'socketTextStream'), port }
    return this.#source(spec, new Map(), WatermarkStrategy.noWatermarks<string>(), 'Socket Stream', 1)
  }

  /**
   * Hands the job over to the cluster. The last thing a job does, once. Differs from Flink: there a program may execute
   * again, and the second job begins when the first has ended, or at once where it's submitted detached.
   */
  execute(jobName?: string): Promise<JobExecutionResult> {
    return this.#evaluation.execute(jobName)
  }

  #source<T>(
    source: SourceSpec,
    functions: ReadonlyMap<string, unknown>,
    strategy: WatermarkStrategy<T>,
    name: string,
    highestParallelism: number,
  ): SingleOutputStreamOperator<T> {
    const { graph, isExecuted } = this.#evaluation
    if (isExecuted) throw new LearnerError('AFTER_EXECUTE')
    const at = this.#evaluation.position()
    const node = graph.add({ kind: 'source', source, watermarks: strategy.spec }, name, [], { at, highestParallelism })
    for (const [role, fn] of functions) graph.registry.set(node.id, role, fn)
    for (const [role, fn] of Object.entries(strategyFunctions(strategy))) graph.registry.set(node.id, role, fn)
    return new SingleOutputStreamOperator<T>(this.#evaluation, node)
  }
}

function digest(elements: readonly unknown[]): string {
  const fingerprint = new Fingerprint()
  for (const element of elements.slice(0, DIGESTED_ELEMENTS)) fingerprint.value(element)
  return fingerprint.hex()
}
