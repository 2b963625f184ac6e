// The engine's host in Node, and how a job is read from disk: the entry file and whatever it imports by relative path.
// Trusts the job as Node trusts any module: there's no sandbox but the intercepted names.

import { readFileSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { blankSourceFile } from 'ts-blank-space'
import ts from 'typescript'
import { compileJob, type CompileResult } from '../sandbox/compile.ts'
import type { SqliteEngine } from '../connectors/database/sqlite-engine.ts'
import type { HostPort } from './host-port.ts'
import { loadSqlite, type SqliteInit } from './load-sqlite.ts'

export const nodeHost: HostPort = {
  importModule: (code) => import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`),
  yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
  wallMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  sqlite: () => (sqlite ??= importSqlite()),
}

let sqlite: Promise<SqliteEngine> | null = null

/** Only for jobs that ask for it. Found by its path, so that whatever bundles the engine leaves it where it is. */
async function importSqlite(): Promise<SqliteEngine> {
  const { resolve } = createRequire(import.meta.url)
  const module = pathToFileURL(resolve('@sqlite.org/sqlite-wasm')).href
  const { default: init } = (await import(/* @vite-ignore */ module)) as { readonly default: SqliteInit }
  return loadSqlite(init, readFileSync(resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm')))
}

/** Compiles a job file and the files it imports. Throws what reading the entry throws. */
export function compileFile(entry: string): CompileResult {
  const files = new Map<string, string>()
  const folder = path.dirname(path.resolve(entry))
  const name = path.basename(entry)
  collect(path.resolve(entry), folder, files)
  return compileJob(
    Array.from(files, ([file, text]) => ({ name: file, text })),
    name,
    { ts, blankSourceFile },
  )
}

function collect(file: string, folder: string, files: Map<string, string>): void {
  const name = path.relative(folder, file).split(path.sep).join('/')
  if (files.has(name)) return
  const text = readFileSync(file, 'utf8')
  files.set(name, text)
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    if (!fileName.startsWith('.')) continue
    const target = resolveImport(path.resolve(path.dirname(file), fileName))
    if (target !== null) collect(target, folder, files)
  }
}

/** The file a relative import means; null leaves it to the compiler to complain. */
function resolveImport(base: string): string | null {
  const candidates = [base, `${base}.ts`, base.replace(/\.js$/, '.ts'), path.join(base, 'index.ts')]
  return candidates.find((candidate) => /\.ts$/.test(candidate) && existsSync(candidate)) ?? null
}
