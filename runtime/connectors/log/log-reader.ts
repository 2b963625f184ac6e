// Reads partitions of the log, each as a split with watermarks of its own: in turn, from each what a turn can take. It
// waits for records to come, finds partitions that are new, and commits how far it has got: with each checkpoint that is
// complete, or from time to time. Flink's KafkaSourceReader, and what its enumerator would tell it.
//
// Differs from Flink: there's no enumerator beside the readers. Each finds out by itself which partitions are its own, by
// the enumerator's rule; which were ever assigned stands in a union list.

import { LearnerError } from '../../base/diagnostic.ts'
import { stringHash } from '../../base/java-hash.ts'
import { ListStateDescriptor } from '../../state/descriptors.ts'
import type { ListState } from '../../state/list-state.ts'
import type { OperatorStateBackend } from '../../state/operator-state.ts'
import type { LiveReader, ReaderContext, SourceSplit } from '../source.ts'
import type { LogCluster, LogListener } from './log-cluster.ts'
import type { LogPartition, LogRecord } from './log-partition.ts'
import { resolveOffset, type LogSourceSpec } from './log-source-spec.ts'

/** What the reader needs of its surroundings beside what every reader does. */
export interface LogReaderContext extends ReaderContext {
  readonly subtask: number
  readonly log: LogCluster
  readonly operatorState: OperatorStateBackend
  /** Makes the source's record of the log's. */
  readonly deserialize: (record: LogRecord, partition: LogPartition) => unknown
  nowMs(): number
  /** There's something to read where there was nothing. */
  inputArrived(): void
  /** `onAlarm` wants to be called at another time. */
  alarmMoved(): void
}

/** A partition being read. */
interface Strand {
  readonly partition: LogPartition
  /** Behind the last record that was read. */
  position: number
  /** Of the next record that this reader sees, at or behind the position; the readable end where there's none yet. */
  at: number
  /** Where it ends; Infinity for never. */
  readonly end: number
  /** Where what comes is late: how far it can be read, and from which time on, in order. */
  arrivals: Arrival[] | null
}

interface Arrival {
  readonly end: number
  readonly fromMs: number
}

const ASSIGNED = new ListStateDescriptor<string>('assigned-partitions')

export class LogReader implements LiveReader, LogListener {
  readonly spec: LogSourceSpec
  readonly context: LogReaderContext
  /** Not read to their end. */
  strands: Strand[] = []
  /** Which strand a turn begins with. */
  next = 0
  readonly paused = new Set<string>()
  /** Splits that have ended without a last record. */
  ended: string[] = []
  /** By partition that has ended: how far it was read. */
  readonly finished = new Map<string, number>()
  /** Partitions it knows, be they its own or another reader's. */
  readonly known = new Set<string>()
  /** Those that some reader was ever given, as far as this one knows. */
  readonly assigned: Set<string>
  readonly assignedState: ListState<string>
  /** By checkpoint that isn't complete: how far it has got. */
  readonly offsets = new Map<number, ReadonlyMap<string, number>>()
  nextDiscoveryMs = Infinity
  nextCommitMs = Infinity
  /** A fault: what comes is there so much later; and when the next of it is. */
  delayMs = 0
  nextArrivalMs = Infinity
  lastSplit = ''
  hasSplitEnded = false
  nextAtUs = Infinity
  timestamp = NaN

  constructor(spec: LogSourceSpec, context: LogReaderContext) {
    this.spec = spec
    this.context = context
    this.assignedState = context.operatorState.getUnionListState(ASSIGNED)
    this.assigned = new Set(this.assignedState.get())
    for (const id of this.assigned) this.known.add(id)
  }

  start(): void {
    const { spec, context } = this
    context.log.listeners.add(this)
    if (spec.discoveryMs !== null && spec.stopping === null) this.nextDiscoveryMs = context.nowMs() + spec.discoveryMs
    if (spec.autoCommitMs !== null) this.nextCommitMs = context.nowMs() + spec.autoCommitMs
  }

  /** Goes on with these. */
  addSplits(splits: readonly SourceSplit[]): void {
    for (const { id, position, end } of splits) {
      this.known.add(id)
      this.assigned.add(id)
      const partition = this.context.log.partition(id)
      this.strands.push({
        partition,
        position,
        at: position,
        end: end ?? Infinity,
        arrivals: this.arrivalsOf(partition),
      })
    }
    this.look()
  }

  /** What comes from now on is there so much later; 0 ends it, and what was on its way is there. */
  delay(byMs: number): void {
    if (byMs === this.delayMs) return
    this.delayMs = byMs
    for (const strand of this.strands) {
      if (byMs === 0 || strand.arrivals === null) strand.arrivals = this.arrivalsOf(strand.partition)
    }
    this.look()
  }

  /** Partitions that are this reader's and that nobody has read: at the start, and later those that are new. */
  discover(isFirst: boolean): SourceSplit[] {
    const { spec, context } = this
    const found: SourceSplit[] = []
    for (const partition of this.partitions()) {
      if (this.known.has(partition.id)) continue
      this.known.add(partition.id)
      if (ownerOf(partition, context.parallelism) !== context.subtask) continue
      context.log.dropOld(partition, context.nowMs())
      // What came into being later was missed by nobody: it's read from its beginning.
      const starting = isFirst ? spec.starting : { kind: 'earliest' as const }
      const end = spec.stopping === null ? null : this.resolve(spec.stopping, partition)
      found.push({ id: partition.id, position: this.resolve(starting, partition), end })
    }
    return found
  }

  available(_nowUs: number, limit: number): number {
    const { strands } = this
    this.next = strands.length === 0 ? 0 : (this.next + 1) % strands.length
    let count = 0
    for (let i = 0; i < strands.length && count < limit; i++) {
      const strand = strands[(this.next + i) % strands.length] as Strand
      if (!this.paused.has(strand.partition.id)) count += this.countFrom(strand, limit - count)
    }
    return count
  }

  /** From the strand at hand as long as it has something, then from the next one. */
  read(): unknown {
    const { strands } = this
    while (!this.isReadable(strands[this.next % strands.length] as Strand)) this.next++
    const strand = strands[this.next % strands.length] as Strand
    const { partition } = strand
    const record = partition.at(strand.at)
    this.timestamp = record.timestamp >= 0 ? record.timestamp : record.atMs
    this.lastSplit = partition.id
    strand.position = strand.at + 1
    this.advance(strand)
    this.hasSplitEnded = strand.at >= strand.end
    if (this.hasSplitEnded || !this.isReadable(strand)) this.look()
    if (this.hasSplitEnded) this.ended = this.ended.filter((id) => id !== partition.id)
    const value = this.context.deserialize(record, partition)
    if (value === undefined || value === null) {
      throw new LearnerError('DESERIALIZED_NOTHING', { source: this.context.name, offset: record.offset })
    }
    return value
  }

  splits(checkpoint = 0): SourceSplit[] {
    this.assignedState.update(Array.from(this.assigned))
    const splits = this.strands.map(({ partition, position, end }) => {
      return { id: partition.id, position, end: end === Infinity ? null : end }
    })
    if (checkpoint > 0) this.offsets.set(checkpoint, this.positions())
    return splits
  }

  notifyCheckpointComplete(checkpoint: number): void {
    const { group, commitsOnCheckpoint } = this.spec
    const offsets = this.offsets.get(checkpoint)
    if (group !== null && commitsOnCheckpoint && offsets !== undefined) this.context.log.commitOffsets(group, offsets)
    for (const id of this.offsets.keys()) if (id <= checkpoint) this.offsets.delete(id)
  }

  openSplits(): string[] {
    return this.strands.map(({ partition }) => partition.id)
  }

  takeEnded(): string[] {
    return this.ended.splice(0)
  }

  /** One that never ends waits for partitions to come into being, too. */
  hasEnded(): boolean {
    return this.spec.stopping !== null && this.strands.length === 0
  }

  pausesChanged(): void {
    this.look()
  }

  partitionChanged(partition: LogPartition): void {
    const strand = this.strands.find((candidate) => candidate.partition === partition)
    if (strand === undefined) return
    if (strand.arrivals !== null) {
      strand.arrivals.push({
        end: partition.readableEnd(this.spec.isolation),
        fromMs: this.context.nowMs() + this.delayMs,
      })
      this.look()
      this.context.alarmMoved()
      return
    }
    this.advance(strand)
    // Where there's something to read already, more of it changes nothing.
    if (this.nextAtUs === 0 && strand.at < strand.end) return
    const before = this.nextAtUs
    this.look()
    if (this.nextAtUs < before || this.hasEnded()) this.context.inputArrived()
  }

  get nextAlarmMs(): number {
    return Math.min(this.nextDiscoveryMs, this.nextCommitMs, this.nextArrivalMs)
  }

  onAlarm(nowMs: number): SourceSplit[] {
    const { discoveryMs, autoCommitMs, group } = this.spec
    if (this.nextArrivalMs <= nowMs) this.look()
    if (this.nextCommitMs <= nowMs) {
      this.nextCommitMs = nowMs + (autoCommitMs as number)
      if (group !== null) this.context.log.commitOffsets(group, this.positions())
    }
    if (this.nextDiscoveryMs > nowMs) return []
    this.nextDiscoveryMs = nowMs + (discoveryMs as number)
    const found = this.discover(false)
    if (found.length > 0) this.addSplits(found)
    return found
  }

  close(): void {
    this.context.log.listeners.delete(this)
  }

  /** Moves every strand on to its next record; those that have none left end. */
  private look(): void {
    let isReadable = false
    if (this.delayMs > 0 || this.nextArrivalMs < Infinity) this.arrive()
    for (const strand of this.strands) {
      this.advance(strand)
      if (strand.at >= strand.end) {
        this.ended.push(strand.partition.id)
        this.finished.set(strand.partition.id, strand.position)
      } else if (!isReadable) isReadable = this.isReadable(strand)
    }
    if (this.ended.length > 0) this.strands = this.strands.filter(({ at, end }) => at < end)
    this.nextAtUs = isReadable ? 0 : Infinity
  }

  private advance(strand: Strand): void {
    const { partition } = strand
    // Records that were still to be read are gone.
    if (strand.position < partition.startOffset) strand.position = this.resolve({ kind: 'gone' }, partition)
    strand.at = partition.nextVisible(strand.position, this.readableEnd(strand), this.spec.isolation)
  }

  private readableEnd({ partition, end, arrivals }: Strand): number {
    const there = partition.readableEnd(this.spec.isolation)
    return Math.min(end, arrivals === null ? there : Math.min(there, (arrivals[0] as Arrival).end))
  }

  /** Of each strand the first arrival is the last that is there. */
  private arrive(): void {
    const nowMs = this.context.nowMs()
    this.nextArrivalMs = Infinity
    for (const { arrivals } of this.strands) {
      if (arrivals === null) continue
      let there = 0
      for (const [i, { fromMs }] of arrivals.entries()) if (fromMs <= nowMs) there = i
      arrivals.splice(0, there)
      for (const { fromMs } of arrivals.slice(1)) this.nextArrivalMs = Math.min(this.nextArrivalMs, fromMs)
    }
  }

  /** Of one that is read from now on: whatever there is now is there. */
  private arrivalsOf(partition: LogPartition): Arrival[] | null {
    return this.delayMs === 0 ? null : [{ end: partition.readableEnd(this.spec.isolation), fromMs: -Infinity }]
  }

  private isReadable(strand: Strand): boolean {
    return strand.at < this.readableEnd(strand) && !this.paused.has(strand.partition.id)
  }

  private countFrom(strand: Strand, limit: number): number {
    const { partition } = strand
    const end = this.readableEnd(strand)
    let count = 0
    for (let { at } = strand; at < end && count < limit; count++) {
      at = partition.nextVisible(at + 1, end, this.spec.isolation)
    }
    return count
  }

  /** By partition, how far it has got. */
  private positions(): Map<string, number> {
    const positions = new Map(this.finished)
    for (const { partition, position } of this.strands) positions.set(partition.id, position)
    return positions
  }

  private resolve(offsets: Parameters<typeof resolveOffset>[0], partition: LogPartition): number {
    const { group, resetStrategy } = this.spec
    const { log, name } = this.context
    const committed = group === null ? undefined : log.groups.get(group)?.get(partition.id)
    return resolveOffset(offsets, partition, { committed, resetStrategy, source: name })
  }

  private partitions(): LogPartition[] {
    const { topics, pattern } = this.spec
    const { log, name } = this.context
    if (pattern !== null) {
      const matches = new RegExp(pattern, 'u')
      return Array.from(log.topics.values(), (topic) => (matches.test(topic.name) ? topic.partitions : [])).flat()
    }
    return topics.flatMap((topic) => {
      const known = log.topics.get(topic)
      if (known === undefined) throw new LearnerError('TOPIC_MISSING', { topic, source: name })
      return known.partitions
    })
  }
}

/** The subtask that reads a partition: as Flink's enumerator deals them out, topic by topic. */
export function ownerOf({ topic, index }: Pick<LogPartition, 'topic' | 'index'>, parallelism: number): number {
  const start = (Math.imul(stringHash(topic), 31) & 0x7fffffff) % parallelism
  return (start + index) % parallelism
}
