// partitioners, exchanges, watermark-valve.

import { RandomStream } from '../../runtime/base/random.ts'
import { connections } from '../../runtime/network/exchange.ts'
import { createSelector } from '../../runtime/network/partitioner.ts'
import { WatermarkValve } from '../../runtime/network/watermark-valve.ts'
import { KeyReader } from '../../runtime/record/key.ts'
import { PARTITIONER_PROPERTIES, type Partitioner } from '../../runtime/record/partitioner.ts'
import { compareOutputs, failed, notYetRun, PASSED, timestampFrom, type Vector, type Verdict } from './format.ts'

export function runPartitioner(vector: Vector): Verdict {
  const operator = vector.operator as {
    kind: string
    channels: number
    maxParallelism?: number
    relativeToFirst?: boolean
  }
  if (operator.kind === 'properties') return runProperties(vector)
  const partitioner = operator.kind.toUpperCase() as Partitioner
  const properties = PARTITIONER_PROPERTIES[partitioner]
  if (properties === undefined) return notYetRun(`partitioner ${operator.kind}`)
  if (vector['isBroadcast'] !== undefined && properties.isBroadcast !== vector['isBroadcast'])
    return failed('isBroadcast differs')
  if (vector['isPointwise'] !== undefined && properties.isPointwise !== vector['isPointwise'])
    return failed('isPointwise differs')
  if (vector['values'] === undefined) return PASSED
  const { channels } = operator
  const selector = createSelector(partitioner, {
    channels,
    random: () => new RandomStream(7, 'net'),
    key: { select: (value) => value, reader: new KeyReader({ kind: 'LONG' }) },
    maxParallelism: operator.maxParallelism ?? 128,
    choose: (value, count) => (value as number) % count,
  })
  const chosen = (vector['values'] as readonly unknown[]).map((value) => selector.select(value))
  const first = operator.relativeToFirst === true ? (chosen[0] as number) : 0
  const got = JSON.stringify(chosen.map((channel) => (channel - first + channels) % channels))
  const want = JSON.stringify(vector['channels'])
  return got === want ? PASSED : failed(`expected ${want}, got ${got}`)
}

function runProperties(vector: Vector): Verdict {
  type Case = { partitioner: Partitioner; pointwise: boolean; broadcast: boolean; subtaskMapping: string }
  for (const entry of vector.cases as readonly Case[]) {
    const got = PARTITIONER_PROPERTIES[entry.partitioner]
    if (got === undefined) return notYetRun(`partitioner ${entry.partitioner}`)
    const agrees =
      got.isPointwise === entry.pointwise &&
      got.isBroadcast === entry.broadcast &&
      got.subtaskMapping === entry.subtaskMapping
    if (!agrees) return failed(`${entry.partitioner}: got ${JSON.stringify(got)}`)
  }
  return PASSED
}

export function runExchange(vector: Vector): Verdict {
  const { kind, from, to } = vector.operator as { kind: string; from: number; to: number }
  const partitioner = kind.toUpperCase() as Partitioner
  if (PARTITIONER_PROPERTIES[partitioner] === undefined) return notYetRun(`exchange ${kind}`)
  const got = JSON.stringify(reached(partitioner, from, to))
  const want = JSON.stringify(vector.cases)
  return got === want ? PASSED : failed(`expected ${want}, got ${got}`)
}

/** Which receivers each sender's records come to when it sends many: not every channel that's there is used. */
function reached(partitioner: Partitioner, from: number, to: number): (readonly [number, number])[] {
  const pairs = connections(partitioner, from, to)
  if (PARTITIONER_PROPERTIES[partitioner].isBroadcast) return pairs
  return Array.from({ length: from }, (_, sender) => {
    const receivers = pairs.filter(([own]) => own === sender).map(([, receiver]) => receiver)
    const selector = createSelector(partitioner, {
      channels: receivers.length,
      random: () => new RandomStream(sender, 'net'),
      key: { select: (value) => value, reader: new KeyReader({ kind: 'LONG' }) },
      maxParallelism: 128,
      choose: (value, count) => (value as number) % count,
    })
    const chosen = new Set(Array.from({ length: 1000 }, (_, value) => receivers[selector.select(value)] as number))
    return Array.from(chosen, (receiver) => [sender, receiver] as const).sort(([, a], [, b]) => a - b)
  }).flat()
}

export function runValve(vector: Vector): Verdict {
  const { channels } = vector.operator as unknown as { channels: number }
  const valve = new WatermarkValve(channels)
  for (const [i, step] of (vector.steps ?? []).entries()) {
    const out: unknown[][] = []
    const output = {
      processWatermark: (timestamp: number) => void out.push(['watermark', timestamp]),
      processStatus: (isIdle: boolean) => void out.push([isIdle ? 'idle' : 'active']),
    }
    const [kind, channel, timestamp] = step.in as [string, number, unknown]
    if (kind === 'watermark') valve.watermark(channel, timestampFrom(timestamp), output)
    else if (kind === 'idle' || kind === 'active') valve.status(channel, kind === 'idle', output)
    else return notYetRun(`input ${kind}`)
    const difference = compareOutputs(step.out, out)
    if (difference !== null) return failed(`step ${i + 1}: ${difference}`)
  }
  return PASSED
}
