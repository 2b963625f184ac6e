// Records a course of a run for a comparison: every step with its calls, the rows, and what a step changed in its key's
// state where no call tells it, since the operator itself keeps that: contents of windows, buffers of joins. State is looked
// at before a step and after it; it's cut short where it is long, so that a step costs no more the more there is.

import { Fingerprint } from '../../base/value-hash.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { JobObserver } from '../../cluster/job-observer.ts'
import { shorten } from '../../cluster/record-labels.ts'
import { windowAt } from '../../cluster/keyed-moment.ts'
import type { CallKind, CallProbe } from '../../operators/call-probe.ts'
import { shownCell } from '../../state/cells.ts'
import { NO_SLOT, type KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { Task } from '../../task/task.ts'
import type { RecordedStep, Window } from '../why/recorded-step.ts'
import { Recorder } from '../why/recorder.ts'

/** Of a longer list only so many are looked at, the last. */
const MOST_LOOKED = 100
const MOST_SHOWN = 20

/** What became of a state in a step. */
export interface StateChange {
  /** Its name, and its window if it has one. */
  readonly state: string
  /** Empty where it's gone. */
  readonly text: string
  /** Equal where what it holds is. */
  readonly digest: string
}

/** A row as its sink got it. */
export interface ComparedRow {
  readonly sink: string
  readonly text: string
}

interface Held {
  readonly name: string
  readonly digest: string
  readonly text: () => string
}

interface UnderWay {
  readonly step: RecordedStep
  readonly slot: number
  readonly before: ReadonlyMap<string, Held>
}

const NOTHING: ReadonlyMap<string, Held> = new Map()
const STATE_CALLS: ReadonlySet<CallKind> = new Set<CallKind>(['read', 'update', 'add', 'remove', 'clear'])

export class CourseRecorder extends Recorder {
  /** By number of the row. */
  readonly rowTexts: ComparedRow[] = []
  /** By vertex: names of states of which calls tell. */
  readonly told = new Map<string, Set<string>>()
  readonly #changes = new WeakMap<RecordedStep, StateChange[]>()
  readonly #underWay = new Map<Task, UnderWay>()
  override readonly observer: JobObserver = {
    row: ({ sink, value }) => void this.rowTexts.push({ sink, text: shorten(toPrintText(value)) }),
    log: () => undefined,
  }

  /** What the step changed in state of which no call tells. */
  changesIn(step: RecordedStep): readonly StateChange[] {
    return this.#changes.get(step) ?? []
  }

  /** The last steps are over, too. */
  end(): void {
    for (const task of this.#underWay.keys()) this.#stepEnded(task)
  }

  override probeOf(task: Task, at: string | null): CallProbe {
    const probe = super.probeOf(task, at)
    const { id } = task.chain
    const told = this.told.get(id) ?? new Set<string>()
    this.told.set(id, told)
    return {
      isOn: () => probe.isOn(),
      called: (kind, name, text, entry) => {
        if (STATE_CALLS.has(kind)) told.add(name)
        probe.called(kind, name, text, entry)
      },
    }
  }

  override take(task: Task, seen: Parameters<Recorder['take']>[1]): RecordedStep {
    this.#stepEnded(task)
    const step = super.take(task, seen)
    const backend = task.keyContext?.backend ?? null
    // A watermark, and an idle mark, change a key's state only in the timers that fire.
    if (backend === null || step.key === null || step.kind === 'watermark' || step.kind === 'idle') return step
    const { slot } = backend
    this.#underWay.set(task, { step, slot, before: this.#heldAt(task, backend, slot) })
    return step
  }

  #stepEnded(task: Task): void {
    const underWay = this.#underWay.get(task)
    const backend = task.keyContext?.backend ?? null
    if (underWay === undefined || backend === null) return
    this.#underWay.delete(task)
    const { step, slot, before } = underWay
    // The slot of a key that holds nothing any more may be another's by now.
    const isStill = toPrintText(backend.keyAt(slot)) === step.key
    const after = isStill ? this.#heldAt(task, backend, slot) : NOTHING
    const changes: StateChange[] = []
    for (const [state, { name, digest, text }] of after) {
      if (before.get(state)?.digest !== digest && !this.#isTold(task, name))
        changes.push({ state, text: text(), digest })
    }
    for (const [state, { name }] of before) {
      if (!after.has(state) && !this.#isTold(task, name)) changes.push({ state, text: '', digest: '' })
    }
    if (changes.length > 0) this.#changes.set(step, changes)
  }

  #isTold(task: Task, name: string): boolean {
    return this.told.get(task.chain.id)?.has(name) === true
  }

  /** What the key of a slot holds, also in its windows. */
  #heldAt(task: Task, backend: KeyedStateBackend, slot: number): ReadonlyMap<string, Held> {
    const { namespaces, panes, states } = backend
    if (slot === NO_SLOT || (states.size === 0 && panes === null)) return NOTHING
    const held = new Map<string, Held>()
    const root = namespaces.roots[slot] as number
    for (const [name, { column, meta }] of states) {
      if (this.#isTold(task, name)) continue
      for (const own of [root, ...namespaces.slotsOf(root)]) {
        const cell = column.get(own)
        if (cell !== undefined) held.set(placeOf(name, windowAt(backend, own)), heldIn(name, shownCell(cell, meta)))
      }
    }
    if (panes === null) return held
    const { state, firing } = panes
    for (const { start, end, contents } of panes.entriesOf(root)) {
      held.set(placeOf(state, { start, end }), heldIn(state, contents))
    }
    // The window that fires isn't among those open any more, and a key's contents go as it is fired.
    const leaving = firing?.contents[root]
    if (firing !== null && leaving !== undefined) held.set(placeOf(state, firing), heldIn(state, leaving))
    return held
  }
}

function placeOf(name: string, window: Window | null): string {
  return window === null ? name : `${name} [${window.start}, ${window.end})`
}

function heldIn(name: string, value: unknown): Held {
  const fingerprint = new Fingerprint()
  if (Array.isArray(value)) {
    fingerprint.int(value.length)
    fingerprint.value(value.slice(-MOST_LOOKED))
  } else fingerprint.value(value)
  return { name, digest: fingerprint.hex(), text: () => textOf(value) }
}

/** Of a long list its end: what came last stands there. */
function textOf(value: unknown): string {
  if (!Array.isArray(value)) return shorten(toPrintText(value))
  const last = value.slice(-MOST_SHOWN).map((element) => toPrintText(element))
  return shorten(`[${[...(value.length > MOST_SHOWN ? ['…'] : []), ...last].join(', ')}]`)
}
