// The key groups of a keyed operator as a band: which subtask owns which, which are in use, and after a change of the
// parallelism where each came from. Ranges are Flink's: contiguous, as even as they can be.
import type { StateMoment, VertexView } from '../../../../runtime/host/protocol.ts'

/** Subtask and key groups from start to end, both included. */
export interface GroupRange {
  readonly subtask: number
  readonly start: number
  readonly end: number
}

export interface GroupSegment extends GroupRange {
  readonly used: number
  readonly keys: number
  /** What other subtasks owned before the job was rescaled. */
  readonly cameFrom: readonly GroupRange[]
}

/** A stroke of the band: a key group, or where there are very many a few neighbours. */
export interface GroupCell {
  readonly start: number
  readonly end: number
  readonly keys: number
  /** How full it is, of 1. */
  readonly share: number
  readonly hasMoved: boolean
}

export interface GroupBand {
  readonly segments: readonly GroupSegment[]
  readonly cells: readonly GroupCell[]
}

type Groups = StateMoment['tasks'][number]['groups']
type Scale = Pick<VertexView, 'parallelism' | 'maxParallelism' | 'formerParallelism'>

const MOST_CELLS = 256

export function layoutKeyGroups(scale: Scale, groups: Groups): GroupBand {
  const { parallelism, maxParallelism } = scale
  const former = scale.formerParallelism ?? parallelism
  const segments = Array.from({ length: parallelism }, (_, subtask): GroupSegment => {
    const range = rangeOf(subtask, parallelism, maxParallelism)
    const own = groups.filter(({ group }) => group >= range.start && group <= range.end)
    return {
      ...range,
      used: own.length,
      keys: own.reduce((sum, { keys }) => sum + keys, 0),
      cameFrom: parallelism === former ? [] : comingTo(range, former, maxParallelism),
    }
  })
  return { segments, cells: cellsOf(segments, groups, maxParallelism) }
}

/** The key groups that a subtask owns. Flink's KeyGroupRangeAssignment. */
export function rangeOf(subtask: number, parallelism: number, maxParallelism: number): GroupRange {
  return {
    subtask,
    start: Math.ceil((subtask * maxParallelism) / parallelism),
    end: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),
  }
}

/** What of a range other subtasks had. */
function comingTo({ subtask, start, end }: GroupRange, former: number, maxParallelism: number): GroupRange[] {
  return Array.from({ length: former }, (_, before) => rangeOf(before, former, maxParallelism)).flatMap((old) => {
    const [first, last] = [Math.max(start, old.start), Math.min(end, old.end)]
    return old.subtask === subtask || first > last ? [] : [{ subtask: old.subtask, start: first, end: last }]
  })
}

function cellsOf(segments: readonly GroupSegment[], groups: Groups, maxParallelism: number): GroupCell[] {
  const width = Math.ceil(maxParallelism / MOST_CELLS)
  const count = Math.ceil(maxParallelism / width)
  const keys = new Array<number>(count).fill(0)
  for (const { group, keys: more } of groups)
    keys[Math.floor(group / width)] = (keys[Math.floor(group / width)] ?? 0) + more
  const fullest = Math.max(1, ...keys)
  const moved = segments.flatMap(({ cameFrom }) => cameFrom)
  return keys.map((own, i) => {
    const [start, end] = [i * width, Math.min(maxParallelism, (i + 1) * width) - 1]
    const hasMoved = moved.some((range) => range.start <= end && range.end >= start)
    return { start, end, keys: own, share: own / fullest, hasMoved }
  })
}
