// One key's life in a run: at every operator that has it its records, timers, changes of state and results, in order, and
// where a restart took some of that back. What built-in operators keep is known where the key was followed.

import type { JobExecution } from '../../cluster/job-execution.ts'
import { spanOf } from '../../cluster/topology.ts'
import type { KeyLane, KeyLaneExplanation, LaneRestart, LaneState, LaneTimer } from './explanation.ts'
import { KeyFollower } from './key-follower.ts'
import type { RecordedStep } from './recorded-step.ts'
import type { Recorder } from './recorder.ts'
import { stepView, type Locate } from './step-view.ts'

/** The last steps of a key at one operator; of the run the first keys. */
const MOST_STEPS = 200
const MOST_KEYS = 200
const MOST_WINDOWS = 24

/** Of what a restart took back, the last ones. */
const MOST_UNDONE = 20

const NOTHING: ReturnType<Recorder['stepsOfKey']> = { steps: [], undone: [] }

/** The lanes of a key. Of null the one that came last; no lanes where there's none. */
export function explainKey(
  wanted: string | null,
  { execution, recorder }: { readonly execution: JobExecution; readonly recorder: Recorder },
  locate: Locate,
): KeyLaneExplanation {
  const keys = new Set(Array.from(recorder.ofKey.keys(), (id) => id.slice(id.indexOf('\n') + 1)))
  const key = wanted ?? lastKey(recorder)
  const lanes = execution.graph.vertices.flatMap((vertex): KeyLane[] => {
    const { steps, undone } = key === null ? NOTHING : recorder.stepsOfKey(vertex.id, key)
    if (steps.length + undone.length === 0) return []
    const shown = steps.slice(-MOST_STEPS)
    return [
      {
        vertex: vertex.name,
        at: spanOf(vertex.nodes[0]?.at ?? null),
        steps: shown.map((step) => stepView(step, { causes: [], left: 0 }, locate)),
        left: steps.length - shown.length,
        undone: undone.length,
        restarts: restartsOf(vertex.id, undone, recorder, locate),
        states: [...statesOf(shown), ...(recorder instanceof KeyFollower ? keptStates(vertex.id, recorder) : [])],
        timers: timersOf(shown),
      },
    ]
  })
  return {
    ...{ kind: 'key', key, keys: Array.from(keys).slice(0, MOST_KEYS), lanes },
    atMs: execution.simulation.nowUs / 1000,
  }
}

/** When the operator was started again, with what was taken back of the key. */
function restartsOf(
  vertex: string,
  undone: readonly RecordedStep[],
  recorder: Recorder,
  locate: Locate,
): LaneRestart[] {
  return recorder.restarts.flatMap((restart): LaneRestart[] => {
    if (!restart.vertices.has(vertex)) return []
    const taken = undone.filter(({ task }) => recorder.tasks.get(task)?.endedBy === restart)
    const shown = taken.slice(-MOST_UNDONE)
    return [
      {
        place: { event: restart.event, record: 0 },
        atMs: restart.atUs / 1000,
        checkpoint: restart.checkpoint,
        steps: shown.map((step) => stepView(step, { causes: [], left: 0 }, locate)),
        left: taken.length - shown.length,
      },
    ]
  })
}

/** What the operator kept of the key by itself, window by window; the last ones. */
function keptStates(vertex: string, follower: KeyFollower): LaneState[] {
  const states = new Map<string, LaneState>()
  for (const { vertex: own, name, window, text, step } of follower.kept) {
    if (own !== vertex || follower.isUndone(step)) continue
    const id = `${name} ${window === null ? '' : `${window.start} ${window.end}`}`
    const state: LaneState = states.get(id) ?? { name, window, segments: [] }
    states.set(id, state)
    // Restored, it's what it was.
    if (state.segments.at(-1)?.text === text) continue
    const kind = text === null ? ('clear' as const) : ('update' as const)
    ;(state.segments as LaneState['segments'][number][]).push({
      ...{ kind, text, fromMs: step.atUs / 1000, step: step.number },
    })
  }
  return Array.from(states.values()).slice(-MOST_WINDOWS)
}

function lastKey({ steps }: Recorder): string | null {
  for (let i = steps.length - 1; i >= 0; i--) {
    const { key, kind } = steps[i] as RecordedStep
    if (key !== null && (kind === 'record' || kind === 'timer')) return key
  }
  return null
}

/** What the learner's code wrote into its states, as segments: each lasts until the next. */
function statesOf(steps: readonly RecordedStep[]): LaneState[] {
  const states = new Map<string, LaneState>()
  for (const step of steps) {
    for (const { kind, name, text } of step.calls) {
      if (kind !== 'update' && kind !== 'add' && kind !== 'remove' && kind !== 'clear') continue
      const state: LaneState = states.get(name) ?? { name, window: null, segments: [] }
      states.set(name, state)
      const from = { fromMs: step.atUs / 1000, step: step.number }
      ;(state.segments as LaneState['segments'][number][]).push({
        kind,
        text: kind === 'clear' ? null : text(),
        ...from,
      })
    }
  }
  return Array.from(states.values())
}

/** Timers that were set, and when each fired or was deleted. */
function timersOf(steps: readonly RecordedStep[]): LaneTimer[] {
  const open = new Map<string, LaneTimer>()
  const timers: LaneTimer[] = []
  const end = (id: string, step: RecordedStep, how: 'fired' | 'deleted'): void => {
    const timer = open.get(id)
    open.delete(id)
    if (timer !== undefined)
      timers[timers.indexOf(timer)] = { ...timer, endMs: step.atUs / 1000, how, endStep: step.number }
  }
  for (const step of steps) {
    if (step.kind === 'timer') end(`${step.isEventTime} ${step.timestamp}`, step, 'fired')
    for (const { kind, name, text } of step.calls) {
      if (kind !== 'register' && kind !== 'delete') continue
      const isEventTime = name === 'event time'
      const id = `${isEventTime} ${text()}`
      if (kind === 'delete') end(id, step, 'deleted')
      else if (!open.has(id)) {
        const timer: LaneTimer = {
          ...{ dueMs: Number(text()), isEventTime, setMs: step.atUs / 1000, setStep: step.number },
          ...{ endMs: null, endStep: null, how: 'waiting' },
        }
        open.set(id, timer)
        timers.push(timer)
      }
    }
  }
  return timers
}
