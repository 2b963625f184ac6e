// Gathers what a run says between two frames, and hands it out: rows, log lines and the trace. The run waits until a
// frame was taken, so a slow page slows the run down instead of filling memory.

import type { LearnerError } from '../base/diagnostic.ts'
import { hasTimestamp, MIN_TIMESTAMP, timestampText } from '../base/time.ts'
import { toPrintText, toTaggedJson } from '../base/value-text.ts'
import type { JobObserver, Row } from '../cluster/job-observer.ts'
import { logSeen } from '../connectors/log/log-cluster.ts'
import { viewLog } from '../connectors/log/log-view.ts'
import type { Outside } from '../operators/outside.ts'
import type { TraceRing } from '../trace/trace-ring.ts'
import type { Said } from '../travel/keyframes.ts'
import type { FileOutput, Frame, LogLine, SinkRow, TopicOutput } from './protocol.ts'

const ROWS_PER_FRAME = 1000
/** Longer texts are cut for the page; the whole value is in the run, and in the command line's output. */
const LONGEST_TEXT = 4000

/** What a frame says beside rows, logs and trace. */
export type FrameHead = Pick<
  Frame,
  | 'position'
  | 'topology'
  | 'moment'
  | 'interventions'
  | 'traced'
  | 'isPaused'
  | 'deeds'
  | 'skippedMs'
  | 'isAnew'
  | 'isFork'
  | 'isPassing'
  | 'isImpure'
>

/** So much is a page to remember at least of what a run has said before, to show it again without being told. */
const REMEMBERED = 100_000

export class FrameWriter implements JobObserver {
  readonly #shortensValues: boolean
  readonly #onFrame: (frame: Frame) => void | Promise<void>
  #rows: SinkRow[] = []
  #logs: LogLine[] = []
  #built: readonly LogLine[] = []
  /** How much of the run was handed out, up to where it is, and at most since it's this run. */
  #handedOut: Said = { rows: 0, logs: 0 }
  #most: Said = { rows: 0, logs: 0 }
  /** Told of every line that the first job writes, with its number over the whole run. */
  onLine: ((line: number, subtask: number) => void) | null = null
  /** What the run says isn't new. */
  isMuted = false

  constructor(shortensValues: boolean, onFrame: (frame: Frame) => void | Promise<void>) {
    this.#shortensValues = shortensValues
    this.#onFrame = onFrame
  }

  row({ sink, kind, subtask, value, timestamp, atMs }: Row, job?: number): void {
    if (this.isMuted) return
    const [json, text] = [toTaggedJson(value), toPrintText(value)]
    this.#rows.push({
      sink,
      kind,
      subtask,
      timestamp: rowTimestamp(timestamp),
      value: json.length > LONGEST_TEXT ? this.#shorten(json) : json,
      text: text.length > LONGEST_TEXT && this.#shortensValues ? `${text.slice(0, LONGEST_TEXT)}…` : text,
      at: atMs,
      ...(job === undefined ? {} : { job }),
    })
  }

  log(level: string, text: string, subtask: number, atMs: number, cause?: LearnerError, job?: number): void {
    if (this.isMuted) return
    if (job === undefined) this.onLine?.(this.said().logs, subtask)
    this.#logs.push({
      ...{ level: level as LogLine['level'], text, subtask, at: atMs },
      ...(cause === undefined ? {} : { cause: { code: cause.code, params: cause.params, span: null } }),
      ...(job === undefined ? {} : { job }),
    })
  }

  /** For a job beside the first: what it says has its number. */
  observerOf(job: number): JobObserver {
    return {
      row: (row) => this.row(row, job),
      log: (level, text, subtask, atMs, cause) => this.log(level, text, subtask, atMs, cause, job),
    }
  }

  /** The run begins anew: what it said is forgotten, but for what the job said while it was built. */
  restart(): void {
    this.#rows = []
    this.#logs = [...this.#built]
    this.#handedOut = { rows: 0, logs: 0 }
    this.#most = { rows: 0, logs: 0 }
  }

  /** How much the run has said. */
  said(): Said {
    const { rows, logs } = this.#handedOut
    return { rows: rows + this.#rows.length, logs: logs + this.#logs.length }
  }

  /** Whether whoever gets the frames still knows what had been said by then. */
  isRemembered({ rows, logs }: Said): boolean {
    const isKnown = (count: number, most: number): boolean => count <= most && count >= most - REMEMBERED
    return isKnown(rows, this.#most.rows) && isKnown(logs, this.#most.logs)
  }

  /** The run is where it had said so much. Everything was handed out. */
  jumped(said: Said): void {
    this.#rows = []
    this.#logs = []
    this.#handedOut = said
  }

  /** What the run said after this isn't what it will say. */
  fork(): void {
    this.#most = this.#handedOut
  }

  /** What the job has said so far it said while it was built. */
  endBuild(): void {
    this.#built = [...this.#logs]
  }

  /** How many lines the job said while it was built. */
  get builtLines(): number {
    return this.#built.length
  }

  isFull(): boolean {
    return this.#rows.length >= ROWS_PER_FRAME || this.#logs.length >= ROWS_PER_FRAME
  }

  async flush(head: FrameHead, trace: TraceRing | null): Promise<void> {
    const drained = trace?.drain() ?? { entries: new Float64Array(0), first: 0, lost: 0 }
    const { entries, first: traceFirst, lost: traceLost } = drained
    const { rows: rowsFirst, logs: logsFirst } = this.#handedOut
    const said = this.said()
    this.#handedOut = said
    this.#most = { rows: Math.max(this.#most.rows, said.rows), logs: Math.max(this.#most.logs, said.logs) }
    const lines = { rows: this.#rows, rowsFirst, logs: this.#logs, logsFirst }
    const frame = { ...head, ...lines, trace: entries, traceFirst, traceLost }
    this.#rows = []
    this.#logs = []
    await this.#onFrame(frame)
  }

  #shorten(json: string): string {
    return this.#shortensValues ? JSON.stringify(`${json.slice(0, LONGEST_TEXT)}…`) : json
  }
}

/** What sinks have written outside of the cluster. */
export function outputsOf(outside: Outside): {
  readonly files: readonly FileOutput[]
  readonly topics: readonly TopicOutput[]
} {
  return {
    files: Array.from(outside.files, ([path, { state, text }]) => ({ path, state, text })),
    topics: viewLog(logSeen(outside)).topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ records }) =>
        records.map(({ offset, key, value, timestamp, atMs, state }) => ({
          offset,
          key: key === null ? null : toTaggedJson(key),
          value: toTaggedJson(value),
          timestamp: rowTimestamp(timestamp),
          at: atMs,
          state,
        })),
      ),
    })),
  }
}

/** MIN is Flink's own mark for "no timestamp"; MAX has no number that JSON could hold. */
function rowTimestamp(timestamp: number): number | null {
  if (!hasTimestamp(timestamp) || timestamp === MIN_TIMESTAMP) return null
  return Number.isFinite(timestamp) ? timestamp : Number(timestampText(timestamp))
}
