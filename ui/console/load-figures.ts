// The figures of every subtask, as a table's rows: what it did, what it spends its time on, and how full its buffers are.
import type { Moment, TaskMoment, Topology } from '../../runtime/host/protocol.ts'
import { shortName } from '../stage/views/node-name.ts'

export interface LoadFigures {
  readonly operator: string
  readonly subtask: number
  readonly parallelism: number
  readonly place: TaskMoment['place']
  readonly state: string
  readonly recordsIn: number
  readonly recordsOut: number
  /** In percent of the last whole second; together 100, or nothing before there was one. */
  readonly busy: number
  readonly pressed: number
  readonly idle: number
  /** In percent. */
  readonly inPool: number
  readonly outPool: number
  readonly watermark: number | null
}

export function loadFigures({ tasks, vertices }: Topology, moment: Moment): LoadFigures[] {
  return tasks.flatMap(({ vertex, subtask }, i) => {
    const [own, now] = [vertices[vertex], moment.tasks[i]]
    if (own === undefined || now === undefined) return []
    const { busyTimeMsPerSecond, backPressuredTimeMsPerSecond, idleTimeMsPerSecond, inPoolUsage, outPoolUsage } =
      now.load
    return [
      {
        operator: own.nodes.map(({ name }) => shortName(name)).join(' → '),
        subtask,
        parallelism: own.parallelism,
        place: now.place,
        state: now.state,
        recordsIn: now.recordsIn,
        recordsOut: now.recordsOut,
        busy: Math.round(busyTimeMsPerSecond / 10),
        pressed: Math.round(backPressuredTimeMsPerSecond / 10),
        idle: Math.round(idleTimeMsPerSecond / 10),
        inPool: Math.round(inPoolUsage * 100),
        outPool: Math.round(outPoolUsage * 100),
        watermark: now.watermark,
      },
    ]
  })
}
