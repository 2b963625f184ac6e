// What a console asks of the world outside of the jobs, while a job runs or when it has ended: rows of a table, and the log
// with its topics, groups and transactions.

import { LearnerError } from '../base/diagnostic.ts'
import { toTaggedJson } from '../base/value-text.ts'
import { databaseSeen } from '../connectors/database/open-database.ts'
import { logSeen } from '../connectors/log/log-cluster.ts'
import { viewLog } from '../connectors/log/log-view.ts'
import type { Outside } from '../operators/outside.ts'
import type { LogOutput, TableOutput, TableView } from './protocol.ts'

/** The rows of a query, or what is wrong with it. */
export function queryOutside(outside: Outside, sql: string): TableOutput {
  try {
    const { columns, rows } = databaseSeen(outside).query(sql)
    const shown = rows.map((row) => row.map((value) => (typeof value === 'bigint' ? String(value) : value)))
    return { columns, rows: shown, diagnostics: [] }
  } catch (error) {
    if (!(error instanceof LearnerError)) throw error
    return { columns: [], rows: [], diagnostics: [{ code: error.code, params: error.params, span: null }] }
  }
}

/** The tables at this moment. */
export function tableViews(outside: Outside): TableView[] {
  return databaseSeen(outside).tableViews()
}

/** The log at this moment, of each partition the last so many records. */
export function logOutput(outside: Outside, records: number): LogOutput {
  const view = viewLog(logSeen(outside), records)
  return {
    ...view,
    topics: view.topics.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map((partition) => ({
        ...partition,
        records: partition.records.map((record) => ({
          ...record,
          key: record.key === null ? null : toTaggedJson(record.key),
          value: toTaggedJson(record.value),
          timestamp: Number.isFinite(record.timestamp) ? record.timestamp : null,
        })),
      })),
    })),
  }
}
