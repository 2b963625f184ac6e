// Where the places and links of a job have gone when it has been laid out anew with other numbers of subtasks: to those of
// the same subtasks, as far as there still are any.

import type { Layout, Link, Place } from './regions.ts'

/** By number before, the number after. */
export interface Moved {
  readonly places: ReadonlyMap<number, number>
  readonly links: ReadonlyMap<number, number>
}

export function movedPlaces(before: Layout, after: Layout): Moved {
  const linkName =
    ({ places }: Layout) =>
    ({ edge, from, to }: Link): string =>
      `${edge.to} ${edge.index} ${places[from]?.subtask} ${places[to]?.subtask}`
  return {
    places: byName(before.places.map(placeName), after.places.map(placeName)),
    links: byName(before.links.map(linkName(before)), after.links.map(linkName(after))),
  }
}

function placeName({ vertex, subtask }: Place): string {
  return `${vertex.id} ${subtask}`
}

function byName(before: readonly string[], after: readonly string[]): Map<number, number> {
  const found = new Map(after.map((name, i) => [name, i]))
  return new Map(
    before.flatMap((name, i) => {
      const to = found.get(name)
      return to === undefined ? [] : [[i, to] as const]
    }),
  )
}
