// lifecycle: the order of calls on a source reader, an operator and a two-phase sink in one chain. The script is read off
// the calls: which element is there when, which checkpoint or savepoint is triggered where, what throws. The source reads
// a topic, to which the elements are written one by one, so that nothing happens before its time.

import { logOf } from '../../runtime/connectors/log/log-cluster.ts'
import type { CheckpointRequest } from '../../runtime/cluster/pending-checkpoint.ts'
import { LogReader } from '../../runtime/connectors/log/log-reader.ts'
import type { SourceSplit } from '../../runtime/connectors/source.ts'
import {
  Configuration,
  KafkaSource,
  OffsetsInitializer,
  ProcessFunction,
  TopicPartition,
  WatermarkStrategy,
  type CheckpointedFunction,
  type Collector,
  type CommitRequest,
  type Committer,
  type CommittingSinkWriter,
  type FunctionInitializationContext,
  type FunctionSnapshotContext,
  type Sink,
  type StatefulSinkWriter,
  type StreamExecutionEnvironment,
  type SupportsCommitter,
  type SupportsWriterState,
  type UnkeyedContext,
  type WriterInitContext,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { ProcessOperator } from '../../runtime/operators/process/process.ts'
import { deployJob, type DeployedJob } from '../harness/run-job.ts'
import { failed, notYetRun, PASSED, type Vector, type Verdict } from './format.ts'

/** The calls so far, and what is to go wrong. */
class Recorder {
  readonly calls: string[] = []
  /** Elements at which the operator throws, in this order. */
  readonly throwsAt: number[]
  /** By call of commit: what the committer does. */
  readonly commits: readonly string[]
  committed = 0

  constructor(expected: readonly string[]) {
    const thrown = expected.filter((call) => call.startsWith('operator throws at'))
    this.throwsAt = thrown.map((call) => Number(call.split(' ').at(-1)))
    this.commits = expected
      .filter((call) => call.startsWith('committer.commit('))
      .map((call) => call.split(' -> ')[1] ?? 'ok')
  }

  call(text: string): void {
    this.calls.push(text)
  }
}

class RecordingOperator extends ProcessFunction<number, number> implements CheckpointedFunction {
  readonly recorder: Recorder
  constructor(recorder: Recorder) {
    super()
    this.recorder = recorder
  }

  initializeState(context: FunctionInitializationContext): void {
    this.recorder.call(`operator.initializeState(restored ${context.isRestored()})`)
  }

  override open(): void {
    this.recorder.call('operator.open')
  }

  override processElement(value: number, _context: UnkeyedContext, out: Collector<number>): void {
    const { recorder } = this
    if (recorder.throwsAt[0] === value) {
      recorder.throwsAt.shift()
      recorder.call(`operator throws at ${value}`)
      throw new Error('thrown by the operator')
    }
    recorder.call(`operator.processElement(${value})`)
    out.collect(value)
  }

  snapshotState(context: FunctionSnapshotContext): void {
    this.recorder.call(`operator.snapshotState(${context.getCheckpointId()})`)
  }

  notifyCheckpointComplete(checkpoint: number): void {
    this.recorder.call(`operator.notifyCheckpointComplete(${checkpoint})`)
  }

  override close(): void {
    this.recorder.call('operator.close')
  }
}

class RecordingSink implements Sink<number>, SupportsCommitter<string>, SupportsWriterState<number, string> {
  readonly recorder: Recorder
  constructor(recorder: Recorder) {
    this.recorder = recorder
  }

  createWriter(context: WriterInitContext): RecordingWriter {
    this.recorder.call(`sink.createWriter(restored checkpoint ${context.getRestoredCheckpointId() ?? 'none'})`)
    return new RecordingWriter(this.recorder)
  }

  restoreWriter(context: WriterInitContext, recovered: readonly string[]): RecordingWriter {
    this.recorder.call(`sink.restoreWriter(checkpoint ${context.getRestoredCheckpointId()}, [${recovered.join(', ')}])`)
    return new RecordingWriter(this.recorder)
  }

  createCommitter(): Committer<string> {
    const { recorder } = this
    recorder.call('sink.createCommitter')
    return {
      commit: (requests) => commit(recorder, requests),
      close: () => recorder.call('committer.close'),
    }
  }
}

function commit(recorder: Recorder, requests: readonly CommitRequest<string>[]): void {
  const what = recorder.commits[recorder.committed++] ?? 'ok'
  const given = requests.map((request) => `${request.getCommittable()} retries ${request.getNumberOfRetries()}`)
  recorder.call(`committer.commit([${given.join(', ')}])${what === 'ok' ? '' : ` -> ${what}`}`)
  if (what.startsWith('throw')) throw new Error('thrown by the committer')
  for (const request of requests) {
    if (what.startsWith('unknown')) request.signalFailedWithUnknownReason(new Error('unknown'))
    else if (what.startsWith('known')) request.signalFailedWithKnownReason(new Error('known'))
    else if (what.startsWith('retry')) request.retryLater()
    else if (what.startsWith('already')) request.signalAlreadyCommitted()
  }
}

class RecordingWriter implements CommittingSinkWriter<number, string>, StatefulSinkWriter<number, string> {
  readonly recorder: Recorder
  batch: number[] = []
  constructor(recorder: Recorder) {
    this.recorder = recorder
  }

  write(value: number): void {
    this.recorder.call(`writer.write(${value})`)
    this.batch.push(value)
  }

  writeWatermark(watermark: number): void {
    this.recorder.call(`writer.writeWatermark(${watermark === Infinity ? 'MAX' : watermark})`)
  }

  flush(endOfInput: boolean): void {
    this.recorder.call(`writer.flush(endOfInput ${endOfInput})`)
  }

  prepareCommit(): string[] {
    const committables = this.batch.length === 0 ? [] : [`tx[${this.batch.join(', ')}]`]
    this.batch = []
    this.recorder.call(`writer.prepareCommit -> [${committables.join(', ')}]`)
    return committables
  }

  snapshotState(checkpoint: number): string[] {
    this.recorder.call(`writer.snapshotState(${checkpoint})`)
    return [`state${checkpoint}`]
  }

  close(): void {
    this.recorder.call('writer.close')
  }
}

/** The operator's calls that functions know nothing of. Flink has `endInput` and `finish` where an operator here has one. */
function recordOperator(operator: ProcessOperator, recorder: Recorder): void {
  const { prepareSnapshotPreBarrier, processWatermark, finish } = operator
  operator.prepareSnapshotPreBarrier = (checkpoint) => {
    recorder.call(`operator.prepareSnapshotPreBarrier(${checkpoint})`)
    prepareSnapshotPreBarrier.call(operator, checkpoint)
  }
  operator.processWatermark = (timestamp) => {
    recorder.call(`operator.processWatermark(${timestamp === Infinity ? 'MAX' : timestamp})`)
    processWatermark.call(operator, timestamp)
  }
  operator.finish = () => {
    recorder.call('operator.endInput')
    recorder.call('operator.finish')
    finish.call(operator)
  }
}

/** Every reader's calls are recorded until what is given back is called. */
function recordReaders(recorder: Recorder): () => void {
  const { start, addSplits, splits, notifyCheckpointComplete, close } = LogReader.prototype
  Object.assign(LogReader.prototype, {
    start(this: LogReader) {
      recorder.call('reader.start')
      start.call(this)
    },
    addSplits(this: LogReader, added: readonly SourceSplit[]) {
      recorder.call(`reader.addSplits(position ${added.map(({ position }) => position).join(', ')})`)
      addSplits.call(this, added)
    },
    splits(this: LogReader, checkpoint = 0) {
      recorder.call(`reader.snapshotState(${checkpoint})`)
      return splits.call(this, checkpoint)
    },
    notifyCheckpointComplete(this: LogReader, checkpoint: number) {
      recorder.call(`reader.notifyCheckpointComplete(${checkpoint})`)
      notifyCheckpointComplete.call(this, checkpoint)
    },
    close(this: LogReader) {
      recorder.call('reader.close')
      close.call(this)
    },
  })
  return () => void Object.assign(LogReader.prototype, { start, addSplits, splits, notifyCheckpointComplete, close })
}

/** Something that is done to the job once so many calls have been seen. */
interface Stimulus {
  readonly after: number
  readonly act: (job: DeployedJob) => void
}

const TOPIC = 'in'
const isScript = (call: string): boolean => call.startsWith('--')

/** What the calls say must be done, and when. Null with a reason where a line isn't known. */
function scriptOf(calls: readonly string[]): readonly Stimulus[] | string {
  const stimuli: Stimulus[] = []
  let seen = 0
  let isDrained = false
  let elements = 0
  for (const [i, call] of calls.entries()) {
    const add = (act: Stimulus['act']): void => void stimuli.push({ after: seen, act })
    const before = calls[i - 1] ?? ''
    if (call === '-- savepoint triggered') add(savepoint('none'))
    else if (call.startsWith('-- stop with savepoint')) {
      isDrained = call.includes('drain true')
      add(savepoint(isDrained ? 'drain' : 'suspend'))
    } else if (call === '-- cancel') add(({ execution }) => execution.cancel())
    else if (isScript(call) && !/^-- (checkpoint \d+ triggered|job )/.test(call)) return call
    else if (call.startsWith('operator.prepareSnapshotPreBarrier')) {
      const isAsked = /^-- (savepoint|stop)/.test(before)
      const isLast = before.startsWith('writer.prepareCommit')
      if (!isAsked && !isLast) add(triggerCheckpoint)
    } else if (/^operator(\.processElement| throws at)/.test(call)) {
      const value = Number(/\d+/.exec(call)?.[0])
      if (value >= elements) add((job) => append(job, value))
      elements = Math.max(elements, value + 1)
    } else if (call === 'operator.processWatermark(MAX)' && !isDrained) add((job) => append(job, null))
    if (!isScript(call)) seen++
  }
  return stimuli
}

const savepoint =
  (stop: 'none' | 'suspend' | 'drain'): Stimulus['act'] =>
  ({ execution }) =>
    execution.actions.triggerSavepoint({ stop })

/** As somebody asks for one: not by the interval, which wouldn't come while nothing else is to happen. */
function triggerCheckpoint({ execution }: DeployedJob): void {
  const checkpoints = execution.checkpoints as unknown as { request(request: CheckpointRequest): void }
  checkpoints.request({ isPeriodic: false, savepoint: null })
}

/** Writes an element, or what is no record and stands at the offset at which the source ends. */
function append({ execution, simulation }: DeployedJob, value: number | null): void {
  const log = logOf(execution.outside)
  const partition = log.partition(`${TOPIC}-0`)
  const atMs = Math.floor(simulation.nowUs / 1000)
  if (value !== null) log.append(partition, { key: null, value, timestamp: NaN }, atMs, null)
  else {
    partition.append({ key: null, value: null, timestamp: NaN, atMs, transaction: null, marker: 'abort' })
    for (const listener of log.listeners) listener.partitionChanged(partition)
  }
}

function build(env: StreamExecutionEnvironment, calls: readonly string[], recorder: Recorder): void {
  // Checkpoints come when the script says; by the interval none does.
  if (calls.some((call) => call.startsWith('operator.prepareSnapshotPreBarrier'))) env.enableCheckpointing(86_400_000)
  const strategy = calls.includes('-- job FAILED') ? 'none' : 'exponential-delay'
  env.configure(new Configuration().set('restart-strategy.type', strategy))
  env.createTopic(TOPIC)
  const elements = calls.flatMap((call) => /^operator(?:\.processElement\(| throws at )(\d+)/.exec(call)?.[1] ?? [])
  const end = Math.max(-1, ...elements.map(Number)) + 2
  const source = KafkaSource.builder<number>()
    .setTopics(TOPIC)
    .setBounded(OffsetsInitializer.offsets(new Map([[new TopicPartition(TOPIC, 0), end]])))
    .build()
  env
    .fromSource(source, WatermarkStrategy.noWatermarks(), 'source')
    .process(new RecordingOperator(recorder))
    .sinkTo(new RecordingSink(recorder))
}

const MOST_EVENTS = 5000

export function runLifecycle(vector: Vector): Verdict {
  const calls = vector.calls as readonly string[]
  const script = scriptOf(calls)
  if (typeof script === 'string') return notYetRun(`the script line ${script}`)
  const recorder = new Recorder(calls)
  const stop = recordReaders(recorder)
  try {
    const state = run(calls, script, recorder)
    const expected = calls.filter((call) => !isScript(call))
    const at = expected.findIndex((call, i) => recorder.calls[i] !== call)
    const first = at < 0 ? expected.length : at
    if (at >= 0 || recorder.calls.length > expected.length) {
      const [want, got] = [expected, recorder.calls].map((list) => list.slice(first, first + 4).join('; '))
      return failed(`from call ${first} on expected ${want}, got ${got}`)
    }
    return calls.at(-1) === `-- job ${state}` ? PASSED : failed(`expected ${calls.at(-1)}, got ${state}`)
  } finally {
    stop()
  }
}

function run(calls: readonly string[], script: readonly Stimulus[], recorder: Recorder): string {
  const job = deployJob((env) => build(env, calls, recorder))
  const { simulation, execution } = job
  const recorded = new Set<ProcessOperator>()
  const waiting = [...script]
  for (let i = 0; i < MOST_EVENTS; i++) {
    for (const operator of execution.tasks.flatMap(({ chain }) => chain.operators)) {
      if (!(operator instanceof ProcessOperator) || recorded.has(operator)) continue
      recorded.add(operator)
      recordOperator(operator, recorder)
    }
    while (waiting[0] !== undefined && waiting[0].after <= recorder.calls.length) waiting.shift()?.act(job)
    if (calls.includes('-- cancel') && execution.tasks.every(({ state }) => state === 'CANCELED')) return 'CANCELED'
    if (execution.state === 'FINISHED' || execution.state === 'FAILED') break
    if (simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 }) === 'quiescent') break
  }
  return execution.state
}
