// Records per second of virtual time in every channel, from what moments count: what is seen at full speed, where dots
// would only flicker.
import type { Moment } from '../../../../runtime/host/protocol.ts'
import type { FlowBand } from '../dataflow-layout.ts'

/** Over so much of the wall clock: shorter, and the numbers jump. */
const SPAN_MS = 400

interface Sample {
  readonly wallMs: number
  readonly virtualMs: number
  readonly records: Float64Array
}

export class ChannelRates {
  #from: Sample | null = null
  #rates: readonly number[] | null = null

  /** The rates as they are known after this moment; the same list until there are new ones, null before there are any. */
  take({ channels }: Moment, virtualMs: number, wallMs: number): readonly number[] | null {
    const now = { wallMs, virtualMs, records: channels.records }
    const from = this.#from
    // Another run, or an earlier place of this one.
    if (from === null || from.records.length !== now.records.length || virtualMs < from.virtualMs) {
      this.#from = now
      this.#rates = null
      return null
    }
    if (wallMs - from.wallMs < SPAN_MS || virtualMs === from.virtualMs) return this.#rates
    const seconds = (virtualMs - from.virtualMs) / 1000
    this.#rates = Array.from(now.records, (records, i) => Math.max(0, (records - (from.records[i] ?? 0)) / seconds))
    this.#from = now
    return this.#rates
  }
}

/** What stands at each channel that is drawn: its own rate or, where they are too many to be read, at the first of an edge the
 * edge's; null where nothing stands. */
export function bandRates(
  bands: readonly Pick<FlowBand, 'channels' | 'edge'>[],
  rates: readonly number[],
  isEach: boolean,
): readonly (number | null)[] {
  const sum = ({ channels }: Pick<FlowBand, 'channels'>): number =>
    channels.reduce((all, channel) => all + (rates[channel] ?? 0), 0)
  if (isEach) return bands.map(sum)
  const edges = new Map<string, number>()
  for (const band of bands) edges.set(band.edge, (edges.get(band.edge) ?? 0) + sum(band))
  return bands.map(({ edge }) => {
    const rate = edges.get(edge) ?? null
    edges.delete(edge)
    return rate
  })
}

/** A rate in few characters: 950, 12.3k, 4.1M. */
export function rateText(perSecond: number): string {
  if (perSecond >= 999_500) return `${(perSecond / 1e6).toFixed(1)}M`
  if (perSecond >= 999.5) return `${(perSecond / 1000).toFixed(1)}k`
  return perSecond >= 10 || perSecond === 0 ? String(Math.round(perSecond)) : perSecond.toFixed(1)
}
