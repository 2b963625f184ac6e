// Gathers what a run says between two frames, and hands it out: rows, log lines and the trace. The run waits until a
// frame was taken, so a slow page slows the run down instead of filling memory.

import { hasTimestamp, MIN_TIMESTAMP, timestampText } from '../base/time.ts'
import { toPrintText, toTaggedJson } from '../base/value-text.ts'
import type { JobObserver, Row } from '../cluster/job-observer.ts'
import { logOf } from '../connectors/log/log-cluster.ts'
import { viewLog } from '../connectors/log/log-view.ts'
import type { Outside } from '../operators/outside.ts'
import type { TraceRing } from '../trace/trace-ring.ts'
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
>

export class FrameWriter implements JobObserver {
  readonly #shortensValues: boolean
  readonly #onFrame: (frame: Frame) => void | Promise<void>
  #rows: SinkRow[] = []
  #logs: LogLine[] = []
  #built: readonly LogLine[] = []

  constructor(shortensValues: boolean, onFrame: (frame: Frame) => void | Promise<void>) {
    this.#shortensValues = shortensValues
    this.#onFrame = onFrame
  }

  row({ sink, kind, subtask, value, timestamp, atMs }: Row, job?: number): void {
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

  log(level: string, text: string, subtask: number, atMs: number, job?: number): void {
    const line = { level: level as LogLine['level'], text, subtask, at: atMs }
    this.#logs.push(job === undefined ? line : { ...line, job })
  }

  /** For a job beside the first: what it says has its number. */
  observerOf(job: number): JobObserver {
    return {
      row: (row) => this.row(row, job),
      log: (level, text, subtask, atMs) => this.log(level, text, subtask, atMs, job),
    }
  }

  /** The run begins anew: what it said is forgotten, but for what the job said while it was built. */
  restart(): void {
    this.#rows = []
    this.#logs = [...this.#built]
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
    const frame = { ...head, rows: this.#rows, logs: this.#logs, trace: entries, traceFirst, traceLost }
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
    topics: viewLog(logOf(outside)).topics.map(({ name, partitions }) => ({
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
