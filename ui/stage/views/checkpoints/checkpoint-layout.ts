// A checkpoint as bars over its time: a row per subtask, from the first barrier over the snapshot to where it had been
// written. Pure: from what subtasks measured to places on a line.
import type { CheckpointDetail, CheckpointMoment, Topology } from '../../../../runtime/host/protocol.ts'
import { shortName } from '../node-name.ts'

/** A stretch of a bar, in shares of the line from 0 to 1, and when it begins, in virtual µs. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly atUs: number
}

export interface CheckpointRow {
  readonly name: string
  /** `2/4`. */
  readonly place: string
  /** Where the first barrier came; null where none has. */
  readonly barrier: Stretch | null
  /** Until the last one came. Open-ended while they are awaited, and where it was given up meanwhile. */
  readonly aligning: Stretch | null
  /** When the snapshot was taken: it takes no time of its own. */
  readonly snapshot: Stretch | null
  /** Until storage had it, and the coordinator knew. */
  readonly writing: Stretch | null
  readonly isHandedIn: boolean
  readonly blockedChannels: number
  readonly heldRecords: number
  readonly persistedRecords: number
  readonly processedRecords: number
  readonly isUnaligned: boolean
  readonly stateSize: number
  readonly startedUs: number | null
  readonly snapshotUs: number | null
  readonly ackUs: number | null
}

export interface CheckpointFigure {
  readonly rows: readonly CheckpointRow[]
  /** Whole steps of the line, in ms since it was triggered. */
  readonly ticks: readonly { readonly ms: number; readonly share: number }[]
  readonly isUnaligned: boolean
}

const MOST_TICKS = 6
const LEAST_US = 1000

/** `nowUs`: how far the line goes while the checkpoint is under way. */
export function layoutCheckpoint(
  topology: Topology,
  checkpoint: CheckpointMoment,
  detail: CheckpointDetail,
  nowUs: number,
): CheckpointFigure {
  const { triggeredUs } = checkpoint
  const endUs = checkpoint.endedUs ?? Math.max(nowUs, ...detail.subtasks.map(({ ackUs }) => ackUs))
  const step = tickStep(Math.max(LEAST_US, endUs - triggeredUs) / 1000)
  const wholeMs = step * Math.ceil(Math.max(LEAST_US, endUs - triggeredUs) / 1000 / step)
  const share = (us: number): number => Math.min(1, Math.max(0, (us - triggeredUs) / 1000 / wholeMs))
  const stretch = (fromUs: number, toUs: number): Stretch => ({ from: share(fromUs), to: share(toUs), atUs: fromUs })
  const places = placesOf(topology)
  const rows = [
    ...detail.subtasks.map((stats) => {
      const { startedUs, alignmentUs, snapshotUs, asyncUs, ackUs } = stats
      return rowOf(places, stats, {
        barrier: stretch(startedUs, startedUs),
        aligning: alignmentUs > 0 ? stretch(startedUs, startedUs + alignmentUs) : null,
        snapshot: stretch(snapshotUs, snapshotUs),
        writing: stretch(snapshotUs, snapshotUs + asyncUs),
        isHandedIn: true,
        blockedChannels: 0,
        ackUs,
      })
    }),
    ...detail.unfinished.map((progress) => {
      const { startedUs, snapshotUs } = progress
      return rowOf(
        places,
        { ...NOTHING_MEASURED, ...progress },
        {
          barrier: startedUs === null ? null : stretch(startedUs, startedUs),
          aligning: startedUs === null || snapshotUs === startedUs ? null : stretch(startedUs, snapshotUs ?? endUs),
          snapshot: snapshotUs === null ? null : stretch(snapshotUs, snapshotUs),
          writing: snapshotUs === null ? null : stretch(snapshotUs, endUs),
          isHandedIn: false,
          blockedChannels: progress.blockedChannels,
          ackUs: null,
        },
      )
    }),
  ]
  const ordered = rows.sort((a, b) => a.order - b.order).map(({ order: _, ...row }) => row)
  const ticks = Array.from({ length: Math.round(wholeMs / step) + 1 }, (_, i) => ({
    ms: Number((i * step).toPrecision(6)),
    share: (i * step) / wholeMs,
  }))
  return { rows: ordered, ticks, isUnaligned: detail.subtasks.some(({ isUnaligned }) => isUnaligned) }
}

const NOTHING_MEASURED = { persistedRecords: 0, processedRecords: 0, isUnaligned: false }

type Measured = Pick<
  CheckpointRow,
  'heldRecords' | 'persistedRecords' | 'processedRecords' | 'isUnaligned' | 'stateSize' | 'startedUs' | 'snapshotUs'
> & { readonly vertex: string; readonly subtask: number }

type Drawn = Pick<
  CheckpointRow,
  'barrier' | 'aligning' | 'snapshot' | 'writing' | 'isHandedIn' | 'blockedChannels' | 'ackUs'
>

function rowOf(places: Places, measured: Measured, drawn: Drawn): CheckpointRow & { readonly order: number } {
  const { vertex, subtask, ...figures } = measured
  const place = places.get(vertex)
  return {
    heldRecords: figures.heldRecords,
    persistedRecords: figures.persistedRecords,
    processedRecords: figures.processedRecords,
    isUnaligned: figures.isUnaligned,
    stateSize: figures.stateSize,
    startedUs: figures.startedUs,
    snapshotUs: figures.snapshotUs,
    ...drawn,
    name: place?.name ?? vertex,
    place: `${subtask + 1}/${place?.parallelism ?? subtask + 1}`,
    order: (place?.order ?? 0) * 1000 + subtask,
  }
}

type Places = ReadonlyMap<string, { readonly name: string; readonly parallelism: number; readonly order: number }>

function placesOf({ vertices }: Topology): Places {
  return new Map(
    vertices.map(({ id, name, nodes, parallelism }, order) => [
      id,
      { name: shortName(nodes[0]?.name ?? name), parallelism, order },
    ]),
  )
}

/** 1, 2 or 5 times a power of ten, so that there are a few. */
function tickStep(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms / MOST_TICKS))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power * MOST_TICKS >= ms) ?? 10
  return factor * power
}
