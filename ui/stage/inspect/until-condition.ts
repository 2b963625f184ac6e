// What the form for "run until" says, as a condition of the engine; null where something is missing. Pure.
import type { Moment, Topology, UntilCondition } from '../../../runtime/host/protocol.ts'
import { shortName } from '../views/node-name.ts'

export type UntilKind = UntilCondition['kind']

/** What somebody has typed. */
export interface UntilFields {
  readonly kind: UntilKind
  readonly vertex: string
  readonly number: string
  readonly text: string
  readonly start: string
  readonly end: string
  readonly key: string
  readonly state: string
  readonly value: string
}

export const UNTIL_KINDS: readonly UntilKind[] = ['output', 'text', 'watermark', 'window', 'key', 'state']

export function conditionOf({
  kind,
  vertex,
  number,
  text,
  start,
  end,
  key,
  state,
  value,
}: UntilFields): UntilCondition | null {
  switch (kind) {
    case 'output': {
      const wanted = integerOf(number)
      return wanted === null || wanted < 1 ? null : { kind, number: wanted }
    }
    case 'text':
      return text === '' ? null : { kind, text }
    case 'watermark': {
      const atLeast = integerOf(number)
      return atLeast === null || vertex === '' ? null : { kind, vertex, atLeast }
    }
    case 'window': {
      const [from, to] = [integerOf(start), integerOf(end)]
      return from === null || to === null || vertex === '' ? null : { kind, vertex, start: from, end: to }
    }
    case 'key':
      return key === '' || vertex === '' ? null : { kind, vertex, key }
    case 'state':
      return key === '' || vertex === '' || state === '' ? null : { kind, vertex, key, state, value }
  }
}

/** Chains that the condition can be about: with keys, or any but sources. */
export function verticesFor(kind: UntilKind, topology: Topology): { readonly id: string; readonly name: string }[] {
  const needsKeys = kind === 'key' || kind === 'state' || kind === 'window'
  return topology.vertices
    .filter(({ nodes, inputs }) => (needsKeys ? nodes[0]?.isKeyed === true : inputs.length > 0))
    .map(({ id, name, nodes }) => ({ id, name: shortName(nodes[0]?.name ?? name) }))
}

/** Names of the states that a chain's subtasks have at this moment. */
export function statesOf(vertex: string, topology: Topology, moment: Moment | null): string[] {
  const names = (moment?.tasks ?? []).flatMap(({ keyed }, i) => {
    const isOwn = topology.vertices[topology.tasks[i]?.vertex ?? -1]?.id === vertex
    return isOwn ? (keyed?.states ?? []) : []
  })
  return Array.from(new Set(names))
}

function integerOf(text: string): number | null {
  const value = Number(text)
  return text.trim() === '' || !Number.isSafeInteger(value) ? null : value
}
