// Where in a list of moments the run is. Pure.
import type { FoundPlace, RunPosition } from '../../../runtime/host/protocol.ts'

/** The last one that the run has come to and not gone on from; −1 for none. A turn that is over has no record at hand. */
export function indexHere(
  places: readonly FoundPlace['place'][],
  { event, record }: Pick<RunPosition, 'event' | 'record'>,
): number {
  const isHere = (place: FoundPlace['place']): boolean =>
    place.event === event && (record === 0 || place.record === record)
  return places.map(isHere).lastIndexOf(true)
}
