// What a subtask has written and not yet sent: buffers that stay open for more, up to the buffer timeout, and credit that
// they need then. Flink's ResultPartitionWriter with its OutputFlusher, as far as a task sees them.

import type { RecordWriter } from '../network/record-writer.ts'

export class TaskOutput {
  readonly writers: readonly RecordWriter[]
  /** When the first buffer that was kept open has waited long enough, virtual µs. */
  dueUs = Infinity
  /** One has, and there is no credit for it: the next that comes is its own. */
  isOverdue = false

  constructor(writers: readonly RecordWriter[]) {
    this.writers = writers
  }

  /** Whether all channels have some: without it a task has no turn but for mails. */
  hasCredit(): boolean {
    for (const writer of this.writers) if (!writer.hasCredit()) return false
    return true
  }

  /** Has the task woken when credit comes. */
  awaitCredit(): void {
    for (const writer of this.writers) writer.awaitCredit()
  }

  /** Sends what a turn has written, credit or not; with `mayWait` buffers with room and time left stay open. */
  flush(leavesAtUs: number, mayWait: boolean): void {
    this.isOverdue = false
    this.dueUs = Infinity
    for (const writer of this.writers) this.dueUs = Math.min(this.dueUs, writer.flush(leavesAtUs, mayWait))
  }

  /** Between turns: sends what has waited long enough and has credit. As in Flink the rest stays open until some comes. */
  flushOverdue(nowUs: number): void {
    this.dueUs = Infinity
    for (const writer of this.writers) this.dueUs = Math.min(this.dueUs, writer.flushOverdue(nowUs))
    this.isOverdue = this.dueUs <= nowUs
  }

  /** When something is to be sent between turns, by a task that is at work until then; Infinity for never, or for a credit. */
  nextFlushUs(nowUs: number, busyUntilUs: number): number {
    return this.isOverdue && busyUntilUs <= nowUs ? Infinity : Math.max(this.dueUs, busyUntilUs)
  }
}
