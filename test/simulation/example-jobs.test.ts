// Jobs as learners write them, one for each thing they show: they type-check, run, and give what they say.

import { readdirSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { compileFile } from '../../runtime/host/node.ts'
import type { RunSettings, SinkRow } from '../../runtime/host/protocol.ts'
import { newSession } from '../harness/compiled-job.ts'

const root = path.resolve(import.meta.dirname, '../..')
const fileOf = (name: string): string => path.join(root, 'test/jobs', `${name}.ts`)

async function run(name: string, settings: RunSettings = {}): Promise<readonly SinkRow[]> {
  const { job, diagnostics } = compileFile(fileOf(name))
  expect(diagnostics).toEqual([])
  const rows: SinkRow[] = []
  const outcome = await newSession().run(
    job as NonNullable<typeof job>,
    settings,
    (frame) => void rows.push(...frame.rows),
  )
  expect(outcome.diagnostics).toEqual([])
  return rows
}

const texts = (rows: readonly SinkRow[], sink: string): string[] =>
  rows.filter((row) => row.sink === sink).map(({ text }) => text)

test('they type-check', () => {
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file))
  const { options } = ts.parseJsonConfigFileContent(
    { ...(config.config as object), include: [], files: [] },
    ts.sys,
    root,
  )
  const files = readdirSync(path.join(root, 'test/jobs')).map((file) => path.join(root, 'test/jobs', file))
  const program = ts.createProgram([...files, path.join(root, 'runtime/messages/raw.d.ts')], {
    ...options,
    noEmit: true,
  })
  const found = files.flatMap((file) => program.getSemanticDiagnostics(program.getSourceFile(file)))
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([])
})

test('async I/O: every order of five seconds, in order and as the answers come', async () => {
  const rows = await run('async-enrichment', { untilMs: 5000 })
  const [ordered, unordered] = [texts(rows, 'ordered'), texts(rows, 'unordered')]
  const idOf = (text: string): number => Number(/\d+/.exec(text)?.[0])
  expect(ordered.length).toBeGreaterThan(400)
  expect(ordered.map(idOf)).toEqual(ordered.map((_, i) => i))
  expect(ordered.slice(0, 2)).toEqual(['order 0 of Ada', 'order 1 of Margaret'])
  expect(new Set(unordered).size).toBe(unordered.length)
  expect(unordered.map(idOf)).not.toEqual(unordered.map((_, i) => i))
})

test('co-process: two that find each other, two that don’t, and no order between the streams', async () => {
  const rows = await run('co-process')
  expect(texts(rows, 'enriched').sort()).toEqual(['ride 1 alone', 'ride 3 alone', 'to Mitte for 12'])
  expect(texts(rows, 'either').sort()).toEqual(['fare of 12', 'fare of 7', 'ride to Kreuzberg', 'ride to Mitte'])
})

test('a co-map: one record for each of both streams', async () => {
  const both = texts(await run('connected'), 'both')
  expect(both.filter((text) => text.startsWith('control'))).toEqual(['control DROP', 'control IGNORE'])
  expect(both.filter((text) => text.startsWith('word'))).toHaveLength(4)
})

test('partitioning: who gets what', async () => {
  const rows = await run('partitioning')
  const of = (sink: string): string[] =>
    rows
      .filter((row) => row.sink === sink)
      .map(({ subtask, text }) => `${subtask + 1}> ${text}`)
      .sort()
  const everyone = ['1', '2', '3', '4', '5', '6']
  const sinks = ['custom', 'rebalance', 'rescale', 'shuffle', 'global']
  for (const sink of sinks) expect(texts(rows, sink).sort(), sink).toEqual(everyone)
  expect(of('custom')).toEqual(['1> 2', '1> 4', '1> 6', '2> 1', '2> 3', '2> 5'])
  expect(of('broadcast')).toEqual([1, 2].flatMap((subtask) => everyone.map((n) => `${subtask}> ${n}`)))
  expect(of('forward')).toEqual(['1> 1', '1> 2', '2> 3', '2> 4'])
  expect(texts(rows, 'keyed')).toHaveLength(6)
  expect(texts(rows, 'keyed')).toEqual(expect.arrayContaining(['9', '12']))
})

test('batch mode: one count for each word', async () => {
  const rows = await run('batch-word-count', { parallelism: 3 })
  expect(texts(rows, 'counts').sort().join(' ')).toBe(
    '(be,2) (is,1) (not,1) (or,1) (question,1) (that,1) (the,1) (to,2)',
  )
})

test('value state with a time to live: again after a second of silence', async () => {
  const rows = await run('state-value', { untilMs: 6000 })
  // `rarely` comes once in each second, exactly; reading prolongs, and what is a second old has expired.
  const words = texts(rows, 'words')
  expect(words.filter((word) => word === 'often')).toHaveLength(2)
  expect(words.filter((word) => word === 'other')).toHaveLength(1)
  expect(words.filter((word) => word === 'rarely')).toHaveLength(5)
})

test.each<[name: string, job: string, sink: string, rows: string[]]>([
  [
    'list state',
    'state-list',
    'last',
    [1, 2, 3, 4].flatMap((n) =>
      [20, 10].map((base, i) => {
        const last = [n - 2, n - 1, n].filter((m) => m > 0).map((m) => base + m)
        return `${i === 0 ? 'attic' : 'cellar'}: ${last.join(' ')}`
      }),
    ),
  ],
  ['map state', 'state-map', 'visits', ['Ada: 1.1×1', 'Grace: 2.5×1', 'Ada: 1.1×1 1.2×1', 'Ada: 1.1×2 1.2×1']],
  [
    'reducing and aggregating state',
    'state-folding',
    'bids',
    [
      'clock: highest 10, average 10',
      'vase: highest 7, average 7',
      'clock: highest 30, average 20',
      'clock: highest 30, average 20',
    ],
  ],
  ['window join', 'join-window', 'paid', ['tea 3', 'cake 5']],
  ['co-group', 'co-group', 'paid', ['tea: unpaid', 'cake: 2 + 3']],
  ['interval join', 'join-interval', 'paid', ['tea 3', 'cake 5', 'cake 7']],
  ['interval join with an exclusive bound', 'join-interval', 'sooner', ['tea 3', 'cake 5']],
  ['late records of an interval join', 'join-interval', 'late', ['9']],
  ['connected streams', 'connected', 'words', ['Apache', 'Flink']],
  ['broadcast state', 'broadcast-rules', 'found', ['large: blue 9', 'large: red 5']],
  ['a pattern', 'pattern-logins', 'attacks', ['Ada after 3']],
  ['timed-out matches', 'pattern-logins', 'gave up', ['Eve after 3', 'Eve after 2', 'Eve after 1']],
  ['an iterative condition', 'pattern-logins', 'rising', ['1 < 2 < 4']],
  ['side outputs', 'side-outputs', 'large', ['6 people']],
  ['a main output beside them', 'side-outputs', 'people', ['2 people', '5 people']],
  ['late records of a window', 'side-outputs', 'late', ['at 3']],
  ['late records', 'late-records', 'tips', ['2', '3']],
  ['async I/O', 'async-io', 'ordered', ['order 1 of user 7', 'order 2 of user 8', 'order 3 of user 7']],
  ['async I/O with retries', 'async-io', 'retried', ['order 1 of user 7', 'order 2 of user 8', 'order 3 of user 7']],
  ['operator state', 'state-of-operator', 'batches', ['1+2+3', '4+5+6']],
  ['state by value', 'state-by-value', 'numbers', ['1', '1', '1']],
])('%s', async (_name, job, sink, expected) => {
  expect(texts(await run(job), sink)).toEqual(expected)
})

test('the click events of the operations playground: 1000 of each page in each window', async () => {
  const rows = await run('click-event-count', { untilMs: 30_000, parallelism: 2 })
  const counts = texts(rows, 'ClickEventStatistics Sink').map((text) => /count=(\d+)/.exec(text)?.[1])
  expect(counts.length).toBeGreaterThan(11)
  expect(new Set(counts)).toEqual(new Set(['1000']))
})
