// Gathers what an expression was whenever its line was reached, in a run that is executed beside the one that is shown,
// with the place at which each value was there.

import { toPrintText } from '../../base/value-text.ts'
import { shorten } from '../../cluster/record-labels.ts'
import { Task } from '../../task/task.ts'
import type { PrintedValue } from './explanation.ts'
import { Recorder } from './recorder.ts'
import { placeOfTask } from './step-view.ts'

const MOST_VALUES = 1000

export class Printer extends Recorder {
  /** The last ones. */
  readonly values: PrintedValue[] = []
  total = 0

  /** The line was reached: in the turn under way. */
  printed(value: unknown, isError: boolean): void {
    const simulation = this.execution?.simulation
    const { turn = null } = simulation ?? {}
    if (simulation === undefined || !(turn instanceof Task)) return
    const last = this.tasks.get(turn)?.last ?? null
    const step = last?.event === simulation.event ? last : null
    this.total++
    this.values.push({
      place: { event: simulation.event, record: step?.record ?? 0 },
      atMs: turn.nowUs() / 1000,
      ...placeOfTask(turn),
      key: step?.key ?? null,
      text: shorten(isError ? String(value) : toPrintText(value)),
      isError,
    })
    if (this.values.length > MOST_VALUES) this.values.splice(0, MOST_VALUES / 10)
  }
}
