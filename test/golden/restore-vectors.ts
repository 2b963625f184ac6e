// restore-rules: a job of a source, perhaps a map, a keyed counter and a sink is stopped with a savepoint, changed, and
// started from it. Compared are whether it was restored or refused, and what the counter found in its state.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { readSavepoint, writeSavepoint } from '../../runtime/cluster/savepoint-file.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import {
  AggregatingStateDescriptor,
  Duration,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateTtlConfig,
  Types,
  ValueStateDescriptor,
  type Collector,
  type DataStream,
  type StreamExecutionEnvironment,
  type TypeInformation,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type DeployedJob, type JobOptions } from '../harness/run-job.ts'
import { failed, notYetRun, PASSED, type Vector, type Verdict } from './format.ts'

interface CountingJob {
  readonly counterUid: string | null
  readonly counterName: string
  readonly map: string | null
  readonly secondCounter: boolean
  readonly noCounter: boolean
  readonly parallelism: number
  readonly maxParallelism: number
  readonly keyType: string
  readonly stateName: string
  readonly stateKind: string
  readonly stateType: string
  readonly ttl: boolean
  readonly allowNonRestoredState: boolean
}

const TYPES: Readonly<Record<string, TypeInformation<unknown>>> = {
  boolean: Types.BOOLEAN,
  byte: Types.BYTE,
  short: Types.SHORT,
  int: Types.INT,
  integer: Types.INT,
  long: Types.LONG,
  float: Types.FLOAT,
  double: Types.DOUBLE,
  string: Types.STRING,
}
const KINDS = ['value', 'list', 'map', 'reducing', 'aggregating']

/** Two records before the savepoint, two after it, all of one key. */
const RECORDS = [0, 10, 1000, 1010].map((atMs) => ({ value: 7, atMs }))
const STOP_US = 500_000

export function runRestoreRule(vector: Vector): Verdict {
  const { before, after } = vector as unknown as { readonly before: CountingJob; readonly after: CountingJob }
  const unknown = [before, after].find(
    ({ keyType, stateType, stateKind }) => !TYPES[keyType] || !TYPES[stateType] || !KINDS.includes(stateKind),
  )
  if (unknown !== undefined)
    return notYetRun(`a counter of ${unknown.keyType}, ${unknown.stateKind}, ${unknown.stateType}`)
  const got = startFrom(after, stopWithSavepoint(before))
  if (vector.outcome !== got.outcome) return failed(`expected ${String(vector.outcome)}, got ${JSON.stringify(got)}`)
  const [want, found] = [vector.countsBefore ?? [], got.countsBefore].map((counts) => JSON.stringify(counts))
  return want === found ? PASSED : failed(`expected ${want}, got ${found}`)
}

function stopWithSavepoint(job: CountingJob): Savepoint {
  const { simulation, execution } = deploy(job)
  simulation.run({ ...NO_LIMIT, untilUs: STOP_US })
  execution.actions.triggerSavepoint({ stop: 'suspend' })
  simulation.run(NO_LIMIT)
  const savepoint = execution.actions.savepoints[0]?.savepoint ?? null
  if (savepoint === null || execution.state !== 'FINISHED') throw new Error(`not stopped: ${execution.state}`)
  return readSavepoint(writeSavepoint(savepoint), 'savepoint')
}

function startFrom(job: CountingJob, savepoint: Savepoint): { outcome: string; countsBefore: string[]; why?: string } {
  try {
    const started = deploy(job, { savepoint, allowsNonRestoredState: job.allowNonRestoredState })
    started.simulation.run(NO_LIMIT)
    const { failure } = started.execution
    if (failure !== null) throw failure.error
    const countsBefore = started.rows.map(({ value }) => String(value)).filter((row) => row.startsWith('found'))
    return { outcome: 'restored', countsBefore: countsBefore.sort() }
  } catch (error) {
    const isRefusal = error instanceof LearnerError && /^(RESTORE_|MAX_PARALLELISM$)/.test(error.code)
    if (!isRefusal) throw error
    return { outcome: 'refused', countsBefore: [], why: error.code }
  }
}

function deploy(job: CountingJob, from?: JobOptions['from']): DeployedJob {
  const inputs = { 'Collection Source': RECORDS }
  return deployJob((env) => build(env, job), { parallelism: job.parallelism, inputs, ...(from ? { from } : {}) })
}

function build(env: StreamExecutionEnvironment, job: CountingJob): void {
  if (job.maxParallelism > 0) env.setMaxParallelism(job.maxParallelism)
  let stream: DataStream<number> = env.fromData([7]).uid('source')
  if (job.map !== null) {
    const mapped = stream.map((value) => value)
    stream = job.map === 'no uid' ? mapped : mapped.uid(job.map)
  }
  if (job.noCounter) {
    stream.map(() => 'passed').print()
    return
  }
  const counter = keyedBy(stream, job).process(new Counter(job)).name(job.counterName)
  const counted = job.counterUid === null ? counter : counter.uid(job.counterUid)
  if (job.secondCounter) {
    const second = counted
      .keyBy(() => 'all')
      .process(new Counter({ ...job, stateType: 'long', stateKind: 'value' }, 'second'))
    ;(job.counterUid === null ? second : second.uid('second')).print()
  }
  counted.print()
}

function keyedBy(stream: DataStream<number>, { keyType }: CountingJob) {
  const type = TYPES[keyType] as TypeInformation<unknown>
  if (keyType === 'string') return stream.keyBy((value): unknown => String(value), type)
  return keyType === 'boolean' ? stream.keyBy((): unknown => true, type) : stream.keyBy((value): unknown => value, type)
}

/** Says what its state holds, and counts on. */
class Counter extends KeyedProcessFunction<unknown, unknown, string> {
  readonly job: CountingJob
  readonly says: string

  constructor(job: CountingJob, says = 'found') {
    super()
    this.job = job
    this.says = says
  }

  override processElement(_value: unknown, _context: unknown, out: Collector<string>): void {
    const { read, write } = this.cell()
    const found = read()
    out.collect(`${this.says} ${found === null ? 'null' : Number(found)}`)
    write((found === null ? 0 : Number(found)) + 1)
  }

  /** The count, in whatever kind of state the job keeps it. */
  private cell(): { read: () => unknown; write: (count: number) => void } {
    const { stateName: name, stateKind, stateType, ttl } = this.job
    const type = TYPES[stateType] as TypeInformation<unknown>
    const context = this.getRuntimeContext()
    const kept = (count: number): unknown =>
      stateType === 'string' ? String(count) : stateType === 'boolean' ? count > 0 : count
    const expiring = <D extends { enableTimeToLive(config: StateTtlConfig): void }>(descriptor: D): D => {
      if (ttl) descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(1)).build())
      return descriptor
    }
    if (stateKind === 'list') {
      const state = context.getListState(expiring(new ListStateDescriptor(name, type)))
      return { read: () => Array.from(state.get())[0] ?? null, write: (count) => state.update([kept(count)]) }
    }
    if (stateKind === 'map') {
      const state = context.getMapState(expiring(new MapStateDescriptor(name, Types.STRING, type)))
      return { read: () => state.get('count'), write: (count) => state.put('count', kept(count)) }
    }
    if (stateKind === 'value') {
      const state = context.getState(expiring(new ValueStateDescriptor(name, type)))
      return { read: () => state.value(), write: (count) => state.update(kept(count)) }
    }
    const latest = (_before: unknown, now: unknown): unknown => now
    const state =
      stateKind === 'reducing'
        ? context.getReducingState(expiring(new ReducingStateDescriptor(name, latest, type)))
        : context.getAggregatingState(expiring(new AggregatingStateDescriptor(name, new Latest(), type)))
    return { read: () => state.get(), write: (count) => state.add(kept(count)) }
  }
}

class Latest {
  createAccumulator(): unknown {
    return 0
  }

  add(value: unknown): unknown {
    return value
  }

  getResult(accumulator: unknown): unknown {
    return accumulator
  }

  merge(a: unknown): unknown {
    return a
  }
}
