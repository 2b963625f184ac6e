// Finds the next place of a run at which something is so: a watermark has come so far, a key has come, a window fires, a
// state has a value, there are so many rows, a row says something. The run is executed beside the one that is shown, which
// then goes there.

import { toPrintText } from '../../base/value-text.ts'
import { keyAt } from '../../cluster/keyed-moment.ts'
import { TwoInputOperator } from '../../operators/two-input.ts'
import { NO_SLOT } from '../../state/keyed-backend.ts'
import type { Task } from '../../task/task.ts'
import type { Place } from '../destination.ts'
import { isBefore } from '../steps.ts'
import type { FoundPlace, UntilCondition } from './explanation.ts'
import type { RecordedStep } from './recorded-step.ts'
import { Recorder } from './recorder.ts'

export class Finder extends Recorder {
  found: FoundPlace | null = null
  /** Where it was so first, before the place that is shown. */
  earlier: FoundPlace | null = null
  readonly #condition: UntilCondition
  readonly #here: Place
  /** The step under way, the slot of its key, and the rows it gave: judged when the next one begins. */
  #open: { readonly step: RecordedStep; readonly slot: number; readonly rows: unknown[] } | null = null
  /** A watermark that comes counts from its step on; the valve before it has it already. */
  readonly #watermarks = new Map<Task, number>()
  /** Whether it was so after the step before, of what can be so for a while. */
  #wasSo = false

  /** `here`: only what comes after this place counts. */
  constructor(condition: UntilCondition, here: Place) {
    super()
    this.#condition = condition
    this.#here = here
  }

  override take(task: Task, seen: Parameters<Recorder['take']>[1]): RecordedStep {
    this.judge()
    const step = super.take(task, seen)
    if (step.kind === 'watermark') this.#watermarks.set(task, step.timestamp)
    this.#open = { step, slot: task.keyContext?.backend.slot ?? NO_SLOT, rows: [] }
    return step
  }

  override rowArrived(row: number, value: unknown): void {
    super.rowArrived(row, value)
    this.#open?.rows.push(value)
  }

  /** Judges the last step. To be called once more at the end of the run. */
  judge(): void {
    if (this.#open === null || this.found !== null) return
    const { step } = this.#open
    const isSo = this.#isSo(this.#open)
    const hasBecomeSo = isSo && !this.#wasSo
    this.#wasSo = isSo && lasts(this.#condition)
    this.#open = null
    if (!hasBecomeSo) return
    const place = { event: step.event, record: step.record }
    const found: FoundPlace = { kind: 'found', place, atMs: step.atUs / 1000 }
    if (isBefore(this.#here, place)) this.found = found
    else this.earlier ??= found
  }

  #isSo({
    step,
    slot,
    rows,
  }: {
    readonly step: RecordedStep
    readonly slot: number
    readonly rows: unknown[]
  }): boolean {
    const condition = this.#condition
    switch (condition.kind) {
      case 'watermark':
        return this.#lowest(condition.vertex) >= condition.atLeast
      case 'key':
        return step.kind === 'record' && isAt(step, condition) && step.key === condition.key
      case 'window': {
        const { start, end } = condition
        return step.kind === 'timer' && isAt(step, condition) && step.window?.start === start && step.window.end === end
      }
      case 'state':
        return (
          isAt(step, condition) &&
          step.key === condition.key &&
          valueOf(step, slot, condition.state) === condition.value
        )
      case 'output':
        return (this.execution?.rows ?? 0) >= condition.number
      case 'text':
        return rows.some((row) => toPrintText(row).includes(condition.text))
    }
  }

  #lowest(vertex: string): number {
    const own = (this.execution?.tasks ?? []).filter(({ chain }) => chain.id === vertex)
    return own.length === 0 ? -Infinity : Math.min(...own.map((task) => this.#watermarkOf(task)))
  }

  #watermarkOf(task: Task): number {
    const isCombined = task.chain.head instanceof TwoInputOperator
    return isCombined ? task.watermark() : (this.#watermarks.get(task) ?? -Infinity)
  }
}

/** Whether it stays so: then it has come once it hasn't been so before. */
function lasts({ kind }: UntilCondition): boolean {
  return kind === 'watermark' || kind === 'state' || kind === 'output'
}

function isAt({ task }: RecordedStep, { vertex }: { readonly vertex: string }): boolean {
  return task.chain.id === vertex
}

/** What stands in a state of the step's key; the text that tables of state show. Null for nothing. */
function valueOf({ task }: RecordedStep, slot: number, state: string): string | null {
  const backend = task.keyContext?.backend ?? null
  if (backend === null || slot === NO_SLOT || backend.keyAt(slot) === undefined) return null
  for (const { cells } of keyAt(backend, backend.namespaces.roots[slot] as number)) {
    const text = cells.get(state) ?? null
    if (text !== null) return text
  }
  return null
}
