// What the record under the hand says in the margin of the code: the calls it made, each on its line, and where it is now.
import type { CallMoment, Moment, Topology } from '../../runtime/host/protocol.ts'
import type { LineMark } from '../editor/code-editor.ts'

const LONGEST = 60

export function handMarks(topology: Topology | null, moment: Moment | null): LineMark[] {
  const hand = moment?.hand ?? null
  if (hand === null || topology === null) return []
  const texts = new Map<string, { readonly file: string; readonly line: number; readonly parts: string[] }>()
  let last: string | null = null
  for (const call of hand.calls) {
    if (call.at === null) continue
    const key = `${call.at.file}:${call.at.line}`
    const entry = texts.get(key) ?? { file: call.at.file, line: call.at.line, parts: [] }
    entry.parts.push(callText(call))
    texts.set(key, entry)
    last = key
  }
  const marks = Array.from(texts, ([key, { file, line, parts }]): LineMark => ({
    file,
    line,
    isHand: key === last,
    text: shorten(parts.join('; ')),
  }))
  if (last !== null) return marks
  const vertex = topology.vertices[topology.tasks[hand.task]?.vertex ?? -1]
  const at = vertex?.nodes[0]?.at ?? null
  return at === null ? marks : [...marks, { file: at.file, line: at.line, isHand: true, text: shorten(hand.text) }]
}

function callText({ kind, text }: CallMoment): string {
  if (kind === 'clear') return '→ ∅'
  return kind === 'read' ? `= ${text}` : `→ ${text}`
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
