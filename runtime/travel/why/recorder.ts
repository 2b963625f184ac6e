// Records a run for whoever asks why: every step with the step that it came from. It stands before the tasks' inputs like
// the watcher of the run that is shown, and changes as little; but it remembers, so it's for runs executed beside that one.

import { toPrintText } from '../../base/value-text.ts'
import { shorten } from '../../cluster/record-labels.ts'
import { firedWindow } from '../../cluster/cluster-watcher.ts'
import type { JobExecution } from '../../cluster/job-execution.ts'
import type { JobObserver } from '../../cluster/job-observer.ts'
import { windowAt } from '../../cluster/keyed-moment.ts'
import { SourceOperator } from '../../connectors/source-operator.ts'
import type { CallKind, CallProbe } from '../../operators/call-probe.ts'
import { ENTRIES } from '../../operators/state-probes.ts'
import type { Receiver } from '../../record/receiver.ts'
import { NO_SLOT } from '../../state/keyed-backend.ts'
import { Task } from '../../task/task.ts'
import type { BesideWatcher } from '../beside.ts'
import type { RecordedCall, RecordedStep, Window } from './recorded-step.ts'
import { SentElements } from './sent-elements.ts'
import { WrittenStates } from './written-states.ts'

/** Older steps are forgotten, a part of them at a time. */
const MOST_STEPS = 400_000
const FORGOTTEN_AT_ONCE = 100_000
/** Of older calls the line isn't known any more. */
const MOST_STACKS = 4096
const MOST_OF_KEY = 20_000

/** A subtask and attempt, as far as its steps go. */
interface TaskRecord {
  last: RecordedStep | null
  /** The watermark being processed. */
  watermark: RecordedStep | null
  /** By input: the last watermark that came. */
  readonly reached: number[]
  /** By checkpoint: how many steps of the run its snapshot covers. */
  readonly snapshots: Map<number, number>
  /** Its steps from this number on were undone by a restart. */
  undoneFrom: number
  /** Of a source, by split: the record with the highest timestamp. */
  readonly highest: Map<string | null, RecordedStep>
  /** It began from a checkpoint. */
  readonly isRestored: boolean
  /** Null while it runs. */
  endedBy: RecordedRestart | null
}

/** Subtasks were deployed anew. */
export interface RecordedRestart {
  readonly event: number
  readonly atUs: number
  /** What they began from; null for nothing. */
  readonly checkpoint: number | null
  /** Ids of their vertices. */
  readonly vertices: ReadonlySet<string>
}

/** What of a step the caller knows. */
type Seen = Pick<RecordedStep, 'kind' | 'value' | 'timestamp' | 'isEventTime' | 'input'> &
  Partial<Pick<RecordedStep, 'because' | 'by' | 'window' | 'from' | 'split' | 'record'>>

export class Recorder implements BesideWatcher {
  execution: JobExecution | null = null
  readonly steps: RecordedStep[] = []
  /** By number of the row. */
  readonly rows = new Map<number, RecordedStep>()
  readonly tasks = new Map<Task, TaskRecord>()
  readonly restarts: RecordedRestart[] = []
  readonly sent = new SentElements()
  readonly written = new WrittenStates((step) => this.isUndone(step))
  /** By vertex and key: records and timers. */
  readonly ofKey = new Map<string, RecordedStep[]>()
  /** By line of the log, from what the job said as it ran; null where no step wrote it. */
  readonly logs: (RecordedStep | null)[] = []
  readonly observer: JobObserver = { row: () => undefined, log: () => this.#logged() }
  readonly #withStack: RecordedCall[] = []
  #count = 0
  #nextStack = 0

  attach(execution: JobExecution): void {
    this.execution = execution
    this.#watch(execution.tasks)
  }

  redeployed(tasks: readonly Task[]): void {
    const checkpoint = this.execution?.restoredCheckpointId() ?? null
    const running = new Set(this.execution?.tasks ?? [])
    const { event = 0, nowUs = 0 } = this.execution?.simulation ?? {}
    const vertices = new Set(tasks.map(({ chain }) => chain.id))
    const restart: RecordedRestart = { event, atUs: nowUs, checkpoint, vertices }
    this.restarts.push(restart)
    for (const [task, record] of this.tasks) {
      if (running.has(task)) continue
      const covered = (checkpoint === null ? undefined : record.snapshots.get(checkpoint)) ?? 0
      if (record.undoneFrom !== Infinity) continue
      record.undoneFrom = covered
      record.endedBy = restart
    }
    this.#watch(tasks)
  }

  /** A subtask has taken its snapshot. */
  snapshotTaken(task: Task, checkpoint: number): void {
    this.tasks.get(task)?.snapshots.set(checkpoint, this.#count)
  }

  /** Whether a restart has taken it back. */
  isUndone(step: RecordedStep): boolean {
    return step.number >= (this.tasks.get(step.task)?.undoneFrom ?? Infinity)
  }

  /** The steps of a key at a vertex, in order: those that count, and those that don't any more. */
  stepsOfKey(vertex: string, key: string): { readonly steps: RecordedStep[]; readonly undone: RecordedStep[] } {
    const all = this.ofKey.get(`${vertex}\n${key}`) ?? []
    const isUndone = all.map((step) => this.isUndone(step))
    return { steps: all.filter((_, i) => isUndone[i] !== true), undone: all.filter((_, i) => isUndone[i] === true) }
  }

  probeOf(task: Task, at: string | null): CallProbe {
    return {
      isOn: () => true,
      called: (kind, name, text, entry) => {
        const step = this.#underWay(task)
        if (step !== null) this.#called(step, { kind, name, text, entry: entry ?? null, at })
      },
    }
  }

  rowArrived(row: number, _value: unknown): void {
    const turn = this.execution?.simulation.turn ?? null
    const step = turn instanceof Task ? this.#underWay(turn) : null
    if (step === null) return
    step.rows.push(row)
    this.rows.set(row, step)
  }

  #logged(): void {
    const turn = this.execution?.simulation.turn ?? null
    this.logs.push(turn instanceof Task ? this.#underWay(turn) : null)
  }

  timerFired(task: Task, timestamp: number, isEventTime: boolean): void {
    const backend = task.keyContext?.backend ?? null
    const slot = backend?.slot ?? NO_SLOT
    const window = backend === null || slot === NO_SLOT ? null : firedWindow(backend, slot)
    const by = isEventTime ? (this.tasks.get(task)?.watermark ?? null) : null
    const set = this.written.writersOf(timerId(task, timestamp, isEventTime))
    const seen = { kind: 'timer', value: null, timestamp, isEventTime, input: 0 } as const
    this.take(task, { ...seen, window, by, because: set.slice(0, 1) })
  }

  /** A step of the task begins. */
  take(task: Task, seen: Seen): RecordedStep {
    const record = this.tasks.get(task) as TaskRecord
    this.#note(task, record)
    const simulation = (this.execution as JobExecution).simulation
    const key = keyOf(task)
    const { kind, value, timestamp, isEventTime, input } = seen
    // Every field by its name: to spread an object costs some µs a record.
    const step: RecordedStep = {
      number: this.#count++,
      kind,
      task,
      event: simulation.event,
      record: seen.record ?? 0,
      atUs: task.nowUs(),
      value,
      timestamp,
      isEventTime,
      input,
      key,
      window: seen.window ?? null,
      // A watermark that comes counts already.
      watermark: kind === 'watermark' ? (record.reached[input] ?? -Infinity) : task.watermark(),
      split: seen.split ?? null,
      from: seen.from ?? null,
      by: seen.by ?? null,
      because: seen.because ?? [],
      calls: [],
      rows: [],
      sent: 0,
      isLate: false,
      isRestored: record.isRestored,
      isForgotten: false,
    }
    record.last = step
    if (step.kind === 'watermark') record.reached[step.input] = step.timestamp
    this.steps.push(step)
    if (this.steps.length > MOST_STEPS) this.steps.splice(0, FORGOTTEN_AT_ONCE).forEach(forget)
    if (key !== null && (step.kind === 'record' || step.kind === 'timer')) this.#addToKey(step, key)
    return step
  }

  /** The step that sent an element to this task. */
  senderOf(task: Task, id: number): RecordedStep | null {
    const channel = task.gate?.channels[task.channel]
    if (channel === undefined) return null
    const { producer } = channel
    if (producer instanceof Task) this.#note(producer, this.tasks.get(producer) as TaskRecord)
    const { sorted = null } = task.gate ?? {}
    if (sorted === null) return this.sent.senderOf(channel, id)
    // In batch mode records are read in another order than they came; what isn't a record is the end.
    const element = sorted.elements[task.channel]?.[id]
    return element === undefined ? null : this.sent.anySenderOf(channel, element)
  }

  /** What the task has written by now its last step has sent. */
  #note(task: Task, record: TaskRecord): void {
    const count = this.sent.note(task, record.last)
    if (record.last !== null) record.last.sent += count
  }

  /** The task's step in the event under way; one of its own where an operator does something by the clock. */
  #underWay(task: Task): RecordedStep | null {
    const last = this.tasks.get(task)?.last ?? null
    if (last === null || this.execution?.simulation.event === last.event) return last
    return this.take(task, { kind: 'alarm', value: null, timestamp: NaN, isEventTime: false, input: 0 })
  }

  #watch(tasks: readonly Task[]): void {
    const isRestored = (this.execution?.restoredCheckpointId() ?? null) !== null
    for (const task of tasks) {
      const none = { last: null, watermark: null, reached: [], snapshots: new Map(), highest: new Map() }
      this.tasks.set(task, { ...none, undoneFrom: Infinity, isRestored, endedBy: null })
      this.sent.note(task, null)
      const { chain } = task
      if (chain.head instanceof SourceOperator) chain.head.output = new RecordedSource(this, task, chain.head.output)
      else chain.inputs.forEach((input, i) => (chain.inputs[i] = new RecordedInput(this, task, input, i)))
    }
  }

  #addToKey(step: RecordedStep, key: string): void {
    const id = `${step.task.chain.id}\n${key}`
    let steps = this.ofKey.get(id)
    if (steps === undefined) this.ofKey.set(id, (steps = []))
    steps.push(step)
    if (steps.length > MOST_OF_KEY) steps.splice(0, MOST_OF_KEY / 2)
  }

  #called(
    step: RecordedStep,
    call: Pick<RecordedCall, 'kind' | 'name' | 'text' | 'at'> & { readonly entry: (() => string) | null },
  ): void {
    const { kind, name, at } = call
    const isGiven = kind === 'result' || kind === 'collect' || kind === 'output'
    const state = isGiven ? '' : stateId(step.task, kind, name, call.text)
    const entry = isGiven ? null : (call.entry?.() ?? null)
    const from = kind === 'read' ? this.written.writersOf(state, entry) : []
    const entries = entry?.split(ENTRIES) ?? null
    if (isWrite(kind)) this.written.write(state, { step, entries, isPart: kind === 'add' || entries !== null })
    // Values may be changed in place later; records may not.
    const said = isGiven ? null : shorten(call.text())
    const text = said === null ? call.text : () => said
    const recorded: RecordedCall = { kind, name, text, at: kind === 'result' ? at : null, error: null, from }
    step.calls.push(recorded)
    if (kind === 'result') return
    recorded.error = new Error(kind)
    const oldest = this.#withStack[this.#nextStack]
    if (oldest !== undefined) oldest.error = null
    this.#withStack[this.#nextStack] = recorded
    this.#nextStack = (this.#nextStack + 1) % MOST_STACKS
  }
}

/** Stands before an input of a task's first operator. */
class RecordedInput implements Receiver {
  readonly #recorder: Recorder
  readonly #task: Task
  readonly #input: Receiver
  readonly #number: number

  constructor(recorder: Recorder, task: Task, input: Receiver, number: number) {
    this.#recorder = recorder
    this.#task = task
    this.#input = input
    this.#number = number
  }

  processElement(value: unknown, timestamp: number): void {
    const task = this.#task
    const { head } = task.chain
    const from = this.#recorder.senderOf(task, elementAt(task, task.buffer?.controlIndex ?? 0))
    const record = task.index - task.start + 1
    const seen = { kind: 'record', value, timestamp, isEventTime: true, input: this.#number, from, record } as const
    const step = this.#recorder.take(task, seen)
    const late = head.numLateRecordsDropped
    this.#input.processElement(value, timestamp)
    if (head.numLateRecordsDropped > late) step.isLate = true
  }

  processWatermark(timestamp: number): void {
    const record = this.#recorder.tasks.get(this.#task)
    const step = this.#takeControl('watermark', timestamp)
    if (record !== undefined) record.watermark = step
    this.#input.processWatermark(timestamp)
    if (record !== undefined) record.watermark = null
  }

  processStatus(isIdle: boolean): void {
    if (isIdle) this.#takeControl('idle', NaN)
    this.#input.processStatus(isIdle)
  }

  #takeControl(kind: 'watermark' | 'idle', timestamp: number): RecordedStep {
    const task = this.#task
    const from = this.#recorder.senderOf(task, elementAt(task, (task.buffer?.controlIndex ?? 1) - 1))
    // A watermark goes on after the timers that it has fired.
    const own = from?.by ?? from
    return this.#recorder.take(task, {
      ...{ kind, value: null, timestamp, isEventTime: true, input: this.#number, from: own },
    })
  }
}

/** Stands behind a source. */
class RecordedSource implements Receiver {
  readonly #recorder: Recorder
  readonly #task: Task
  readonly #output: Receiver

  constructor(recorder: Recorder, task: Task, output: Receiver) {
    this.#recorder = recorder
    this.#task = task
    this.#output = output
  }

  processElement(value: unknown, timestamp: number): void {
    const task = this.#task
    const { highest } = this.#recorder.tasks.get(task) as TaskRecord
    const split = task.source?.splitReader?.lastSplit ?? null
    const record = task.index - task.start + 1
    const seen = { kind: 'record', value, timestamp, isEventTime: true, input: 0, split, record } as const
    const step = this.#recorder.take(task, seen)
    const before = highest.get(split)
    if (before === undefined || !(timestamp <= before.timestamp)) highest.set(split, step)
    this.#output.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    const task = this.#task
    const { highest } = this.#recorder.tasks.get(task) as TaskRecord
    const split = splitWith(task, timestamp)
    const step = highest.get(split)
    const because = step === undefined ? [] : [step]
    const seen = { kind: 'watermark', value: null, timestamp, isEventTime: true, input: 0, split, because } as const
    this.#recorder.take(task, seen)
    this.#output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    if (isIdle)
      this.#recorder.take(this.#task, { kind: 'idle', value: null, timestamp: NaN, isEventTime: true, input: 0 })
    this.#output.processStatus(isIdle)
  }
}

/** The split that holds the source's watermark there; null where splits have none of their own. */
function splitWith({ source }: Task, timestamp: number): string | null {
  const partials = source?.outputs?.multiplexer.partials ?? new Map<string, { watermark: number }>()
  for (const [split, { watermark }] of partials) if (watermark === timestamp) return split
  return null
}

/** The number of the element at hand in its channel. */
function elementAt(task: Task, control: number): number {
  const channel = task.gate?.channels[task.channel]
  return (channel?.consumedElements ?? 0) + task.index + control
}

function keyOf({ keyContext }: Task): string | null {
  const backend = keyContext?.backend ?? null
  if (backend === null || backend.slot === NO_SLOT) return null
  const key = backend.keyAt(backend.slot)
  return key === undefined ? null : toPrintText(key)
}

function timerId(task: Task, timestamp: number, isEventTime: boolean): string {
  return `${task.chain.id}\n${keyOf(task) ?? ''}\n${isEventTime ? 'event time' : 'processing time'}@${timestamp}`
}

/** Names what is read or written: the state of the current key and window, or a timer. */
function stateId(task: Task, kind: CallKind, name: string, text: () => string): string {
  if (kind === 'register' || kind === 'delete') return `${task.chain.id}\n${keyOf(task) ?? ''}\n${name}@${text()}`
  const backend = task.keyContext?.backend ?? null
  const window: Window | null = backend === null || backend.slot === NO_SLOT ? null : windowAt(backend, backend.slot)
  const place = window === null ? '' : `[${window.start},${window.end})`
  return `${task.chain.id}\n${keyOf(task) ?? `#${task.subtask}`}\n${place}\n${name}`
}

function isWrite(kind: CallKind): boolean {
  return kind === 'update' || kind === 'add' || kind === 'remove' || kind === 'clear' || kind === 'register'
}

function forget(step: RecordedStep): void {
  step.from = null
  step.calls = []
  step.value = null
  step.isForgotten = true
}
