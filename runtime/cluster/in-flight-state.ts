// Where barriers may overtake records, and what becomes of records that were overtaken: gathered from the subtasks when a
// checkpoint is complete, put back into the channels when a job starts from it. As in Flink, connections that are pointwise
// or broadcast, and whatever else leads into the same operator, stay aligned; so do those into a sink's committer.

import type { JobEdge } from '../graph/chains.ts'
import { LearnerError } from '../base/diagnostic.ts'
import { displayName, type JobGraph, type JobVertex } from '../graph/job-graph.ts'
import type { Channel } from '../network/channel.ts'
import { redistributeInFlight, type ChannelPlace, type InFlight } from '../network/in-flight.ts'
import { PARTITIONER_PROPERTIES } from '../record/partitioner.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import type { Layout, Link, Place } from './regions.ts'
import type { TaskSnapshots } from './completed-checkpoint.ts'

/** Whether barriers may overtake what comes into this vertex. */
export function mayOvertakeInto({ nodes, inputs }: JobVertex, { config }: JobGraph): boolean {
  if ((config.checkpoints?.unaligned ?? null) === null || nodes[0]?.kind === 'committer') return false
  return inputs.every(mayHoldOvertaken)
}

/** Whether what barriers overtook on such an edge has a channel to go back into. */
export function mayHoldOvertaken({ edge }: JobEdge): boolean {
  return PARTITIONER_PROPERTIES[edge.partitioner].subtaskMapping !== 'UNSUPPORTED'
}

/** Refuses custom partitioners, unless they were forced: they may send a restored record elsewhere than before. */
export function requireOvertaking({ config, vertices }: JobGraph): void {
  const { unaligned = null } = config.checkpoints ?? {}
  if (unaligned === null || unaligned.isForced) return
  for (const { nodes, inputs } of vertices) {
    const [head] = nodes
    if (head === undefined || !inputs.some(({ edge }) => edge.partitioner === 'CUSTOM')) continue
    const error = new LearnerError('UNALIGNED_PARTITIONER', { operator: displayName(head) })
    error.nodeId = head.id
    throw error
  }
}

/** A channel as checkpoints name it, with the name of its edge. */
export function channelPlaceOf({ from, to }: Link, { places }: Layout, edge: string): ChannelPlace {
  const [sender, receiver] = [places[from], places[to]] as [Place, Place]
  return {
    edge,
    sender: sender.subtask,
    receiver: receiver.subtask,
    senders: sender.vertex.parallelism,
    receivers: receiver.vertex.parallelism,
  }
}

/** An edge: the same in another run of the job, and at another parallelism. */
export function edgeName({ from, to, index }: JobEdge, { vertices }: JobGraph): string {
  const nodes = vertices.flatMap((vertex) => vertex.nodes)
  const idOf = (node: string): string => nodes.find(({ id }) => id === node)?.operatorId ?? ''
  return `${idOf(from)} ${idOf(to)} ${index}`
}

const NOTHING: ChainSnapshot['inFlight'] = []

/** All that was on its way and had been overtaken. */
export function inFlightOf(snapshots: TaskSnapshots, places: ReadonlyMap<Channel, ChannelPlace>): readonly InFlight[] {
  return Array.from(snapshots).flatMap(([{ gate }, snapshot]) =>
    (snapshot === null ? NOTHING : snapshot.inFlight).flatMap((elements, i) => {
      const place = places.get(gate?.channels[i] as Channel)
      return place === undefined || elements.length === 0 ? [] : [{ ...place, elements }]
    }),
  )
}

/** Puts it back, where the edge is still there. */
export function restoreInFlight(
  inFlight: readonly InFlight[],
  places: ReadonlyMap<Channel, ChannelPlace>,
  edges: ReadonlyMap<Channel, JobEdge>,
): void {
  const before = new Map<string, InFlight[]>()
  for (const channel of inFlight) before.set(channel.edge, [...(before.get(channel.edge) ?? []), channel])
  const channels = new Map(Array.from(places, ([channel, place]) => [placeName(place), channel] as const))
  for (const [edge, of] of before) {
    const [channel, place] = Array.from(places).find(([, { edge: name }]) => name === edge) ?? []
    if (channel === undefined || place === undefined) continue
    const { partitioner } = (edges.get(channel) as JobEdge).edge
    const looks = partitioner === 'HASH' || partitioner === 'CUSTOM'
    const receiverOf = looks ? selectorOf(channel) : null
    for (const { elements, sender, receiver } of redistributeInFlight(of, { ...place, receiverOf })) {
      channels.get(placeName({ edge, sender, receiver }))?.restore(elements)
    }
  }
}

function placeName({ edge, sender, receiver }: Pick<ChannelPlace, 'edge' | 'sender' | 'receiver'>): string {
  return `${edge} ${sender} ${receiver}`
}

/** How a sender of the channel's edge picks the receiver. */
function selectorOf(channel: Channel): (value: unknown) => number {
  const { writers } = channel.producer as Task
  const { selector = null } = writers.find(({ channels }) => channels.includes(channel)) ?? {}
  return (value) => selector?.select(value) ?? 0
}
