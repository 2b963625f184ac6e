// Streams as the learner builds with them. Every call adds a node to the graph; nothing runs before `execute`.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { SinkFunctionLike } from '../operators/functions.ts'
import type { AggregationKind, FieldAggregation } from '../operators/field-aggregation.ts'
import type { Partitioner } from '../record/partitioner.ts'
import { typeText, type TypeInformation } from '../record/type-info.ts'
import type { GlobalWindow, Window } from '../operators/window/windows.ts'
import { requireParallelism, type OperatorSpec, type StreamNode } from '../graph/stream-graph.ts'
import { BroadcastConnectedStream, BroadcastStream } from './broadcast-streams.ts'
import { ConnectedStreams, type StreamPair } from './connected-streams.ts'
import type { MapStateDescriptor } from '../state/descriptors.ts'
import type { Evaluation } from './evaluation.ts'
import {
  KeyedProcessFunction,
  ProcessFunction,
  type Collector,
  type FilterFunction,
  type FlatMapFunction,
  type KeyFunction,
  type MapFunction,
  type Partitioner as KeyPartitioner,
  type ReduceFunction,
  type SinkContext,
} from './functions.ts'
import { CoGroupedStreams } from './co-grouped-streams.ts'
import { IntervalJoin } from './interval-join.ts'
import { JoinedStreams } from './joined-streams.ts'
import type { OutputTag } from './output-tag.ts'
import type { FieldOf, Key, NumberFieldOf } from './keys-and-fields.ts'
import { requireFunction, requireKeyType, requireName, requireObject } from './require.ts'
import { sinkParts, type Sink } from './sink.ts'
import { BuiltInSink } from './sinks.ts'
import { plainEdge, withOneKeyType, type Edge, type Functions } from './stream-edges.ts'
import { CountEvictor } from './evictors.ts'
import { CountTrigger, PurgingTrigger } from './triggers.ts'
import { Types } from './types.ts'
import { requireStrategy, strategyFunctions, type WatermarkStrategy } from './watermark-strategy.ts'
import { GlobalWindows, type WindowAssigner } from './window-assigners.ts'
import type { WindowInput } from './window-builder.ts'
import { AllWindowedStream, WindowedStream } from './windowed-stream.ts'

/** A stream of records of one type. */
export class DataStream<T> {
  protected readonly evaluation: Evaluation
  /** What the next node reads: several edges after a union. */
  protected readonly edges: readonly Edge[]
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: T

  /** Streams are made by the environment and by other streams. */
  constructor(evaluation: Evaluation, edges: readonly Edge[]) {
    this.evaluation = evaluation
    this.edges = edges
  }

  /** Makes one record of each. */
  map<R>(fn: MapFunction<T, R> | ((value: T) => R)): SingleOutputStreamOperator<R> {
    requireFunction(fn, 'map', 'map')
    return this.transform({ kind: 'map' }, 'Map', { map: fn })
  }

  /** Makes any number of records of each, through the collector. */
  flatMap<R>(fn: FlatMapFunction<T, R> | ((value: T, out: Collector<R>) => void)): SingleOutputStreamOperator<R> {
    requireFunction(fn, 'flatMap', 'flatMap')
    return this.transform({ kind: 'flatMap' }, 'Flat Map', { flatMap: fn })
  }

  /** Keeps the records for which the function says true. */
  filter(fn: FilterFunction<T> | ((value: T) => boolean)): SingleOutputStreamOperator<T> {
    requireFunction(fn, 'filter', 'filter')
    return this.transform({ kind: 'filter' }, 'Filter', { filter: fn })
  }

  /**
   * Brings the records of a key to one subtask, where they have state and timers of their own. Keys are numbers,
   * bigints, strings, booleans or flat arrays of these; `type` fixes the key's class, otherwise the first key decides.
   */
  keyBy<K extends Key>(selector: KeyFunction<T, K>): KeyedStream<T, K>
  keyBy<K>(selector: KeyFunction<T, K>, type: TypeInformation<K> | undefined): KeyedStream<T, K>
  keyBy<K>(selector: KeyFunction<T, K>, type?: TypeInformation<K>): KeyedStream<T, K> {
    requireFunction(selector, 'getKey', 'keyBy')
    if (type !== undefined) requireKeyType(type)
    const keyType = type === undefined ? 'infer' : typeText(type as TypeInformation<unknown>)
    return new KeyedStream<T, K>(this.evaluation, this.partitioned('HASH', keyType, { keySelector: selector }))
  }

  /** Runs a process function: timestamps, both clocks, side outputs. */
  process<R>(fn: ProcessFunction<T, R>): SingleOutputStreamOperator<R> {
    requireObject(fn, 'processElement', 'process')
    if (fn instanceof KeyedProcessFunction) throw new LearnerError('PROCESS_NOT_KEYED')
    return this.transform({ kind: 'process' }, 'Process', { process: fn })
  }

  /** Windows over the whole stream, in one subtask: all records have one key. On a keyed stream, `window` has each key's own. */
  windowAll<W extends Window>(assigner: WindowAssigner<T, W>): AllWindowedStream<T, W> {
    return new AllWindowedStream<T, W>(this.keyBy(() => 0, Types.BYTE).windowInput(true), assigner)
  }

  /** Windows of so many records of the whole stream; with a slide, one after every so many, over the last `size`. */
  countWindowAll(size: number, slide?: number): AllWindowedStream<T, GlobalWindow> {
    const windows = this.windowAll(GlobalWindows.create())
    if (slide === undefined) return windows.trigger(PurgingTrigger.of(CountTrigger.of<GlobalWindow>(size)))
    return windows.evictor(CountEvictor.of(size)).trigger(CountTrigger.of<GlobalWindow>(slide))
  }

  /** This stream and others of the same type as one; no order between them. */
  union(...others: DataStream<T>[]): DataStream<T> {
    if (others.length === 0 || !others.every((other) => other instanceof DataStream)) throw new LearnerError('UNION')
    return new DataStream<T>(
      this.evaluation,
      [this, ...others].flatMap((stream) => stream.edges),
    )
  }

  /**
   * This stream and another, which may be of another type, as the two inputs of one operator, with no order between
   * them. If both are keyed, records with one key, of whichever stream, share state and timers.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#connect
   */
  connect<U, K>(this: KeyedStream<T, K>, other: KeyedStream<U, K>): ConnectedStreams<T, U, K>
  connect<U>(other: DataStream<U>): ConnectedStreams<T, U>
  /** This stream and a broadcast one, of which every subtask gets all records. */
  connect<U, K>(this: KeyedStream<T, K>, other: BroadcastStream<U>): BroadcastConnectedStream<T, U, K>
  connect<U>(other: BroadcastStream<U>): BroadcastConnectedStream<T, U>
  connect<U>(other: DataStream<U> | BroadcastStream<U>): ConnectedStreams<T, U> | BroadcastConnectedStream<T, U> {
    if (!(other instanceof BroadcastStream)) return new ConnectedStreams<T, U>(this.pairWith(other))
    return new BroadcastConnectedStream<T, U>(this.pairWith(other.stream), other.states)
  }

  /** Gives records their event time, and the stream its watermarks. */
  assignTimestampsAndWatermarks(strategy: WatermarkStrategy<T>): SingleOutputStreamOperator<T> {
    requireStrategy(strategy, 'assignTimestampsAndWatermarks')
    if (strategy.spec.alignment !== undefined) throw new LearnerError('ALIGNMENT_NOT_SOURCE')
    const spec: OperatorSpec = { kind: 'timestampsAndWatermarks', watermarks: strategy.spec }
    return this.alongside(spec, 'Timestamps/Watermarks', strategyFunctions(strategy))
  }

  /** Shows every record, as `identifier:subtask> record`. */
  print(identifier?: string): DataStreamSink<T> {
    const given = identifier === undefined ? null : requireName(identifier, 'print')
    return this.sink({ spec: { kind: 'print', identifier: given }, functions: {} }, 'Print to Std. Out')
  }

  /** Ends the stream in a sink: one of the cluster's, or one of your own. */
  sinkTo(sink: Sink<T> | BuiltInSink<T>): DataStreamSink<T> {
    return this.sink(sinkParts(sink, 'sinkTo'), 'Writer')
  }

  /** Ends the stream in a sink function: the older way, which tutorials still use. */
  addSink(sink: BuiltInSink<T> | SinkFunctionLike<T> | ((value: T, context: SinkContext) => void)): DataStreamSink<T> {
    if (sink instanceof BuiltInSink) return this.sink(sink, 'Unnamed')
    requireFunction(sink, 'invoke', 'addSink')
    return this.sink({ spec: { kind: 'function', identifier: null }, functions: { invoke: sink } }, 'Unnamed')
  }

  /** Deals records out in turn, beginning at a random subtask. */
  rebalance(): DataStream<T> {
    return this.partition('REBALANCE')
  }

  /** Deals records out in turn, each sender to its own share of the receivers. */
  rescale(): DataStream<T> {
    return this.partition('RESCALE')
  }

  /** Sends each record to a random subtask. */
  shuffle(): DataStream<T> {
    return this.partition('SHUFFLE')
  }

  /** Sends each record to every subtask. */
  broadcast(): DataStream<T>
  /** The same, to be connected with another stream, whose operator keeps what it needs of it in these states. */
  broadcast(
    first: MapStateDescriptor<unknown, unknown>,
    ...others: readonly MapStateDescriptor<unknown, unknown>[]
  ): BroadcastStream<T>
  broadcast(...descriptors: readonly MapStateDescriptor<unknown, unknown>[]): DataStream<T> | BroadcastStream<T> {
    const stream = this.partition('BROADCAST')
    return descriptors.length === 0 ? stream : new BroadcastStream(stream, descriptors)
  }

  /** Sends all records to the first subtask. */
  global(): DataStream<T> {
    return this.partition('GLOBAL')
  }

  /** Sends records to the subtask of the same number; both sides must have the same parallelism. */
  forward(): DataStream<T> {
    return this.partition('FORWARD')
  }

  /** Sends each record to the subtask your function names, given the record's key and the number of subtasks. */
  partitionCustom<K>(
    partitioner: KeyPartitioner<K> | ((key: K, subtasks: number) => number),
    selector: KeyFunction<T, K>,
  ): DataStream<T> {
    requireFunction(partitioner, 'partition', 'partitionCustom')
    requireFunction(selector, 'getKey', 'partitionCustom')
    const functions = { partitioner, partitionKey: selector }
    return new DataStream<T>(this.evaluation, this.partitioned('CUSTOM', null, functions))
  }

  /**
   * Joins records of both streams that have one key and come together in a window: every pair of them.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
   */
  join<U>(other: DataStream<U>): JoinedStreams<T, U> {
    return new JoinedStreams<T, U>(this.pairWith(other, 'join'))
  }

  /**
   * Brings records of both streams that have one key together in a window: all of the one beside all of the other.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#window-cogroup
   */
  coGroup<U>(other: DataStream<U>): CoGroupedStreams<T, U> {
    return new CoGroupedStreams<T, U>(this.pairWith(other, 'coGroup'))
  }

  /** Flink had iterations until 2.0, and has none since. */
  iterate(): never {
    throw new LearnerError('ITERATE')
  }

  protected pairWith<U>(other: DataStream<U>, call = 'connect'): StreamPair<T, U> {
    if (!(other instanceof DataStream)) throw new LearnerError('CONNECT_STREAM', { call })
    return {
      first: this,
      second: other,
      keyed: [this instanceof KeyedStream, other instanceof KeyedStream],
      mapEach: (first, second) => [
        this.alongside({ kind: 'map' }, 'Map', { map: first }),
        other.alongside({ kind: 'map' }, 'Map', { map: second }),
      ],
      transform: (spec, name, functions) => this.transform(spec, name, functions, other),
    }
  }

  /** Adds an operator by its data: what libraries beside this file build with. */
  transform<R, U = never>(
    spec: OperatorSpec,
    name: string,
    functions: Functions,
    second: DataStream<U> | null = null,
  ): SingleOutputStreamOperator<R> {
    return new SingleOutputStreamOperator<R>(this.evaluation, this.addNode(spec, name, functions, second))
  }

  protected windowInput(isAll: boolean): WindowInput {
    return {
      isAll,
      transform: <R>(...[spec, name, functions, description]: Parameters<WindowInput['transform']>) => {
        const windows = this.transform<R>(spec, name, functions).setDescription(description)
        return isAll ? windows.forceNonParallel() : windows
      },
    }
  }

  private sink({ spec: sink, functions }: ReturnType<typeof sinkParts>, name: string): DataStreamSink<T> {
    const node = this.addNode({ kind: 'sink', sink, isWriter: name === 'Writer' }, name, functions)
    const written = new DataStreamSink<T>(this.evaluation, node)
    if (sink.isCommitting === true)
      written.transform({ kind: 'committer', sink, maxRetries: 0 }, 'Committer', functions)
    return written
  }

  private addNode<U>(
    spec: OperatorSpec,
    name: string,
    functions: Functions,
    second: DataStream<U> | null = null,
    usualParallelism: number | null = null,
  ): StreamNode {
    const { graph } = this.evaluation
    if (this.evaluation.isExecuted) throw new LearnerError('AFTER_EXECUTE')
    const edges = second === null ? this.edgesInto(1) : withOneKeyType([...this.edgesInto(1), ...second.edgesInto(2)])
    const inputs = edges.map(({ edge }) => edge)
    const node = graph.add(spec, name, inputs, { at: this.evaluation.position(), usualParallelism })
    for (const [role, fn] of Object.entries(functions)) graph.registry.set(node.id, role, fn)
    edges.forEach((edge, index) => {
      for (const [role, fn] of Object.entries(edge.functions)) graph.registry.set(node.id, `${role}:${index}`, fn)
    })
    return node
  }

  /** An operator with the parallelism of what gives the stream its records: so that it's chained to it. */
  private alongside<R>(spec: OperatorSpec, name: string, functions: Functions): SingleOutputStreamOperator<R> {
    const { graph } = this.evaluation
    const [first] = this.edges
    const parallelism = first === undefined ? null : graph.parallelismOf(graph.nodeOf(first.edge.source))
    return new SingleOutputStreamOperator<R>(this.evaluation, this.addNode(spec, name, functions, null, parallelism))
  }

  /** The edges as those of one of a node's inputs. */
  private edgesInto(input: 1 | 2): Edge[] {
    const isKeyed = this instanceof KeyedStream
    return this.edges.map(({ edge, functions }) => ({ edge: { ...edge, input, isKeyed }, functions }))
  }

  private partition(partitioner: Partitioner): DataStream<T> {
    return new DataStream<T>(this.evaluation, this.partitioned(partitioner, null, {}))
  }

  private partitioned(partitioner: Partitioner, keyType: string | null, functions: Edge['functions']): Edge[] {
    if (partitioner !== 'HASH' && this instanceof KeyedStream)
      throw new LearnerError('KEYED_PARTITION', { partitioner })
    const at = keyType === null ? null : this.evaluation.position()
    // In Flink a selector is itself whoever uses it, a partitioner only within one call.
    const picks = functions['keySelector'] ?? (partitioner === 'CUSTOM' ? functions : null)
    const selector = picks === null ? null : this.evaluation.graph.registry.numberOf(picks)
    return this.edges.map(({ edge }) => ({ edge: { ...edge, partitioner, keyType, selector, at }, functions }))
  }
}

/** What can be set on a node, whatever comes out of it. */
abstract class NodeSettings<T> extends DataStream<T> {
  protected readonly node: StreamNode

  constructor(evaluation: Evaluation, node: StreamNode) {
    super(evaluation, [plainEdge(node.id, null)])
    this.node = node
  }

  /** The name shown in graphs and logs; of a sink also the name of its rows. */
  name(name: string): this {
    this.node.name = requireName(name, 'name')
    return this
  }

  /** The operator's id across versions of the job: savepoints find its state by it. */
  uid(uid: string): this {
    const id = requireName(uid, 'uid')
    const other = this.evaluation.graph.nodes.find((node) => node.uid === id && node !== this.node)
    if (other !== undefined) throw new LearnerError('UID_TWICE', { uid: id, first: other.name, second: this.node.name })
    this.node.uid = id
    return this
  }

  /** The operator's id itself, as 32 hex digits out of an earlier run: to find state made before it had a `uid`. */
  setUidHash(uidHash: string): this {
    const { spec } = this.node
    // A sink of `sinkTo` may be several operators in Flink, which can't have one id.
    if (spec.kind === 'sink' && spec.isWriter) throw new LearnerError('UID_HASH_SINK')
    if (!/^[0-9a-f]{32}$/i.test(uidHash)) throw new LearnerError('UID_HASH', { value: String(uidHash) })
    this.node.uidHash = uidHash
    return this
  }

  /** Keeps it, and what follows it, out of the slots of other groups. Operators of two groups are never chained. */
  slotSharingGroup(group: string): this {
    this.node.slotSharingGroup = requireName(group, 'slotSharingGroup')
    return this
  }

  /** How many subtasks run it. */
  setParallelism(parallelism: number): this {
    this.node.parallelism = this.possible(parallelism)
    return this
  }

  /** How many key groups its state is cut into: the highest parallelism it can ever be rescaled to. */
  setMaxParallelism(maxParallelism: number): this {
    this.node.maxParallelism = this.possible(maxParallelism)
    return this
  }

  /** A longer text for the plan. */
  setDescription(description: string): this {
    this.node.description = requireName(description, 'setDescription')
    return this
  }

  /** Runs it in a task of its own. */
  disableChaining(): this {
    this.node.chaining = 'never'
    return this
  }

  private possible(value: number): number {
    if (requireParallelism(value) <= this.node.highestParallelism) return value
    throw new LearnerError('NOT_PARALLEL', { operator: this.node.name, value })
  }
}

/** The stream that comes out of an operator. */
export class SingleOutputStreamOperator<T> extends NodeSettings<T> {
  /** Of the side outputs read so far whose tags declare a type. */
  readonly #sideTypes = new Map<string, string>()

  /** Lets later operators join it in one task, but none before it. */
  startNewChain(): this {
    this.node.chaining = 'head'
    return this
  }

  /** Runs it in one subtask, whatever is set later. */
  forceNonParallel(): this {
    this.node.parallelism = 1
    this.node.maxParallelism = 1
    this.node.highestParallelism = 1
    return this
  }

  /** The records that the operator's function gave to this tag. */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: valueName(tag) })
    if (tag.type !== null) {
      const type = typeText(tag.type as TypeInformation<unknown>)
      const first = this.#sideTypes.get(tag.id) ?? type
      if (first !== type) throw new LearnerError('SIDE_OUTPUT_TYPES', { tag: tag.id, first, second: type })
      this.#sideTypes.set(tag.id, type)
    }
    return new DataStream<X>(this.evaluation, [plainEdge(this.node.id, tag.id)])
  }
}

/** The end of a stream. */
export class DataStreamSink<T> extends NodeSettings<T> {}

/** A stream whose records are dealt out by key. */
export class KeyedStream<T, K> extends DataStream<T> {
  /** Runs a process function with state and timers per key. */
  override process<R>(fn: KeyedProcessFunction<K, T, R>): SingleOutputStreamOperator<R>
  /** Runs a process function without timers. */
  override process<R>(fn: ProcessFunction<T, R>): SingleOutputStreamOperator<R>
  override process<R>(fn: KeyedProcessFunction<K, T, R> | ProcessFunction<T, R>): SingleOutputStreamOperator<R> {
    requireObject(fn, 'processElement', 'process')
    const name = fn instanceof ProcessFunction ? 'Process' : 'KeyedProcess'
    return this.transform({ kind: 'keyedProcess' }, name, { process: fn })
  }

  /**
   * Joins records of both streams that have one key and are no further apart in event time than the bounds say.
   *
   * ```ts
   * orders.intervalJoin(payments).between(Duration.ofMinutes(-5), Duration.ofMinutes(5)).process(new Paid())
   * ```
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join
   */
  intervalJoin<U>(other: KeyedStream<U, K>): IntervalJoin<T, U> {
    if (!(other instanceof KeyedStream)) throw new LearnerError('JOIN_NOT_KEYED')
    return new IntervalJoin<T, U>(this.pairWith(other))
  }

  /** Windows of each key. */
  window<W extends Window>(assigner: WindowAssigner<T, W>): WindowedStream<T, K, W> {
    return new WindowedStream<T, K, W>(this.windowInput(false), assigner)
  }

  /** Windows of so many records of a key; with a slide, one after every so many, over the last `size`. */
  countWindow(size: number, slide?: number): WindowedStream<T, K, GlobalWindow> {
    const windows = this.window(GlobalWindows.create())
    if (slide === undefined) return windows.trigger(PurgingTrigger.of(CountTrigger.of<GlobalWindow>(size)))
    return windows.evictor(CountEvictor.of(size)).trigger(CountTrigger.of<GlobalWindow>(slide))
  }

  /** Joins the records of a key one after the other and emits every intermediate result; the first record as it is. */
  reduce(fn: ReduceFunction<T> | ((accumulated: T, value: T) => T)): SingleOutputStreamOperator<T> {
    requireFunction(fn, 'reduce', 'reduce')
    return this.transform({ kind: 'reduce', aggregation: null }, 'Keyed Reduce', { reduce: fn })
  }

  /** The first record of the key with the running sum in the field. Tuples: a place from 0. */
  sum(field: NumberFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('sum', field, true)
  }

  /** The first record of the key with the lowest value so far in the field. */
  min(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('min', field, true)
  }

  /** The first record of the key with the highest value so far in the field. */
  max(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('max', field, true)
  }

  /** The whole record with the lowest value so far; of equal ones the first, or the last with `first` false. */
  minBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.aggregate('minBy', field, first)
  }

  /** The whole record with the highest value so far; of equal ones the first, or the last with `first` false. */
  maxBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.aggregate('maxBy', field, first)
  }

  private aggregate(kind: AggregationKind, field: FieldOf<T>, first: boolean): SingleOutputStreamOperator<T> {
    if (typeof field !== 'string' && typeof field !== 'number') throw new LearnerError('FIELD_WANTED', { kind })
    const aggregation: FieldAggregation = { kind, field, first }
    return this.transform({ kind: 'reduce', aggregation }, 'Keyed Aggregation', {})
  }
}
