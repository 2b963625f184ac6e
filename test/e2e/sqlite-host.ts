// The page's own engine host over the built chunks, for a test to ask its database. Put into the built page as one script.
import { EngineHost } from '../../ui/kernel/engine-host.ts'
import type { CompiledJob, RunSettings, SqliteFiles, TableOutput } from '../../runtime/host/protocol.ts'

export interface RunInPage {
  /** Addresses of the built chunks. */
  readonly engine: string
  readonly sqlite: string
  readonly job: CompiledJob
  readonly settings: RunSettings
  readonly sql: string
}

export interface RanInPage {
  readonly hash: string
  readonly codes: readonly string[]
  /** The answer to the question while the job was running. */
  readonly answer: TableOutput | null
}

async function runInPage({ engine, sqlite, job, settings, sql }: RunInPage): Promise<RanInPage> {
  const exported = async (address: string): Promise<unknown> =>
    Object.values((await import(/* @vite-ignore */ address)) as Record<string, unknown>)[0]
  const host = new EngineHost({
    engineCode: async () => (await exported(engine)) as string,
    sqliteFiles: async () => ((await exported(sqlite)) as () => Promise<SqliteFiles>)(),
  })
  let answer: TableOutput | null = null
  const end = await host.run(job, settings, async () => {
    answer = (await host.query(sql)) ?? answer
  })
  if (end.kind !== 'outcome') throw new Error(end.kind)
  const { hash, diagnostics } = end.outcome
  return { hash, codes: diagnostics.map(({ code }) => code), answer }
}

Object.assign(globalThis, { runInPage })
