// The dataflow by machine: cards keep their place along the flow, and across it each TaskManager has a lane of its own with
// the subtasks that sit in its slots. A pure function of cards and of who sits where.
import type { Moment } from '../../../../runtime/host/protocol.ts'

export interface Lane {
  /** Null: of those without a slot. */
  readonly taskManager: number | null
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Who sits where. */
export interface Seating {
  /** Those that are there, also without any subtask. */
  readonly taskManagers: readonly number[]
  /** By subtask, as in the topology: its TaskManager. */
  readonly places: readonly (number | null)[]
}

export function seatingOf({ tasks, machines }: Moment): Seating {
  return {
    taskManagers: machines.taskManagers.filter(({ state }) => state !== 'KILLED').map(({ number }) => number),
    places: tasks.map(({ place }) => place?.taskManager ?? null),
  }
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface LaneSpace {
  readonly margin: number
  readonly gap: number
}

/** Room for a lane's name. */
export const LANE_HEAD = 26
const PADDING = 10

/** `columns`: the cards as they stand without lanes, by column, or by row where columns are rows (`isDown`). */
export function standInLanes<Card extends Box & { readonly index: number }>(
  columns: readonly (readonly Card[])[],
  { taskManagers, places }: Seating,
  isDown: boolean,
  { margin, gap }: LaneSpace,
): { readonly cards: Card[]; readonly lanes: Lane[] } {
  const placeOf = ({ index }: Card): number | null => places[index] ?? null
  const all = columns.flat()
  const machines = new Set([...taskManagers, ...places.filter((place) => place !== null)])
  const ordered: (number | null)[] = Array.from(machines).sort((a, b) => a - b)
  if (all.some((card) => placeOf(card) === null)) ordered.push(null)
  const [along, across] = isDown ? (['y', 'x'] as const) : (['x', 'y'] as const)
  const [length, breadth] = isDown ? (['height', 'width'] as const) : (['width', 'height'] as const)
  const sumOf = (cards: readonly Card[]): number => cards.reduce((sum, card) => sum + card[breadth] + gap, -gap)
  // A lane's name stands above its cards: across the flow, or along it before the first.
  const shift = isDown ? LANE_HEAD : 0
  const begins = Math.min(...all.map((card) => card[along])) - PADDING
  const ends = Math.max(...all.map((card) => card[along] + card[length])) + PADDING + shift
  let at = margin
  const cards: Card[] = []
  const lanes = ordered.map((taskManager): Lane => {
    const stacks = columns.map((column) => column.filter((card) => placeOf(card) === taskManager))
    const broad = Math.max(0, ...stacks.map(sumOf))
    const first = at + PADDING + LANE_HEAD - shift
    for (const stack of stacks) {
      let next = first + (broad - sumOf(stack)) / 2
      for (const card of stack) {
        cards.push({ ...card, [across]: next, [along]: card[along] + shift })
        next += card[breadth] + gap
      }
    }
    const start = at
    at = Math.max(first + broad, start + (isDown ? LEAST_WIDTH : 0)) + PADDING
    const lane = { [along]: begins, [across]: start, [length]: ends - begins, [breadth]: at - start }
    at += gap / 2
    return { taskManager, ...(lane as unknown as Box) }
  })
  return { cards, lanes }
}

/** Of a lane without subtasks, where lanes stand side by side: for its name. */
const LEAST_WIDTH = 110
