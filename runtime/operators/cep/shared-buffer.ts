// The events that partial matches hold, each stored once however many hold it. An event taken for a step is a node; a node
// has edges back to the nodes of the events taken before, each with the version of the run that made it. Locks count who
// still needs what. Flink's SharedBuffer, of one key, as plain data: nodes are found by the event's number and the step.
//
// Differs from Flink: where it compares an event's timestamp and place among the events of that timestamp, this compares
// numbers given out in order; both are the same event.

import { broken } from '../../base/assert.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { isCompatible, type DeweyNumber } from './dewey-number.ts'

/** From the event of a node back to the one before; `event` is -1 where the run began. */
export interface BufferEdge {
  readonly event: number
  readonly step: string
  readonly version: DeweyNumber
  locks: number
}

/** An event taken for a step. */
export interface BufferNode {
  readonly step: string
  locks: number
  edges: BufferEdge[]
}

/** An event and its nodes. */
export interface BufferedEvent {
  /** With `id`, the place among the events of this timestamp: Flink's EventId. */
  readonly ts: number
  readonly id: number
  value: unknown
  locks: number
  /** Given up while there are still nodes of it: only after another event took its place. */
  isLost: boolean
  nodes: BufferNode[]
}

/** What a key's buffer holds. */
export interface BufferState {
  events: Map<number, BufferedEvent>
  nextEvent: number
  /** The latest timestamp an event was registered with. */
  lastTs: number
  /** How many events were registered by timestamp, as pairs: timestamp, number, and so on; of past ones no more. */
  counts: number[]
}

/** A way through the buffer: the events of each step, in order. */
export type EventPath = Map<string, number[]>

/** A way walked back so far, the earliest event first. */
interface Walked {
  readonly event: number
  readonly step: string
  readonly later: Walked | null
}

interface Extraction {
  readonly event: number
  readonly step: string
  readonly version: DeweyNumber
  readonly walked: Walked | null
}

/** An empty buffer. */
export function newBuffer(): BufferState {
  return { events: new Map(), nextEvent: 0, lastTs: -Infinity, counts: [] }
}

/** Works on the buffer of the current key. */
export class SharedBuffer {
  state: BufferState = newBuffer()

  /** Adds an event, locked once until `releaseEvent`. Returns its number. */
  register(value: unknown, ts: number): number {
    const { state } = this
    const id = this.count(ts)
    const known = ts < state.lastTs || (ts === state.lastTs && id === 0) ? this.find(ts, id) : -1
    if (known >= 0) {
      // After a restore the watermark begins anew, and an event may get the name of one that is still held: Flink then
      // has the new one in its place.
      const event = this.eventOf(known)
      event.value = value
      event.locks = 1
      event.isLost = false
      return known
    }
    if (ts > state.lastTs) state.lastTs = ts
    const number = state.nextEvent++
    state.events.set(number, { ts, id, value, locks: 1, isLost: false, nodes: [] })
    return number
  }

  /** Says that no more events come with a timestamp before this one. */
  advanceTime(ts: number): void {
    const { counts } = this.state
    let kept = 0
    for (let i = 0; i < counts.length; i += 2) {
      if ((counts[i] as number) < ts) continue
      counts[kept] = counts[i] as number
      counts[kept + 1] = counts[i + 1] as number
      kept += 2
    }
    // Setting the length costs more than taking off the last few.
    while (counts.length > kept) counts.pop()
  }

  /** Adds the event as a node of the step, with an edge back. */
  put(step: string, number: number, previous: { readonly event: number; readonly step: string }, version: DeweyNumber) {
    if (previous.event >= 0) this.lock(previous.event, previous.step, version)
    const event = this.eventOf(number)
    let node = nodeOf(event, step)
    if (node === undefined) {
      node = { step, locks: 0, edges: [] }
      event.nodes.push(node)
      event.locks++
    }
    node.edges.push({ event: previous.event, step: previous.step, version, locks: 0 })
  }

  /** Locks a node, and of its edges those that a run of this version may use. */
  lock(number: number, step: string, version: DeweyNumber): void {
    const node = this.node(number, step)
    if (node === undefined) return
    node.locks++
    for (const edge of node.edges) if (isCompatible(version, edge.version)) edge.locks++
  }

  /** Undoes a lock. What nobody holds any more is taken out, and so on backwards. */
  release(number: number, step: string, version: DeweyNumber): void {
    let event = number
    let page = step
    let run = version
    const waiting: BufferEdge[] = []
    for (;;) {
      const holder = this.state.events.get(event)
      const node = holder === undefined ? undefined : nodeOf(holder, page)
      if (holder === undefined || node === undefined) return
      const kept = dropEdges(node, run, waiting)
      if (--node.locks > 0) {
        while (node.edges.length > kept) node.edges.pop()
      } else {
        if (holder.nodes.length === 1) holder.nodes = []
        else holder.nodes.splice(holder.nodes.indexOf(node), 1)
        this.releaseEvent(event)
      }
      const next = waiting.pop()
      if (next === undefined) return
      event = next.event
      page = next.step
      run = next.version
    }
  }

  /** Undoes a lock of an event itself. */
  releaseEvent(number: number): void {
    const event = this.state.events.get(number)
    if (event === undefined || event.isLost || --event.locks > 0) return
    if (event.nodes.length === 0) {
      this.state.events.delete(number)
      return
    }
    event.value = undefined
    event.isLost = true
  }

  /** The ways back from a node that a run of this version may take; only the first of them if that's enough. */
  extract(number: number, step: string, version: DeweyNumber, isFirstEnough: boolean): EventPath[] {
    const found: EventPath[] = []
    const pending: Extraction[] = [{ event: number, step, version, walked: null }]
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (at.event < 0) {
        found.push(pathOf(at.walked))
        if (isFirstEnough) break
        continue
      }
      const node = this.node(at.event, at.step)
      if (node === undefined) continue
      const walked = { event: at.event, step: at.step, later: at.walked }
      for (const edge of node.edges) {
        if (isCompatible(at.version, edge.version))
          pending.push({ event: edge.event, step: edge.step, version: edge.version, walked })
      }
    }
    return found
  }

  /** The events of a path themselves. */
  materialize(path: EventPath): Map<string, unknown[]> {
    const match = new Map<string, unknown[]>()
    for (const [step, events] of path)
      match.set(
        step,
        events.map((event) => this.valueOf(event)),
      )
    return match
  }

  private valueOf(number: number): unknown {
    const { value, isLost } = this.eventOf(number)
    if (isLost) throw new LearnerError('CEP_EVENT_LOST')
    return value
  }

  eventOf(number: number): BufferedEvent {
    return this.state.events.get(number) ?? broken(`event ${number} isn't in the shared buffer`)
  }

  private node(number: number, step: string): BufferNode | undefined {
    const event = this.state.events.get(number)
    return event === undefined ? undefined : nodeOf(event, step)
  }

  /** How many events of this timestamp there were before; counts this one. */
  private count(ts: number): number {
    const { counts } = this.state
    for (let i = 0; i < counts.length; i += 2) {
      if (counts[i] === ts) {
        const count = counts[i + 1] as number
        counts[i + 1] = count + 1
        return count
      }
    }
    counts.push(ts, 1)
    return 0
  }

  private find(ts: number, id: number): number {
    for (const [number, event] of this.state.events) if (event.ts === ts && event.id === id) return number
    return -1
  }
}

/** Unlocks the edges that a run of this version may use; what nobody holds any more goes into `dropped`. Says how many stay. */
function dropEdges(node: BufferNode, run: DeweyNumber, dropped: BufferEdge[]): number {
  const { edges } = node
  let kept = 0
  for (const edge of edges) {
    if (!isCompatible(run, edge.version) || --edge.locks > 0) edges[kept++] = edge
    else if (edge.event >= 0) dropped.push(edge)
  }
  return kept
}

function nodeOf(event: BufferedEvent, step: string): BufferNode | undefined {
  for (const node of event.nodes) if (node.step === step) return node
  return undefined
}

function pathOf(walked: Walked | null): EventPath {
  const path: EventPath = new Map()
  for (let at = walked; at !== null; at = at.later) {
    const events = path.get(at.step)
    if (events === undefined) path.set(at.step, [at.event])
    else events.push(at.event)
  }
  return path
}
