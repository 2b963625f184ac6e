// Jobs as learners write them, one for each thing they show: they type-check, run, and give what they say.

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
  const files = ['async-enrichment', 'batch-word-count'].map(fileOf)
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

test('batch mode: one count for each word', async () => {
  const rows = await run('batch-word-count', { parallelism: 3 })
  expect(texts(rows, 'counts').sort().join(' ')).toBe(
    '(be,2) (is,1) (not,1) (or,1) (question,1) (that,1) (the,1) (to,2)',
  )
})
