// What the last step did, in sentences: who took what, what that changed, which timers, what came out. Seen below the
// figure and spoken by a screen reader; made of the moment alone.
import type { Hand, KeyMoment, Moment, Topology } from '../../runtime/host/protocol.ts'
import type { en } from '../i18n/en.ts'
import { shortName } from './views/node-name.ts'
import { clockText, timestampText } from './time-text.ts'

const LONGEST = 90

export function stepSummary(topology: Topology, moment: Moment, t: (typeof en)['told']): string {
  const { hand } = moment
  const task = topology.tasks[hand?.task ?? -1]
  const vertex = topology.vertices[task?.vertex ?? -1]
  if (hand === null || task === undefined || vertex === undefined) return ''
  const name = shortName(vertex.nodes[0]?.name ?? vertex.name)
  const who = vertex.parallelism > 1 ? t.subtask(name, task.subtask + 1) : name
  const keys = moment.tasks[hand.task]?.keyed?.keys.filter(({ isCurrent }) => isCurrent) ?? []
  const sentences = [
    whatItTook(hand, who, vertex.inputs.length === 0, t),
    ...keys.flatMap((key) => changesOf(key, moment.tasks[hand.task]?.keyed?.states ?? [], t)),
    whatCameOut(hand, t),
  ]
  return t.sentences(sentences)
}

function whatItTook(hand: Hand, who: string, isSource: boolean, t: (typeof en)['told']): string {
  if (hand.kind === 'timer') {
    const timers = hand.timers.map(({ key, at, isEventTime }) => t.timerOf(key, timeText(at, isEventTime)))
    return t.fired(who, timers)
  }
  if (isSource) return t.read(who, shorten(hand.text))
  return hand.key === null ? t.took(who, shorten(hand.text)) : t.tookKey(who, shorten(hand.text), hand.key)
}

function changesOf({ cells, timers }: KeyMoment, states: readonly string[], t: (typeof en)['told']): string[] {
  const cellChanges = cells.flatMap((cell, i) =>
    'was' in cell ? [t.changed(states[i] ?? '', textOr(cell.was, t.empty), textOr(cell.text, t.empty))] : [],
  )
  const timerChanges = timers.flatMap(({ at, isEventTime, change }) => {
    if (change === 'registered') return [t.timerSet(timeText(at, isEventTime))]
    return change === 'deleted' ? [t.timerDeleted(timeText(at, isEventTime))] : []
  })
  return [...cellChanges, ...timerChanges]
}

function whatCameOut({ calls, rows, sent }: Hand, t: (typeof en)['told']): string {
  const given = calls.flatMap(({ kind, text }) => (kind === 'collect' || kind === 'output' ? [shorten(text)] : []))
  if (given.length > 0) return t.gave(given)
  if (rows.length > 0) return t.rows(rows.length)
  return sent.length > 0 ? t.sent(sent.length) : t.nothing
}

function timeText(at: number, isEventTime: boolean): string {
  return isEventTime ? timestampText(at) : clockText(at)
}

function textOr(text: string | null | undefined, empty: string): string {
  return text === null || text === undefined ? empty : shorten(text)
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
