// The operators of one task, wired: each one's output is the next operator itself, a writer to channels, or both. The
// interpreter tier: ordinary objects, one call per operator and record. Flink's OperatorChain.

import { atNode } from '../base/diagnostic.ts'
import type { JobGraph, JobVertex } from '../graph/job-graph.ts'
import type { PlanNode } from '../graph/plan.ts'
import { MAX_TIMESTAMP } from '../base/time.ts'
import type { InFlightElement } from '../network/in-flight.ts'
import { FanOut, type RecordWriter } from '../network/record-writer.ts'
import type { OperatorContext, StreamOperator } from '../operators/operator.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'
import { NOWHERE, type Receiver } from '../record/receiver.ts'
import { isStateless, StatelessRun } from '../operators/stateless-run.ts'
import { notifyAborted, notifyFunctions, prepareSnapshot } from '../operators/rich-function.ts'
import type { FunctionSnapshotContext } from '../operators/functions.ts'
import type { PendingSnapshot } from '../state/keyed-snapshot.ts'
import type { OperatorSnapshot } from '../state/operator-state.ts'
import { TwoInputOperator } from '../operators/two-input.ts'
import { createOperator } from './operator-factory.ts'

/** A writer and the edge it serves. */
export interface OutgoingWriter {
  readonly from: string
  readonly tag: string | null
  readonly writer: RecordWriter
}

/** What a subtask keeps, at one moment. */
export interface ChainSnapshot {
  /** By node of the chain. */
  readonly operators: readonly OperatorSnapshot[]
  /** The head's; still to be written. */
  readonly keyed: PendingSnapshot | null
  /** By channel of the gate; empty where barriers overtook nothing. */
  readonly inFlight: readonly (readonly InFlightElement[])[]
}

export class OperatorChain {
  /** Of the vertex. */
  readonly id: string
  readonly nodes: readonly PlanNode[]
  readonly parallelism: number
  /** In the order of the nodes: the head first. */
  readonly operators: readonly StreamOperator[]
  readonly head: StreamOperator
  /** By input, what the task pushes records into: the head, or the run it begins; a watcher puts itself before it. */
  readonly inputs: Receiver[]
  readonly runs: StatelessRun[] = []
  /** Of a keyed vertex in batch mode: stands behind the head. */
  keyEnd: KeyEnd | null = null
  /** By node; empty before `open`. */
  contexts: readonly OperatorContext[] = []
  /** How many operators, from the head on, have been told of the end of input. */
  finished = 0
  /** Restored from a checkpoint in which all of it had finished: it does nothing but say so. */
  isFinished = false
  readonly writers: readonly OutgoingWriter[]

  constructor(vertex: JobVertex, config: JobGraph['config'], writers: readonly OutgoingWriter[]) {
    this.id = vertex.id
    this.nodes = vertex.nodes
    this.writers = writers
    this.parallelism = vertex.parallelism
    this.operators = vertex.nodes.map((node) => createOperator(node, config))
    this.head = this.operators[0] as StreamOperator
    const byId = new Map(vertex.nodes.map((node, i) => [node.id, this.operators[i] as StreamOperator]))
    const receivers = new Map<string, Receiver>()
    const targets = [
      ...vertex.chained.map((job) => ({
        from: job.from,
        tag: job.edge.tag,
        receiver: () => receivers.get(job.to) as Receiver,
      })),
      ...writers.map(({ from, tag, writer }) => ({ from, tag, receiver: () => writer.receiver() })),
    ]
    // From the tail to the head: what an operator's output is must be known before its own Receiver is.
    for (const node of [...vertex.nodes].reverse()) {
      const operator = byId.get(node.id) as StreamOperator
      const own = targets.filter((target) => target.from === node.id)
      const byTag = new Map<string | null, Receiver[]>()
      for (const { tag, receiver } of own) byTag.set(tag, [...(byTag.get(tag) ?? []), receiver()])
      for (const [tag, receivers] of byTag) if (tag !== null) operator.sideOutputs.set(tag, join(receivers, config))
      const main = join(byTag.get(null) ?? [], config)
      const sides = Array.from(operator.sideOutputs.values())
      operator.output = sides.length === 0 ? main : new MainOutput(main, sides)
      if (node === vertex.nodes[0] && node.keyed && config.runtimeMode === 'BATCH') {
        this.keyEnd = new KeyEnd(operator.output)
        operator.output = this.keyEnd
      }
      receivers.set(node.id, this.receiverOf(operator))
    }
    const { head } = this
    this.inputs = head instanceof TwoInputOperator ? [...head.inputs] : [receivers.get(this.nodes[0]?.id ?? '') ?? head]
  }

  /** From a checkpoint in which all of it had finished. Flink's FinishedOperatorChain. */
  restoreFinished(): void {
    this.isFinished = true
    this.inputs.fill(NOWHERE)
  }

  /** Opens from the tail to the head, so that whatever `open` emits finds an open operator. */
  open(contextOf: (node: PlanNode, operator: StreamOperator) => OperatorContext): void {
    if (this.isFinished) return
    this.contexts = this.nodes.map((node, i) => contextOf(node, this.operators[i] as StreamOperator))
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const context = this.contexts[i] as OperatorContext
      try {
        ;(this.operators[i] as StreamOperator).open(context)
      } catch (error) {
        throw atNode(error, context.nodeId)
      }
    }
    for (const run of this.runs) run.opened()
  }

  /** What pushes into this operator: itself, or, of map and filter functions in a row, the run they form. */
  private receiverOf(operator: StreamOperator): Receiver {
    if (!isStateless(operator)) return operator
    const next = operator.output
    const run =
      next instanceof StatelessRun
        ? new StatelessRun([operator, ...next.operators], next.output)
        : new StatelessRun([operator], next)
    this.runs.push(run)
    return run
  }

  /** Before barriers go out: what an operator still emits belongs to this checkpoint. From the head to the tail. */
  prepareSnapshotPreBarrier(checkpoint: number): void {
    if (this.isFinished) return
    for (const operator of this.operators) operator.prepareSnapshotPreBarrier(checkpoint)
  }

  /** Takes a snapshot of all operators, from the tail to the head, as Flink does. Null for what was restored finished. */
  snapshot(checkpoint: FunctionSnapshotContext): ChainSnapshot | null {
    if (this.isFinished) return null
    for (let i = this.operators.length - 1; i >= 0; i--) {
      prepareSnapshot(this.operators[i] as StreamOperator, this.contexts[i] as OperatorContext, checkpoint)
    }
    const operators = this.contexts.map(({ operatorState }) => operatorState.snapshot())
    return { operators, keyed: this.contexts[0]?.keyed?.beginSnapshot() ?? null, inFlight: [] }
  }

  /** A checkpoint is complete: whoever waited for that may go on. All are told, even if one of them fails at it. */
  notifyCheckpointComplete(checkpoint: number): void {
    this.fromTail((operator, context) => {
      operator.notifyCheckpointComplete(checkpoint)
      notifyFunctions(context, checkpoint)
    })
  }

  /** A checkpoint was given up: what was kept for it alone may go. */
  notifyCheckpointAborted(checkpoint: number): void {
    this.fromTail((operator, context) => {
      operator.notifyCheckpointAborted(checkpoint)
      notifyAborted(context, checkpoint)
    })
  }

  /** Every operator has its turn, the tail first, also after one has thrown; then the first error is thrown. */
  private fromTail(call: (operator: StreamOperator, context: OperatorContext) => void): void {
    if (this.isFinished) return
    const errors: unknown[] = []
    for (let i = this.operators.length - 1; i >= 0; i--) {
      try {
        call(this.operators[i] as StreamOperator, this.contexts[i] as OperatorContext)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /** When the first of the operators wants to be called, in ms of processing time. */
  nextAlarmMs(): number {
    let next = Infinity
    for (const operator of this.operators) if (operator.nextAlarmMs < next) next = operator.nextAlarmMs
    return next
  }

  /** Calls every operator whose alarm is due, once. */
  fireAlarms(nowMs: number): void {
    for (const operator of this.operators) if (operator.nextAlarmMs <= nowMs) operator.onAlarm(nowMs)
  }

  /** Batch mode: the head's current key has had its last record. Nothing of it remains. */
  endKey(backend: KeyedStateBackend): void {
    const { head, keyEnd } = this
    if (keyEnd === null) return
    keyEnd.isClosed = true
    backend.isQuiesced = true
    head.endKey()
    backend.isQuiesced = false
    keyEnd.isClosed = false
    backend.forgetKey()
  }

  /** Whether an operator takes no more input for now. */
  isFull(): boolean {
    for (const operator of this.operators) if (operator.isFull) return true
    return false
  }

  /**
   * End of input, the head first, so that what an operator still emits is processed by the next. False where an operator
   * has something on its way: to be called again after its alarms.
   */
  finish(): boolean {
    if (this.isFinished) {
      for (const { writer } of this.writers) writer.processWatermark(MAX_TIMESTAMP)
      return true
    }
    for (;;) {
      const last = this.operators[this.finished - 1]
      if (last?.isDrained === false) return false
      const next = this.operators[this.finished]
      if (next === undefined) return true
      this.finished++
      next.finish()
    }
  }

  /** From the tail to the head, as Flink does. */
  close(): void {
    this.fromTail((operator) => operator.close())
  }

  /** For a task that is lost already: what its `close` says about it changes nothing. */
  closeQuietly(): void {
    try {
      this.close()
    } catch {
      // As said.
    }
  }
}

function join(receivers: readonly Receiver[], { isObjectReuseEnabled }: JobGraph['config']): Receiver {
  if (receivers.length === 0) return NOWHERE
  return receivers.length === 1 ? (receivers[0] as Receiver) : new FanOut(receivers, isObjectReuseEnabled)
}

/** Lets no watermark through while a key ends: that the key's time is over means nothing to those downstream. */
class KeyEnd implements Receiver {
  readonly output: Receiver
  isClosed = false

  constructor(output: Receiver) {
    this.output = output
  }

  processElement(value: unknown, timestamp: number): void {
    this.output.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    if (!this.isClosed) this.output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.output.processStatus(isIdle)
  }
}

/** Records go to the main output; watermarks and statuses to the side outputs as well. */
class MainOutput implements Receiver {
  readonly main: Receiver
  readonly sides: readonly Receiver[]

  constructor(main: Receiver, sides: readonly Receiver[]) {
    this.main = main
    this.sides = sides
  }

  processElement(value: unknown, timestamp: number): void {
    this.main.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.main.processWatermark(timestamp)
    for (const side of this.sides) side.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.main.processStatus(isIdle)
    for (const side of this.sides) side.processStatus(isIdle)
  }
}
