// What led to a step, from what was recorded: by the learner's code what it read and set, by built-in operators what they
// keep, which follows from their rules. Then the steps before those, up to the sources.

import type { WindowSpec } from '../../operators/window/window-spec.ts'
import type { CauseKind } from './explanation.ts'
import type { RecordedStep, Window } from './recorded-step.ts'
import type { Recorder } from './recorder.ts'

/** A step that led to another. */
export interface FoundCause {
  readonly kind: CauseKind
  readonly name: string
  readonly step: RecordedStep
}

/** Steps in order, each with its causes. */
export interface FoundCauses {
  readonly steps: ReadonlyMap<RecordedStep, { readonly causes: readonly FoundCause[]; readonly left: number }>
}

const MOST_STEPS = 60
/** Of one kind and step: the last ones. */
const MOST_OF_A_KIND = 12

/** Everything that led to the step, the nearest first where there's too much. */
export function causesOf(root: RecordedStep, recorder: Recorder): FoundCauses {
  const steps = new Map<RecordedStep, { causes: FoundCause[]; left: number }>()
  const wanted = new Set([root])
  const sentAt = new Map<RecordedStep, number>()
  const queue = [root]
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const all = directCauses(step, recorder, sentAt.get(step) ?? NaN)
    const causes: FoundCause[] = []
    for (const cause of all) {
      const isOfMany = causes.filter(({ kind }) => kind === cause.kind).length >= MOST_OF_A_KIND
      if (isOfMany || (!wanted.has(cause.step) && wanted.size >= MOST_STEPS)) continue
      causes.push(cause)
      if (wanted.has(cause.step)) continue
      wanted.add(cause.step)
      if (cause.kind === 'sent') sentAt.set(cause.step, step.timestamp)
      queue.push(cause.step)
    }
    steps.set(step, { causes, left: all.length - causes.length })
  }
  return { steps }
}

/** `sentAt`: the timestamp of what it sent that matters here; NaN where that isn't known. */
function directCauses(step: RecordedStep, recorder: Recorder, sentAt: number): FoundCause[] {
  const causes: FoundCause[] = []
  const add = (kind: CauseKind, found: RecordedStep | null, name = ''): void => {
    if (found === null || found === step) return
    if (!causes.some((cause) => cause.step === found && cause.kind === kind)) causes.push({ kind, name, step: found })
  }
  const isTime = step.kind === 'watermark' || step.kind === 'idle'
  add(isTime ? 'watermark' : 'sent', step.from)
  for (const { kind, name, from } of step.calls) if (kind === 'read') for (const found of from) add('read', found, name)
  for (const found of step.because) add(isTime ? 'highest' : 'set', found)
  add('watermark', step.by)
  for (const { kind, found } of keptBy(step, recorder, sentAt)) add(kind, found)
  return causes
}

/** Of the built-in operators that keep something: the records that it came from, the newest first. */
function keptBy(
  step: RecordedStep,
  recorder: Recorder,
  sentAt: number,
): { readonly kind: CauseKind; readonly found: RecordedStep }[] {
  const spec = step.task.chain.nodes[0]?.spec
  if (spec === undefined || step.isLate || (step.kind !== 'record' && step.kind !== 'timer')) return []
  // A built-in operator that gave nothing used nothing.
  if (step.sent === 0 && step.rows.length === 0) return []
  const as = (kind: CauseKind) => (found: RecordedStep) => ({ kind, found })
  switch (spec.kind) {
    case 'window':
      return membersOf(step, recorder, spec.window, sentAt).map(as('member'))
    case 'intervalJoin': {
      const { lowerMs, upperMs } = spec.join
      return earlierOf(step, recorder)
        .filter((other) => {
          const after = step.input === 0 ? other.timestamp - step.timestamp : step.timestamp - other.timestamp
          const isPair = other.input !== step.input && after >= lowerMs && after <= upperMs && !other.isLate
          // A pair has the later of both timestamps.
          return isPair && !(Math.max(other.timestamp, step.timestamp) !== sentAt && !Number.isNaN(sentAt))
        })
        .map(as('partner'))
    }
    case 'reduce':
    case 'cep':
      return earlierOf(step, recorder).map(as('earlier'))
    case 'broadcastProcess':
    case 'keyedBroadcastProcess':
      return step.input === 1 ? [] : broadcastsBefore(step, recorder).map(as('broadcast'))
    default:
      return []
  }
}

/** Records of the step's key before it, the newest first. */
function earlierOf(step: RecordedStep, recorder: Recorder): RecordedStep[] {
  if (step.key === null) return []
  const { steps } = recorder.stepsOfKey(step.task.chain.id, step.key)
  return steps.filter(({ kind, number }) => kind === 'record' && number < step.number).reverse()
}

function broadcastsBefore(step: RecordedStep, recorder: Recorder): RecordedStep[] {
  const found: RecordedStep[] = []
  for (let i = recorder.steps.length - 1; i >= 0 && found.length < MOST_OF_A_KIND; i--) {
    const other = recorder.steps[i] as RecordedStep
    if (other.number >= step.number || other.task !== step.task) continue
    if (other.kind === 'record' && other.input === 1) found.push(other)
  }
  return found
}

/** What was in the window that the step fired, the newest first. The step itself is no cause of its own. */
function membersOf(step: RecordedStep, recorder: Recorder, spec: WindowSpec, sentAt: number): RecordedStep[] {
  const { assigner, evictor, allowedLatenessMs } = spec
  const earlier = earlierOf(step, recorder).filter(({ isLate }) => !isLate)
  const last = evictor?.kind === 'count' && !evictor.isAfter ? evictor.count : Infinity
  const own = step.kind === 'record' ? 1 : 0
  if (assigner.kind === 'global') return sinceFired(step, earlier, spec).slice(0, last - own)
  const window = step.window ?? windowEnding(spec, sentAt)
  if (window === null) return []
  const isEventTime = assigner.time === 'event'
  const startMs = recorder.execution?.simulation.settings.startMs ?? 0
  const members = earlier.filter((other) => {
    const time = isEventTime ? other.timestamp : startMs + Math.floor(other.atUs / 1000)
    // It may have been in other windows, when this one was over already.
    const wasOpen = !isEventTime || window.end - 1 + allowedLatenessMs > other.watermark
    return time >= window.start && time < window.end && wasOpen
  })
  return members.slice(0, last - own)
}

/** Of a global window: those since its contents were dropped last, if its trigger does that. */
function sinceFired(step: RecordedStep, earlier: readonly RecordedStep[], { trigger }: WindowSpec): RecordedStep[] {
  if (trigger.kind !== 'purging') return [...earlier]
  const fired = earlier.findIndex((other) => other.sent > 0 || other.rows.length > 0)
  return fired < 0 ? [...earlier] : earlier.slice(0, fired)
}

/** The window whose result has this timestamp: its last ms. */
function windowEnding({ assigner }: WindowSpec, timestamp: number): Window | null {
  if (Number.isNaN(timestamp) || assigner.kind === 'global' || assigner.kind === 'session') return null
  return { start: timestamp + 1 - assigner.sizeMs, end: timestamp + 1 }
}
