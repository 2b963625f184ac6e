// Why something hasn't happened yet: a timer or a window waits for a time, and the time of its operator comes from
// upstream. Followed channel by channel to the sources that hold it back, with what each has said and when.

import type { JobExecution } from '../../cluster/job-execution.ts'
import { keyedMoment } from '../../cluster/keyed-moment.ts'
import { spanOf } from '../../cluster/topology.ts'
import { SourceOperator } from '../../connectors/source-operator.ts'
import type { Channel } from '../../network/channel.ts'
import type { EventTimeLogic } from '../../operators/event-time.ts'
import type { WatermarkGeneratorLike } from '../../operators/functions.ts'
import { TimestampsAndWatermarksOperator } from '../../operators/timestamps-watermarks.ts'
import { WindowOperator } from '../../operators/window/window-operator.ts'
import { TwoInputOperator } from '../../operators/two-input.ts'
import { BoundedOutOfOrdernessWatermarks, WatermarksWithIdleness } from '../../operators/watermark-generators.ts'
import { Task } from '../../task/task.ts'
import type { Holder, WaitingExplanation, WaitingTarget } from './explanation.ts'
import type { RecordedStep } from './recorded-step.ts'
import type { Recorder } from './recorder.ts'
import { placeOfTask } from './step-view.ts'

const MOST_HOLDERS = 12
/** Listed, of what waits. */
const MOST_TARGETS = 100
/** Keys of a subtask that are looked through for what waits. */
const MOST_KEYS = 2000

/** Where the run is, and what it has done so far. */
interface Known {
  readonly execution: JobExecution
  readonly recorder: Recorder
}

/** Why this timer hasn't fired, or, of null, the one that is due first. Null where nothing waits. */
export function explainWaiting(known: Known, wanted: WaitingTarget | null): WaitingExplanation | null {
  const { execution } = known
  const waiting = targetsOf(execution)
  const target = wanted ?? waiting[0] ?? null
  const task = execution.tasks[target?.task ?? -1]
  if (target === null || task === undefined) return null
  const { simulation } = execution
  const nowMs = simulation.nowUs / 1000
  const reached = target.isEventTime ? task.watermark() : nowMs
  const common = {
    kind: 'waiting' as const,
    target,
    ...placeOfTask(task),
    at: spanOf(task.chain.nodes[0]?.at ?? null),
    atMs: nowMs,
    waiting: waiting.slice(0, MOST_TARGETS),
    reached: Number.isFinite(reached) ? reached : null,
  }
  if (target.count !== undefined) return { ...common, reached: target.count, reason: 'count', holders: [] }
  if (!target.isEventTime) return { ...common, reason: 'clock', holders: [] }
  if (task.state !== 'RUNNING') return { ...common, reason: 'stopped', holders: [] }
  const found = holdersOf(task, known, target.at, new Set())
  const holders = unique(found).slice(0, MOST_HOLDERS)
  return { ...common, reason: reasonOf(task, holders), holders }
}

function reasonOf(task: Task, holders: readonly Holder[]): WaitingExplanation['reason'] {
  if (task.isHeldBack) return 'backpressure'
  if ((task.gate?.alignment?.blocked ?? 0) > 0) return 'alignment'
  if (holders.length > 0 && holders.every(({ state }) => state === 'idle')) return 'idle'
  return 'held'
}

/** What waits, of all keys and subtasks: for event time first, then for the clock, then for records. */
function targetsOf(execution: JobExecution): WaitingTarget[] {
  const { startMs } = execution.simulation.settings
  const targets = execution.tasks.flatMap((task, number) => {
    const backend = task.keyContext?.backend ?? null
    if (backend === null) return []
    const { keys, states } = keyedMoment(backend, [], { startMs, most: MOST_KEYS })
    const needed = countOf(task)
    return keys.flatMap(({ key, window, timers, cells }): WaitingTarget[] => {
      const own = { task: number, key, window }
      const count = needed === null ? NaN : Number(cells[states.indexOf('count')]?.text ?? NaN)
      return [
        ...timers.map(({ at, isEventTime }) => ({ ...own, at, isEventTime })),
        ...(needed === null || !(count > 0) ? [] : [{ ...own, at: needed, isEventTime: false, count }]),
      ]
    })
  })
  return targets.sort((a, b) => rankOf(a) - rankOf(b) || a.at - b.at)
}

function rankOf({ isEventTime, count }: WaitingTarget): number {
  return isEventTime ? 0 : count === undefined ? 1 : 2
}

/** At how many records the windows of a task fire; null for windows that don't count, and for none. */
function countOf({ chain: { head } }: Task): number | null {
  if (!(head instanceof WindowOperator)) return null
  const { trigger } = head.spec
  const own = trigger.kind === 'purging' ? trigger.of : trigger
  return own.kind === 'count' ? own.count : null
}

/** Whoever keeps this task's watermark below `due`. */
function holdersOf(task: Task, known: Known, due: number, seen: Set<Task>): Holder[] {
  if (seen.has(task)) return []
  seen.add(task)
  const own = ownHolders(task, known, due)
  if (own !== null) return own
  const channels = holdingChannels(task)
  return channels.flatMap(({ channel, isIdle, watermark }) => {
    const { producer } = channel
    if (!(producer instanceof Task)) return []
    const says = emitted(producer)
    if (!isIdle && says > watermark && says >= due) return [onItsWay(producer, says, known)]
    const further = holdersOf(producer, known, due, seen)
    return isIdle ? further.map((holder): Holder => ({ ...holder, state: 'idle' })) : further
  })
}

/** Channels with the lowest watermark of those that count; where none counts, all. */
function holdingChannels(task: Task): { channel: Channel; watermark: number; isIdle: boolean }[] {
  const { gate } = task
  if (gate === null) return []
  const { head } = task.chain
  const all = gate.channels.map((channel, i) => {
    const [input, place] = [gate.inputs[i] as number, gate.places[i] as number]
    const valve = gate.valves[input]
    return {
      ...{ channel, input, watermark: valve?.watermarks[place] ?? -Infinity },
      isIdle: valve?.isIdle[place] === true,
      isAligned: valve?.isAligned[place] === true,
    }
  })
  const inputs = head instanceof TwoInputOperator ? lowestInputs(head) : null
  const counting = all.filter(
    ({ isIdle, isAligned, input }) => !isIdle && isAligned && inputs?.includes(input) !== false,
  )
  const those = counting.length > 0 ? counting : all
  const lowest = Math.min(...those.map(({ watermark }) => watermark))
  return counting.length > 0 ? those.filter(({ watermark }) => watermark === lowest) : those
}

/** The inputs that hold the other back. */
function lowestInputs({ combined: { watermarks, idle } }: TwoInputOperator): number[] {
  const active = [0, 1].filter((input) => idle[input] !== true)
  const lowest = Math.min(...active.map((input) => watermarks[input] ?? -Infinity))
  return active.filter((input) => watermarks[input] === lowest)
}

/** The watermark that leaves a task. */
function emitted(task: Task): number {
  return logicOf(task)?.currentWatermark ?? task.watermark()
}

/** What makes the watermarks of a task itself; null where they come from upstream. */
function logicOf({ chain, source }: Task): EventTimeLogic | null {
  const assigner = chain.operators.filter((operator) => operator instanceof TimestampsAndWatermarksOperator).at(-1)
  const logic = assigner?.logic ?? source?.logic
  return (logic as EventTimeLogic | undefined) ?? null
}

/** Of a task that makes watermarks: the task, or those of its splits that hold it back. Null of others. */
function ownHolders(task: Task, known: Known, due: number): Holder[] | null {
  const logic = logicOf(task)
  if (logic === null) return task.source === null ? null : [holder(task, known, { state: 'starting' })]
  const outputs = task.chain.operators.some((operator) => operator instanceof TimestampsAndWatermarksOperator)
    ? null
    : (task.source?.outputs ?? null)
  if (outputs === null || outputs.splits.size === 0) {
    const facts = factsOf(logic, logic.generator)
    return [
      holder(task, known, { ...facts, state: stateOf(task, logic, facts, due), watermark: logic.currentWatermark }),
    ]
  }
  const splits = Array.from(outputs.splits, ([split, { generator }]) => {
    const { watermark = -Infinity, isIdle = false } = outputs.multiplexer.partials.get(split) ?? {}
    return { split, watermark, isIdle, facts: factsOf(logic, generator) }
  })
  const active = splits.filter(({ isIdle }) => !isIdle)
  const lowest = Math.min(...active.map(({ watermark }) => watermark))
  return (active.length > 0 ? active.filter(({ watermark }) => watermark === lowest) : splits).map(
    ({ split, watermark, isIdle, facts }) => {
      const state = isIdle ? 'idle' : stateOf(task, logic, facts, due)
      return holder(task, known, { ...facts, split, watermark, state })
    },
  )
}

type Facts = Pick<Holder, 'generator' | 'outOfOrdernessMs' | 'highest' | 'idlenessMs'>

function factsOf({ spec }: EventTimeLogic, generator: WatermarkGeneratorLike<unknown>): Facts {
  const inner = generator instanceof WatermarksWithIdleness ? generator.inner : generator
  const bounded = inner instanceof BoundedOutOfOrdernessWatermarks ? inner : null
  const highest = bounded === null || bounded.maxTimestamp === -Infinity ? null : bounded.maxTimestamp
  return {
    generator: spec.generator,
    outOfOrdernessMs: bounded?.outOfOrdernessMs ?? null,
    highest,
    idlenessMs: spec.idlenessMs ?? null,
  }
}

/** Why the watermark made here isn't at `due`. */
function stateOf(
  task: Task,
  logic: EventTimeLogic,
  { highest, outOfOrdernessMs }: Facts,
  due: number,
): Holder['state'] {
  if (logic.spec.generator === 'none') return 'none'
  if (logic.isIdle) return 'idle'
  if (task.chain.head instanceof SourceOperator && task.chain.head.isWaiting) return 'alignment'
  if (logic.spec.generator === 'custom') return 'custom'
  if (highest === null) return 'untimed'
  return highest - (outOfOrdernessMs ?? 0) - 1 >= due ? 'probe' : 'behind'
}

function onItsWay(task: Task, watermark: number, known: Known): Holder {
  return holder(task, known, { state: 'on-its-way', watermark })
}

function holder(
  task: Task,
  { execution, recorder }: Known,
  facts: Partial<Facts> & { readonly state: Holder['state']; readonly split?: string; readonly watermark?: number },
): Holder {
  const { split = null, watermark = -Infinity, state } = facts
  let last: RecordedStep | null = null
  let count = 0
  let idle: RecordedStep | null = null
  for (const step of recorder.steps) {
    if (step.kind === 'idle' && (step.task === task || step.from?.task === task)) idle = step
    if (step.task !== task || step.kind !== 'record' || (split !== null && step.split !== split)) continue
    last = step
    count++
  }
  const nowMs = execution.simulation.nowUs / 1000
  const node = task.chain.nodes.find(({ kind }) => kind === 'timestampsAndWatermarks') ?? task.chain.nodes[0]
  return {
    ...placeOfTask(task),
    ...{ split, state },
    at: spanOf(node?.at ?? null),
    watermark: Number.isFinite(watermark) ? watermark : null,
    generator: facts.generator ?? 'none',
    outOfOrdernessMs: facts.outOfOrdernessMs ?? null,
    highest: facts.highest ?? null,
    idlenessMs: facts.idlenessMs ?? null,
    records: count,
    last: last === null ? null : momentOf(last),
    silentMs: last === null ? nowMs : nowMs - last.atUs / 1000,
    idleSince: state !== 'idle' || split !== null || idle === null ? null : momentOf(idle),
    nextProbeMs: state === 'probe' ? probeMs(task, execution) : null,
    hasEnded: task.state === 'FINISHED' || task.source?.hasEnded() === true,
  }
}

function momentOf({ event, record, atUs }: RecordedStep): NonNullable<Holder['last']> {
  return { place: { event, record }, atMs: atUs / 1000 }
}

/** When the generator is asked next, in virtual ms. */
function probeMs(task: Task, { simulation }: JobExecution): number | null {
  const at = logicOf(task)?.nextProbeMs ?? Infinity
  return Number.isFinite(at) ? at - simulation.settings.startMs : null
}

/** Once each, and those that hold most in front. */
function unique(holders: readonly Holder[]): Holder[] {
  const byName = new Map(holders.map((one) => [`${one.vertex} ${one.subtask} ${one.split ?? ''}`, one]))
  return Array.from(byName.values()).sort((a, b) => (a.watermark ?? -Infinity) - (b.watermark ?? -Infinity))
}
