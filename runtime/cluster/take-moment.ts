// The moment: the whole cluster at one position, read from the running objects and written nowhere. Elements have the
// number that they got in their channel when they were written, so a picture knows them again in the next frame.

import { hasTimestamp } from '../base/time.ts'
import { toPrintText } from '../base/value-text.ts'
import type { Channel } from '../network/channel.ts'
import {
  ACTIVE,
  BARRIER,
  END_OF_DATA,
  END_OF_INPUT,
  IDLE,
  OVERTAKEN,
  WATERMARK,
  type Buffer,
} from '../record/buffer.ts'
import { NO_SLOT } from '../state/keyed-backend.ts'
import { isStarting } from '../task/task-contract.ts'
import type { Task } from '../task/task.ts'
import { ChannelColumnsWriter, type ChannelColumns, type ElementMoment } from './channel-columns.ts'
import { channelsOf, handText, writtenElements, type ClusterWatcher, type SeenHand } from './cluster-watcher.ts'
import { checkpointsMoment } from './checkpoints-moment.ts'
import type { JobExecution } from './job-execution.ts'
import { keyedMoment, type LastStep } from './keyed-moment.ts'
import { loadOf } from './load-moment.ts'
import type { FiredTimer, Hand, KeyedMoment, Moment, StateDetail, TaskMoment } from './moment.ts'
import type { Place } from './regions.ts'
import { takeMachines } from './take-machines.ts'
import { stateMoment } from './state-moment.ts'
import { spanOf } from './topology.ts'

const MOST_ELEMENTS = 200
/** Above so many buffers on their way, elements that move have no text: nobody points at one of hundreds. */
const MOST_TEXTS = 120

const KINDS: Readonly<Record<number, ElementMoment['kind']>> = {
  [WATERMARK]: 'watermark',
  [IDLE]: 'idle',
  [ACTIVE]: 'active',
  [END_OF_DATA]: 'end',
  [END_OF_INPUT]: 'end',
  [BARRIER]: 'barrier',
}
/** Control elements that say a number: a time, a checkpoint. */
const NUMBERED = { watermark: true, barrier: true }

/** How much a moment carries. */
export interface MomentDetail {
  /** Of each subtask so many keys, and always those at hand. */
  readonly keys: number
  /** Nothing moves: there's time to read the values of whatever number of elements. */
  readonly isStill: boolean
  /** Number of the checkpoint to be seen in full; null for the newest. */
  readonly checkpoint: number | null
  /** What is wanted of state besides; null, or none, for nothing. */
  readonly state?: StateDetail | null
}

/** Of a subtask that waits for its slot, or deploys: what it is to begin from isn't its own before it opens. */
const NO_KEYS: KeyedMoment = { states: [], keys: [], keyCount: 0 }

/** `nowUs`: the virtual time that is shown, which may be later than the last event. */
export function takeMoment(
  execution: JobExecution,
  watcher: ClusterWatcher,
  nowUs: number,
  { keys, isStill, checkpoint, state = null }: MomentDetail = { keys: 200, isStill: true, checkpoint: null },
): Moment {
  const { hand } = watcher
  const { startMs } = execution.simulation.settings
  const inFlight = execution.channels.reduce((sum, { inFlight: used }) => sum + used, 0)
  const hasTexts = isStill || inFlight <= MOST_TEXTS
  return {
    tasks: execution.tasks.map((task, i) => ({
      ...taskMoment(task, watcher, { nowUs, startMs }, keys),
      place: placeOf(execution, i),
    })),
    channels: channelColumns(execution, watcher, nowUs, hasTexts),
    hand: hand === null ? null : handMoment(execution, watcher, hand),
    checkpoints: checkpointsMoment(execution, checkpoint),
    machines: takeMachines(execution, nowUs),
    state: state === null ? null : stateMoment(execution, state),
  }
}

function taskMoment(
  task: Task,
  watcher: ClusterWatcher,
  { nowUs, startMs }: { readonly nowUs: number; readonly startMs: number },
  keys: number,
): Omit<TaskMoment, 'place'> {
  const { hand } = watcher
  const backend = task.keyContext?.backend ?? null
  const last = hand !== null && hand.task === task ? handsOf(hand).map(lastStep) : []
  return {
    state: task.state,
    recordsIn: watcher.countOf(task),
    recordsOut: channelsOf(task).reduce((sum, channel) => sum + writtenRecords(channel), 0),
    watermark: watermarkOf(task),
    isBackpressured: task.state === 'RUNNING' && task.writers.some(({ channels }) => channels.some(isSpent)),
    load: loadOf(task, nowUs),
    keyed:
      backend === null ? null : isStarting(task.state) ? NO_KEYS : keyedMoment(backend, last, { startMs, most: keys }),
  }
}

/** Without credit as it stands: looking takes none of those that have come back, which would be another run. */
function isSpent(channel: Channel): boolean {
  return channel.unacknowledged() >= channel.settings.credits
}

function placeOf(execution: JobExecution, index: number): TaskMoment['place'] {
  const slot = execution.slotAt(execution.deployment.layout.places[index] as Place)
  return slot === null ? null : { taskManager: slot.manager.number, slot: slot.index }
}

/** All that the last step processed: of timers every one that fired in it. */
function handsOf(hand: SeenHand): readonly SeenHand[] {
  return [...hand.earlier, hand]
}

function lastStep(hand: SeenHand): LastStep {
  const { slot, window, before, kind, timestamp, isEventTime } = hand
  return { slot, window, before, fired: kind === 'timer' ? { timestamp, isEventTime } : null }
}

function watermarkOf(task: Task): number | null {
  const reached = task.watermark()
  return reached === -Infinity ? null : reached
}

function writtenRecords(channel: Channel): number {
  const waiting = channel.sealed.reduce((sum, buffer) => sum + buffer.size, 0)
  return channel.sentRecords + waiting + (channel.open?.size ?? 0)
}

function channelColumns(
  execution: JobExecution,
  watcher: ClusterWatcher,
  nowUs: number,
  hasTexts: boolean,
): ChannelColumns {
  const writer = new ChannelColumnsWriter()
  for (const channel of execution.channels) {
    listElements(channel, watcher, nowUs, hasTexts, writer)
    writer.endChannel({
      used: channel.consumer?.hasFinished() === true ? 0 : channel.unacknowledged(),
      credits: channel.settings.credits,
      records: writtenRecords(channel),
    })
  }
  return writer.columns()
}

function listElements(
  channel: Channel,
  { labels }: ClusterWatcher,
  nowUs: number,
  hasTexts: boolean,
  writer: ChannelColumnsWriter,
): void {
  const { latencyUs } = channel.settings
  let id = channel.consumedElements
  let room = MOST_ELEMENTS
  const list = (buffer: Buffer, progress: number): void => {
    let control = buffer.controlIndex
    for (let at = buffer.position; at <= buffer.size && room > 0; at++) {
      for (; control < buffer.controlAt.length && buffer.controlAt[control] === at && room > 0; control++, room--) {
        if (buffer.controlKinds[control] === OVERTAKEN) continue
        const kind = KINDS[buffer.controlKinds[control] as number] ?? 'active'
        const label = kind in NUMBERED ? toPrintText(buffer.controlValues[control]) : ''
        writer.element(id + at + control, kind, progress, label, label)
      }
      if (at === buffer.size || room <= 0) break
      const value = buffer.valueAt(at)
      const text = hasTexts ? labels.textOf(value) : ''
      writer.element(id + at + control, 'record', progress, labels.labelOf(value, channel), text)
      room--
    }
    id += buffer.size + buffer.controlAt.length
  }
  for (const buffer of channel.arrived) list(buffer, 1)
  for (const buffer of channel.onTheWay) {
    const share = latencyUs === 0 ? 1 : (nowUs - buffer.leftAtUs) / latencyUs
    list(buffer, Math.min(1, Math.max(0, share)))
  }
  for (const buffer of channel.sealed) list(buffer, 0)
  if (channel.open !== null) list(channel.open, 0)
}

function handMoment(execution: JobExecution, watcher: ClusterWatcher, hand: SeenHand): Hand {
  const { task, element, timestamp } = hand
  const backend = task.keyContext?.backend ?? null
  const hands = handsOf(hand)
  const keyOf = ({ slot }: SeenHand): string | null =>
    backend !== null && slot !== NO_SLOT && backend.keyAt(slot) !== undefined ? toPrintText(backend.keyAt(slot)) : null
  const { startMs } = execution.simulation.settings
  const sent = channelsOf(task).flatMap((channel, i) => {
    const from = hands[0]?.written[i] ?? Infinity
    const index = execution.channels.indexOf(channel)
    return Array.from({ length: Math.max(0, writtenElements(channel) - from) }, (_, k) => ({
      channel: index,
      id: from + k,
    }))
  })
  return {
    task: execution.tasks.indexOf(task),
    kind: hand.kind,
    element: element === null ? null : { channel: execution.channels.indexOf(element.channel), id: element.id },
    sent,
    rows: hands.flatMap(({ rows }) => rows),
    logs: hands.flatMap(({ logs }) => logs),
    text: handText(hand, watcher.labels),
    key: keyOf(hand),
    timestamp: hand.kind === 'timer' || hasTimestamp(timestamp) ? timestamp : null,
    timers: hands.flatMap((seen) => (seen.kind === 'timer' ? [firedTimer(seen, keyOf(seen), startMs)] : [])),
    calls: hands
      .flatMap(({ calls }) => calls)
      .map(({ kind, name, text, at, error }) => ({
        kind,
        name,
        text,
        at: error === null ? spanOf(at) : watcher.locate(error.stack ?? ''),
      })),
  }
}

function firedTimer({ timestamp, isEventTime }: SeenHand, key: string | null, startMs: number): FiredTimer {
  return { key, at: isEventTime ? timestamp : timestamp - startMs, isEventTime }
}
