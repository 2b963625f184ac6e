// Where the streams of random jobs end outside of the job, and how what has arrived there is read back: by nobody who had a
// part in writing it. Readers of the log look at records and markers alone, as Kafka's readers of committed records do.

import { logOf } from '../../runtime/connectors/log/log-cluster.ts'
import type { LogPartition, RecordTransaction } from '../../runtime/connectors/log/log-partition.ts'
import { MAX_TRANSACTION_TIMEOUT_MS } from '../../runtime/connectors/log/log-transactions.ts'
import {
  DeliveryGuarantee,
  JdbcExecutionOptions,
  JdbcSink,
  KafkaRecordSerializationSchema,
  KafkaSink,
  type BuiltInSink,
  type Sink,
} from '../../runtime/index.ts'
import { queryOutside } from '../../runtime/host/outside-views.ts'
import type { Outside } from '../../runtime/operators/outside.ts'
import { LedgerSink, type Ledger } from './ledger.ts'
import { rowText } from './random-model.ts'
import type { Item } from './watching-functions.ts'

/** Kinds of sinks: two-phase ones of our own, topics of the log and tables of the database. */
export const END_KINDS = ['ledger', 'late ledger', 'log', 'log again', 'table', 'upsert'] as const
export type EndKind = (typeof END_KINDS)[number]

/** What must be true of what arrives, beside that nothing is missing. */
export interface EndTraits {
  /** Nothing arrives twice, whatever fails, if state doesn't count anything twice. */
  readonly isExact: boolean
  /** What is the same is there once. */
  readonly isSet: boolean
  /** Without timestamps. */
  readonly isTimeless: boolean
}

export const END_TRAITS: Readonly<Record<EndKind, EndTraits>> = {
  ledger: { isExact: true, isSet: false, isTimeless: false },
  'late ledger': { isExact: true, isSet: false, isTimeless: false },
  log: { isExact: true, isSet: false, isTimeless: false },
  'log again': { isExact: false, isSet: false, isTimeless: false },
  table: { isExact: true, isSet: false, isTimeless: true },
  upsert: { isExact: true, isSet: true, isTimeless: true },
}

/** Whether the sink needs checkpoints to be worth anything: without them two-phase sinks commit at the end, or twice. */
export function needsCheckpoints(kind: EndKind): boolean {
  return kind !== 'log again' && kind !== 'upsert'
}

/** What is outside of the jobs of one schedule. */
export interface World {
  readonly ledger: Ledger
}

/** A sink, and the table that must be there for it. */
export interface End {
  readonly sink: Sink<Item> | BuiltInSink<Item>
  readonly table: string | null
}

/** The sink of a stream of items. */
export function endOf(kind: EndKind, name: string, { ledger }: World): End {
  const table = tableOf(name)
  switch (kind) {
    case 'ledger':
    case 'late ledger': {
      const heldBack = kind === 'ledger' ? 0 : 3
      return { sink: new LedgerSink<Item>(ledger, name, { textOf: rowText, heldBack }), table: null }
    }
    case 'log':
    case 'log again':
      return { sink: logSink(name, kind === 'log'), table: null }
    case 'table': {
      const sink = itemStatement(`INSERT INTO ${table} (k, n) VALUES (?, ?)`).buildExactlyOnce()
      return { sink, table: `CREATE TABLE ${table} (k BIGINT, n BIGINT)` }
    }
    case 'upsert':
      return { sink: upsert(table), table: `CREATE TABLE ${table} (id TEXT PRIMARY KEY, k BIGINT, n BIGINT)` }
  }
}

/** Keeps the last row of each key: what an upsert is for. */
export function lastOfKey(name: string): End {
  const table = tableOf(name)
  const sql = `INSERT INTO ${table} (k, n) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n`
  return {
    sink: itemStatement(sql).buildAtLeastOnce(),
    table: `CREATE TABLE ${table} (k BIGINT PRIMARY KEY, n BIGINT)`,
  }
}

function upsert(table: string): BuiltInSink<Item> {
  const insert = `INSERT INTO ${table} (id, k, n) VALUES (?, ?, ?)`
  return JdbcSink.builder<Item>()
    .withQueryStatement(`${insert} ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n`, (statement, { key, n }) => {
      statement.setString(1, `${key}:${n}`)
      statement.setLong(2, key)
      statement.setLong(3, n)
    })
    .withExecutionOptions(JdbcExecutionOptions.builder().withBatchSize(4).withBatchIntervalMs(50).build())
    .buildAtLeastOnce()
}

/** What has arrived, in no order. */
export function arrivedAt(kind: EndKind, name: string, outside: Outside, { ledger }: World): string[] {
  switch (kind) {
    case 'ledger':
    case 'late ledger':
      return ledger.rowsOf(name)
    case 'log':
    case 'log again':
      return (logOf(outside).topics.get(topicOf(name))?.partitions ?? []).flatMap(committedOf)
    case 'table':
    case 'upsert':
      return tableRows(name, outside)
  }
}

/** Rows of a table, as texts without timestamps. */
export function tableRows(name: string, outside: Outside): string[] {
  const { rows } = queryOutside(outside, `SELECT k, n FROM ${tableOf(name)}`)
  return rows.map(([key, n]) => `${String(key)}:${String(n)}`)
}

/** What a reader of committed records sees: nothing of a transaction before its marker, nor if that says abort. */
function committedOf({ records }: LogPartition): string[] {
  const committed = new Set<RecordTransaction | null>([null])
  for (const { marker, transaction } of records) if (marker === 'commit') committed.add(transaction)
  return records.flatMap(({ marker, transaction, value, timestamp }) =>
    marker === null && committed.has(transaction) ? [rowText(value, timestamp)] : [],
  )
}

/** What was written to the topic in transactions that are lost. */
export function lostAt(name: string, outside: Outside, lost: ReadonlySet<RecordTransaction>): string[] {
  return (logOf(outside).topics.get(topicOf(name))?.partitions ?? []).flatMap(({ records }) => {
    return records.flatMap(({ marker, transaction, value, timestamp }) =>
      marker === null && transaction !== null && lost.has(transaction) ? [rowText(value, timestamp)] : [],
    )
  })
}

/** Which transactions of the log nobody commits within the longest time that there is: Kafka aborts them, and that's that. */
export function watchTimeouts(outside: Outside): ReadonlySet<RecordTransaction> {
  const { transactions } = logOf(outside)
  const lost = new Set<RecordTransaction>()
  const expire = transactions.expire.bind(transactions)
  transactions.expire = (nowMs) => {
    for (const open of transactions.open) {
      if (open.deadlineMs <= nowMs && nowMs - open.startedMs >= MAX_TRANSACTION_TIMEOUT_MS) lost.add(open)
    }
    expire(nowMs)
  }
  return lost
}

/** Calls back with the first checkpoint that can have a transaction of the log in it, whenever one is committed. */
export function watchCommits(outside: Outside, onCommit: (checkpoint: number) => void): void {
  const { transactions } = logOf(outside)
  const commit = transactions.commit.bind(transactions)
  transactions.commit = (producer, nowMs) => {
    onCommit(Number(/\d+$/.exec(producer.transactionalId)?.[0]))
    commit(producer, nowMs)
  }
}

function logSink(name: string, isExact: boolean): KafkaSink<Item> {
  const builder = KafkaSink.builder<Item>().setRecordSerializer(
    KafkaRecordSerializationSchema.builder<Item>()
      .setTopic(topicOf(name))
      .setKeySerializationSchema(({ key }) => key)
      .build(),
  )
  if (!isExact) return builder.setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build()
  return builder.setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE).setTransactionalIdPrefix(prefixOf(name)).build()
}

function itemStatement(sql: string) {
  return JdbcSink.builder<Item>().withQueryStatement(sql, (statement, { key, n }) => {
    statement.setLong(1, key)
    statement.setLong(2, n)
  })
}

function topicOf(name: string): string {
  return `out-${name.replace(/ /g, '-')}`
}

function prefixOf(name: string): string {
  return `tx-${name.replace(/ /g, '-')}`
}

function tableOf(name: string): string {
  return name.replace(/ /g, '_')
}
