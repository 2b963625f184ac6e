// Versions of the edges in the shared buffer: lists of numbers that grow by a stage with every event taken and count up
// where a run splits in two. An edge belongs to a run if the run's version descends from the edge's. Flink's DeweyNumber.

/** A version; never changed once made. */
export type DeweyNumber = readonly number[]

/** The version of a run that hasn't begun. */
export const FIRST_VERSION: DeweyNumber = [1]

/** The version `times` further on in its last stage. */
export function increased(version: DeweyNumber, times: number): DeweyNumber {
  if (times === 0) return version
  const next = version.slice()
  const last = next.length - 1
  next[last] = (next[last] as number) + times
  return next
}

/** The version with one more stage, at 0. */
export function withStage(version: DeweyNumber): DeweyNumber {
  const next = version.slice()
  next.push(0)
  return next
}

/** Whether a run of version `run` may use an edge of version `edge`: longer with the same beginning, or as long and not before it. */
export function isCompatible(run: DeweyNumber, edge: DeweyNumber): boolean {
  const common = edge.length
  if (run.length < common) return false
  const same = run.length > common ? common : common - 1
  for (let i = 0; i < same; i++) if (run[i] !== edge[i]) return false
  return run.length > common || (run[same] as number) >= (edge[same] as number)
}
