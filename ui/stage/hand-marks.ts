// What the record under the hand says in the margin of the code: the calls it made, each on its line, and where it is now.
import type { CallMoment, Hand, Moment, Topology } from '../../runtime/host/protocol.ts'
import type { LineMark } from '../editor/code-editor.ts'

const LONGEST = 60

interface Place {
  readonly file: string
  readonly line: number
}

export function handMarks(topology: Topology | null, moment: Moment | null): LineMark[] {
  const hand = moment?.hand ?? null
  if (hand === null || topology === null) return []
  const texts = new Map<string, Place & { readonly parts: string[] }>()
  let last: string | null = null
  for (const call of hand.calls) {
    if (call.at === null) continue
    const key = `${call.at.file}:${call.at.line}`
    const entry = texts.get(key) ?? { file: call.at.file, line: call.at.line, parts: [] }
    entry.parts.push(callText(call))
    texts.set(key, entry)
    last = key
  }
  const vertex = topology.vertices[topology.tasks[hand.task]?.vertex ?? -1]
  const keyed = keyMark(topology, hand)
  if (keyed !== null) texts.set(`${keyed.file}:${keyed.line}`, keyed)
  const marks = Array.from(texts, ([key, { file, line, parts }]): LineMark => ({
    file,
    line,
    isHand: key === last,
    text: shorten(parts.join('; ')),
  }))
  const at = vertex?.nodes[0]?.at ?? null
  if (at === null || texts.has(`${at.file}:${at.line}`)) return marks
  return [...marks, { file: at.file, line: at.line, isHand: last === null, text: shorten(handText(hand)) }]
}

/** The line of `keyBy` shows the record's key. */
function keyMark(topology: Topology, { task, key, element }: Hand): (Place & { parts: string[] }) | null {
  const vertex = topology.vertices[topology.tasks[task]?.vertex ?? -1]
  const sender = topology.tasks[topology.channels[element?.channel ?? -1]?.from ?? -1]?.vertex
  const at = vertex?.inputs.find(({ from }) => from === sender)?.keyedAt ?? null
  return key === null || at === null ? null : { file: at.file, line: at.line, parts: [`= ${key}`] }
}

function handText({ kind, text, timers }: Hand): string {
  return kind === 'timer'
    ? timers.map(({ at, key }) => (key === null ? String(at) : `${key} @ ${at}`)).join('; ')
    : text
}

function callText({ kind, text }: CallMoment): string {
  if (kind === 'clear') return '→ ∅'
  return kind === 'read' || kind === 'result' ? `= ${text}` : `→ ${text}`
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
