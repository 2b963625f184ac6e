// What a subtask does with the control elements among its records: watermarks and statuses go through the valve of their
// input, barriers to its checkpoints, and the end of a channel is counted.

import type { Simulation } from '../kernel/simulation.ts'
import type { InputGate } from '../network/input-gate.ts'
import { TwoInputOperator } from '../operators/two-input.ts'
import { BARRIER, END_OF_DATA, END_OF_INPUT, IDLE, WATERMARK, type Buffer } from '../record/buffer.ts'
import type { Receiver } from '../record/receiver.ts'
import { TRACE_STATUS, TRACE_WATERMARK } from '../trace/trace-layout.ts'
import type { OperatorChain } from './operator-chain.ts'
import type { SubtaskCheckpoints } from './subtask-checkpoints.ts'

/** A task at a control element. */
interface TaskAtElement {
  readonly id: number
  readonly simulation: Simulation
  readonly gate: InputGate | null
  readonly chain: OperatorChain
  readonly checkpoints: SubtaskCheckpoints
  /** Of the turn. */
  readonly channel: number
  readonly turnStartUs: number
  watermark(): number
}

/** Which input of the head the turn's channel belongs to. */
export function inputAt({ gate, channel }: Pick<TaskAtElement, 'gate' | 'channel'>): number {
  return (gate as InputGate).inputs[channel] as number
}

/** Takes the next control element of the buffer, at which the turn has arrived. */
export function takeControl(task: TaskAtElement, buffer: Buffer): void {
  const kind = buffer.controlKinds[buffer.controlIndex] as number
  const value = buffer.controlValues[buffer.controlIndex] as number
  buffer.controlIndex++
  if (kind === END_OF_DATA) task.checkpoints.channelDataEnded()
  else if (kind === END_OF_INPUT) task.checkpoints.channelEnded()
  else if (kind === BARRIER) task.checkpoints.barrier(value)
  else moveTime(task, kind, value)
}

function moveTime(task: TaskAtElement, kind: number, value: number): void {
  const { simulation, channel, id, turnStartUs } = task
  const gate = task.gate as InputGate
  const input = task.chain.inputs[inputAt(task)] as Receiver
  const before = task.watermark()
  if (kind === WATERMARK) gate.watermark(channel, value, input)
  else gate.status(channel, kind === IDLE, input)
  const after = task.watermark()
  // A channel that goes idle can raise the watermark too: the others may have waited for it alone.
  if (after !== before) simulation.trace?.add(simulation.event, turnStartUs, TRACE_WATERMARK, id, after, 0)
  if (kind !== WATERMARK) {
    simulation.trace?.add(simulation.event, turnStartUs, TRACE_STATUS, id, isIdle(task) ? 1 : 0, 0)
  }
}

function isIdle({ chain, gate }: TaskAtElement): boolean {
  const { head } = chain
  return head instanceof TwoInputOperator ? head.combined.isIdle : gate?.valves[0]?.isOutputIdle === true
}
