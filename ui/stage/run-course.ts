// All that a run has said, as far as it's known: where the run goes back, or on to where it has been before, it isn't said
// again. What is shown is always what had been said by where the run is.
import type { Frame, LogLine, SinkRow } from '../../runtime/host/protocol.ts'
import { EMPTY_RECORD, extendRecord, type RunRecord } from './run-record.ts'

/** More than the engine relies on (`Frame.rowsFirst`), so that forgetting is seldom. */
const MOST_REMEMBERED = 150_000
const FORGOTTEN_AT_ONCE = 50_000

export class RunCourse {
  #rows: SinkRow[] = []
  #logs: LogLine[] = []
  /** Of what isn't remembered any more, from the run's start on. */
  #forgotten: RunRecord = EMPTY_RECORD
  #record: RunRecord = EMPTY_RECORD

  /** What is to be shown with this frame. */
  take({
    rows,
    rowsFirst,
    logs,
    logsFirst,
    isFork,
  }: Pick<Frame, 'rows' | 'rowsFirst' | 'logs' | 'logsFirst' | 'isFork'>): RunRecord {
    const shown = this.#record
    if (rowsFirst < this.#forgotten.all.total || logsFirst < this.#forgotten.log.total) this.#forgetAll()
    const rowsEnd = write(this.#rows, rowsFirst - this.#forgotten.all.total, rows)
    const logsEnd = write(this.#logs, logsFirst - this.#forgotten.log.total, logs)
    if (isFork) [this.#rows.length, this.#logs.length] = [rowsEnd, logsEnd]
    const goesOn = rowsFirst === shown.all.total && logsFirst === shown.log.total
    this.#record = goesOn
      ? extendRecord(shown, rows, logs)
      : extendRecord(this.#forgotten, this.#rows.slice(0, rowsEnd), this.#logs.slice(0, logsEnd))
    this.#forget()
    return this.#record
  }

  #forget(): void {
    const count = (list: readonly unknown[]): number => (list.length > MOST_REMEMBERED ? FORGOTTEN_AT_ONCE : 0)
    const [rows, logs] = [count(this.#rows), count(this.#logs)]
    if (rows + logs === 0) return
    this.#forgotten = extendRecord(this.#forgotten, this.#rows.splice(0, rows), this.#logs.splice(0, logs))
  }

  #forgetAll(): void {
    this.#rows = []
    this.#logs = []
    this.#forgotten = EMPTY_RECORD
  }
}

/** Puts them there, in the place of what was; gives where they end. */
function write<T>(list: T[], at: number, items: readonly T[]): number {
  items.forEach((item, i) => (list[at + i] = item))
  return at + items.length
}
