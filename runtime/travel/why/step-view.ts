// Recorded steps as plain data, for the page: where each was, what it did, and what led to it. Texts are made here, of
// those steps only that are shown.

import type { Span } from '../../base/diagnostic.ts'
import { hasTimestamp } from '../../base/time.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { CallMoment } from '../../cluster/moment.ts'
import { shorten } from '../../cluster/record-labels.ts'
import { spanOf } from '../../cluster/topology.ts'
import type { Task } from '../../task/task.ts'
import { causesOf, type FoundCause } from './causes.ts'
import type { RowExplanation, StepView } from './explanation.ts'
import type { RecordedStep } from './recorded-step.ts'
import type { Recorder } from './recorder.ts'

const MOST_CALLS = 12

/** From a call's stack to the learner's line. */
export type Locate = (stack: string) => Span | null

/** Why there is this row; null where the run has no such row. */
export function explainRow(row: number, recorder: Recorder, locate: Locate): RowExplanation | null {
  const root = recorder.rows.get(row)
  return root === undefined ? null : { kind: 'row', row, steps: stepsTo(root, recorder, locate) }
}

/** The steps that led to one, in order, and that one. */
export function stepsTo(root: RecordedStep, recorder: Recorder, locate: Locate): StepView[] {
  const { steps } = causesOf(root, recorder)
  const views = Array.from(steps, ([step, { causes, left }]) => stepView(step, { causes, left }, locate))
  return views.sort((a, b) => a.number - b.number)
}

/** One step, with what led to it as far as that is listed. */
export function stepView(
  step: RecordedStep,
  { causes, left }: { readonly causes: readonly FoundCause[]; readonly left: number },
  locate: Locate,
): StepView {
  const { task, kind, timestamp } = step
  const calls = step.calls.slice(-MOST_CALLS).map((call): CallMoment => ({
    ...{ kind: call.kind, name: call.name, text: shorten(call.text()) },
    at: call.error === null ? spanOf(call.at) : locate(call.error.stack ?? ''),
  }))
  const collected = calls.filter((call) => call.kind === 'collect' && call.at !== null).at(-1)
  return {
    ...{ number: step.number, kind, place: { event: step.event, record: step.record }, atMs: step.atUs / 1000 },
    ...placeOfTask(task),
    isSource: task.source !== null,
    at: collected?.at ?? spanOf(task.chain.nodes[0]?.at ?? null),
    text: kind === 'record' ? shorten(toPrintText(step.value)) : '',
    key: step.key,
    timestamp: kind === 'record' && !hasTimestamp(timestamp) ? null : Number.isNaN(timestamp) ? null : timestamp,
    ...{ isEventTime: step.isEventTime, window: step.window, split: step.split },
    watermark: step.watermark === -Infinity ? null : step.watermark,
    from: step.kind !== 'record' && step.from !== null ? placeOfTask(step.from.task) : null,
    ...{ calls, rows: step.rows, isLate: step.isLate },
    isSilent: kind === 'record' && step.sent === 0 && step.rows.length === 0,
    causes: causes.map((cause) => ({ kind: cause.kind, name: cause.name, step: cause.step.number })),
    left,
    isStart: startOf(step),
  }
}

function startOf(step: RecordedStep): StepView['isStart'] {
  if (step.isForgotten) return 'forgotten'
  return step.from === null && step.task.source === null && step.kind === 'record' && step.isRestored
    ? 'restored'
    : null
}

/** Where a task runs, in words. */
export function placeOfTask({ name, subtask, chain }: Task): Pick<StepView, 'vertex' | 'subtask' | 'parallelism'> {
  return { vertex: name, subtask, parallelism: chain.parallelism }
}
