// Compiles learner files and runs the module as the engine does: imported from a URL, the factory called with the
// library and the sandbox's globals. What the code passes to `out(…)` of 'streambed' is the result.
import ts from 'typescript'
import { blankSourceFile } from 'ts-blank-space'
import type { Diagnostic } from '../../../runtime/base/diagnostic.ts'
import { compileJob, type CompiledJob, type JobFactory } from '../../../runtime/sandbox/compile.ts'

export const tools = { ts, blankSourceFile }

/** File names and texts; the entry is `job.ts`. */
export type Files = Readonly<Record<string, string>>

export function compile(files: Files | string): { job: CompiledJob | null; diagnostics: readonly Diagnostic[] } {
  const named = typeof files === 'string' ? { 'job.ts': files } : files
  const list = Object.entries(named).map(([name, text]) => ({ name, text }))
  return compileJob(list, 'job.ts', tools)
}

/** Compiles files that must be right. */
export function compileRight(files: Files | string): CompiledJob {
  const { job, diagnostics } = compile(files)
  if (!job) throw new Error(`Not compiled: ${JSON.stringify(diagnostics)}`)
  return job
}

/** The factory of a compiled job, through the same kind of import that Node's host uses. */
export async function loadFactory(job: CompiledJob): Promise<JobFactory> {
  const url = `data:text/javascript;base64,${Buffer.from(job.code).toString('base64')}`
  const loaded = (await import(/* @vite-ignore */ url)) as { readonly default: JobFactory }
  return loaded.default
}

export interface Evaluation {
  readonly out: unknown[]
  readonly ticks: number
}

/** Runs a job once. `globals` take the place of the host's; without them the host's own are passed in. */
export async function evaluate(job: CompiledJob, globals: Readonly<Record<string, unknown>> = {}): Promise<Evaluation> {
  const out: unknown[] = []
  let ticks = 0
  const streambed = { out: (value: unknown) => void out.push(value), execute: () => Promise.resolve(), SEVEN: 7 }
  const factory = await loadFactory(job)
  const host: Record<string, unknown> = { Date, Math, console, performance }
  const budget = globals['__tick'] as (() => void) | undefined
  const tick = (): void => {
    ticks++
    budget?.()
  }
  await factory(streambed, { __privates: () => {}, ...host, ...globals, __tick: tick })
  return { out, ticks }
}

/** What the files pass to `out`. */
export async function results(files: Files | string): Promise<unknown[]> {
  return (await evaluate(compileRight(files))).out
}

/** Diagnostics in one line each: `CODE(param=value) file:line:column`. */
export function complaints(files: Files | string): string[] {
  return compile(files).diagnostics.map(({ code, params, span }) => {
    const values = Object.entries(params).map(([name, value]) => `${name}=${value}`)
    const place = span ? ` ${span.file}:${span.line}:${span.column}` : ''
    return `${code}(${values.join(', ')})${place}`
  })
}
