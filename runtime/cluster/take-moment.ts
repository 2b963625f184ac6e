// The moment: the whole cluster at one position, read from the running objects and written nowhere. Elements have the
// number that they got in their channel when they were written, so a picture knows them again in the next frame.

import { hasTimestamp } from '../base/time.ts'
import { toPrintText } from '../base/value-text.ts'
import type { Channel } from '../network/channel.ts'
import { ACTIVE, END_OF_INPUT, IDLE, WATERMARK, type Buffer } from '../record/buffer.ts'
import { NO_SLOT } from '../state/keyed-backend.ts'
import type { Task } from '../task/task.ts'
import { channelsOf, handText, writtenElements, type ClusterWatcher, type SeenHand } from './cluster-watcher.ts'
import type { JobExecution } from './job-execution.ts'
import { keyedMoment, type LastStep } from './keyed-moment.ts'
import type { ChannelMoment, ElementMoment, Hand, Moment, TaskMoment } from './moment.ts'

const MOST_ELEMENTS = 200

const KINDS: Readonly<Record<number, ElementMoment['kind']>> = {
  [WATERMARK]: 'watermark',
  [IDLE]: 'idle',
  [ACTIVE]: 'active',
  [END_OF_INPUT]: 'end',
}

/** `nowUs`: the virtual time that is shown, which may be later than the last event. */
export function takeMoment(execution: JobExecution, watcher: ClusterWatcher, nowUs: number): Moment {
  const { hand } = watcher
  return {
    tasks: execution.tasks.map((task) => taskMoment(task, watcher, execution.simulation.settings.startMs)),
    channels: execution.channels.map((channel) => channelMoment(channel, watcher, nowUs)),
    hand: hand === null ? null : handMoment(execution, watcher, hand),
  }
}

function taskMoment(task: Task, watcher: ClusterWatcher, startMs: number): TaskMoment {
  const { hand } = watcher
  const backend = task.keyContext?.backend ?? null
  const last = hand !== null && hand.task === task ? lastStep(hand) : null
  return {
    state: task.state,
    recordsIn: watcher.recordsIn.get(task) ?? 0,
    recordsOut: channelsOf(task).reduce((sum, channel) => sum + writtenRecords(channel), 0),
    watermark: watermarkOf(task),
    isBackpressured: task.state === 'RUNNING' && task.writers.some((writer) => !writer.hasCredit()),
    keyed: backend === null ? null : keyedMoment(backend, last, startMs),
  }
}

function lastStep(hand: SeenHand): LastStep {
  const { slot, before, kind, timestamp, isEventTime } = hand
  return { slot, before, fired: kind === 'timer' ? { timestamp, isEventTime } : null }
}

function watermarkOf(task: Task): number | null {
  const reached = task.watermark()
  return reached === -Infinity ? null : reached
}

function writtenRecords(channel: Channel): number {
  const waiting = channel.sealed.reduce((sum, buffer) => sum + buffer.size, 0)
  return channel.sentRecords + waiting + (channel.open?.size ?? 0)
}

function channelMoment(channel: Channel, watcher: ClusterWatcher, nowUs: number): ChannelMoment {
  const elements: ElementMoment[] = []
  const { latencyUs } = channel.settings
  let id = channel.consumedElements
  const list = (buffer: Buffer, progress: number): void => {
    for (const element of elementsOf(buffer, id, channel, watcher)) {
      if (elements.length < MOST_ELEMENTS) elements.push({ ...element, progress })
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
  const [first] = channel.arrived
  const consumed = first === undefined ? 0 : first.position + first.controlIndex
  return {
    used: channel.inFlight,
    credits: channel.settings.credits,
    elements,
    elementCount: id - channel.consumedElements - consumed,
  }
}

/** What of a buffer is still to be consumed, in order; `firstId` is the number of its first element ever. */
function* elementsOf(
  buffer: Buffer,
  firstId: number,
  channel: Channel,
  { labels }: ClusterWatcher,
): Generator<Omit<ElementMoment, 'progress'>> {
  let control = buffer.controlIndex
  for (let at = buffer.position; at <= buffer.size; at++) {
    for (; control < buffer.controlAt.length && buffer.controlAt[control] === at; control++) {
      const kind = KINDS[buffer.controlKinds[control] as number] ?? 'active'
      const label = kind === 'watermark' ? toPrintText(buffer.controlValues[control]) : ''
      yield { id: firstId + at + control, kind, label, text: label }
    }
    if (at === buffer.size) return
    const value = buffer.values[at]
    yield {
      id: firstId + at + control,
      kind: 'record',
      label: labels.labelOf(value, channel),
      text: labels.textOf(value),
    }
  }
}

function handMoment(execution: JobExecution, watcher: ClusterWatcher, hand: SeenHand): Hand {
  const { task, element, timestamp } = hand
  const backend = task.keyContext?.backend ?? null
  const isKeyed = backend !== null && hand.slot !== NO_SLOT && backend.canonicalKeys[hand.slot] !== undefined
  const sent = channelsOf(task).flatMap((channel, i) => {
    const from = hand.written[i] ?? Infinity
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
    rows: hand.rows.slice(),
    text: handText(hand, watcher.labels),
    key: isKeyed ? toPrintText(backend.keys[hand.slot]) : null,
    timestamp: hand.kind === 'timer' || hasTimestamp(timestamp) ? timestamp : null,
    calls: hand.calls.map(({ kind, name, text, error }) => ({
      kind,
      name,
      text,
      at: watcher.locate(error.stack ?? ''),
    })),
  }
}
