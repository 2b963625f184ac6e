// What a run's sources will give next. A run is fixed by what fixes it, so another execution of the same run knows: it's made
// anew, brought to the same place, and let go on for a while, watched by nobody else and with nothing said of it.

import { hasTimestamp } from '../base/time.ts'
import { ClusterWatcher } from '../cluster/cluster-watcher.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import { lastRead, type RecordPlace } from '../connectors/last-read.ts'
import { canMoveArrivals } from '../cluster/record-moves.ts'
import type { Task } from '../task/task.ts'
import { placeOf } from '../travel/steps.ts'
import type { HostPort } from './host-port.ts'

/** A record that will be read, as the run is going. */
export interface ComingRecord {
  /** Index of the event in which it's read, and its place in the turn: as in the trace. */
  readonly event: number
  readonly place: number
  /** Virtual ms since the start. */
  readonly atMs: number
  /** What trace entries call the task. */
  readonly task: number
  /** Event timestamp in ms. */
  readonly timestamp: number
  readonly text: string
  /** By which `move-record` moves it; null where it can't be moved. */
  readonly handle: ComingHandle | null
}

/** Names a record for `move-record`, and says what of it can be moved. */
export interface ComingHandle extends RecordPlace {
  readonly operator: string
  readonly movesArrival: boolean
}

const SLICE_MS = 12
/** A run so long that it takes longer to get there is looked at without its future. */
const MOST_MS = 600

/** Brings a run of the same making, which `open` opens, to where `of` is, and on until so many records were read. */
export async function lookAhead(
  open: (watcher: ClusterWatcher) => JobExecution,
  of: JobExecution,
  { records, untilUs, host }: { readonly records: number; readonly untilUs: number; readonly host: HostPort },
): Promise<readonly ComingRecord[]> {
  const at = placeOf(of)
  const coming: ComingRecord[] = []
  const watcher = new ClusterWatcher(() => null)
  watcher.isDetailed = false
  watcher.times.onEvent = (task, value, timestamp) => {
    const { event } = task.simulation
    const place = task.index - task.start
    const isRead = event < at.event || (event === at.event && (at.record === 0 || place < at.record))
    if (isRead || coming.length >= records || !hasTimestamp(timestamp)) return
    const text = watcher.labels.textOf(value)
    coming.push({ event, place, atMs: task.nowUs() / 1000, task: task.id, timestamp, text, handle: handleOf(task) })
  }
  const execution = open(watcher)
  const { simulation } = execution
  simulation.interventions = of.simulation.interventions.slice()
  const startMs = host.wallMs()
  for (;;) {
    const sliceMs = host.wallMs()
    const shouldYield = (): boolean => coming.length >= records || host.wallMs() - sliceMs > SLICE_MS
    const result = simulation.run({ untilUs, untilEvent: Infinity, byRecord: false, shouldYield })
    if (result !== 'yield' || coming.length >= records || host.wallMs() - startMs > MOST_MS) break
    await host.yieldToHost()
  }
  execution.cancel()
  execution.outside.close()
  return coming
}

function handleOf({ source, chain }: Task): ComingHandle | null {
  const place = source === null ? null : lastRead(source.reader)
  const operator = chain.nodes[0]?.id
  if (source === null || place === null || operator === undefined) return null
  return { ...place, operator, movesArrival: canMoveArrivals(source.source) }
}
