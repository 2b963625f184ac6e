// The engine's shell in the browser: a classic worker that takes one MessagePort and answers on it as host/protocol.ts
// says. Everything that isn't the host's business (time, tasks, modules) comes to the engine through HostPort.
import * as Comlink from 'comlink'
import { freezeIntrinsics } from '../sandbox/freeze-intrinsics.ts'
import { pinLocalTime } from '../sandbox/simulated-date.ts'
import type { SqliteEngine } from '../connectors/database/sqlite-engine.ts'
import { loadSqlite, type SqliteInit } from './load-sqlite.ts'
import type { Engine, SqliteFiles } from './protocol.ts'
import { EngineSession } from './session.ts'
import { warmUp } from './warm-up.ts'

/** The job is a Blob module: the sandbox's policy allows no other, and `import()` works in a classic worker. */
async function importModule(code: string): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  try {
    return await import(/* @vite-ignore */ url)
  } finally {
    URL.revokeObjectURL(url)
  }
}

let sqliteFiles: (() => Promise<SqliteFiles>) | null = null
let loading: Promise<SqliteEngine> | null = null

/** Once a worker; what failed isn't kept. */
function sqlite(): Promise<SqliteEngine> {
  loading ??= importSqlite().catch((error: unknown) => {
    loading = null
    throw error
  })
  return loading
}

async function importSqlite(): Promise<SqliteEngine> {
  if (sqliteFiles === null) throw new Error('no files')
  const { code, wasm } = await sqliteFiles()
  const { default: init } = (await importModule(code)) as { readonly default: SqliteInit }
  return loadSqlite(init, wasm)
}

// A message to oneself is the only macrotask that browsers neither delay (setTimeout: 4 ms when nested) nor skip, and it
// lets messages from the page in.
const turns = new MessageChannel()
const waiting: (() => void)[] = []
turns.port1.onmessage = () => waiting.shift()?.()

function yieldToHost(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    turns.port2.postMessage(null)
  })
}

// Kept aside before any learner code runs, and local time made UTC, as in every run.
pinLocalTime(Date.prototype)
const clock = performance
const setTimer = setTimeout
const wallMs = (): number => clock.now()
const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimer(resolve, ms))

self.addEventListener(
  'message',
  (event: MessageEvent<MessagePort>) => {
    const host = { importModule, yieldToHost, wallMs, sleep, sqlite }
    const session = new EngineSession(host)
    // Before the learner's own run there is a moment; one that comes at once doesn't wait for the end of it.
    let isWanted = false
    let stopWarmUp = (): void => undefined
    const warmUpSoon = async (): Promise<void> => {
      await yieldToHost()
      if (!isWanted) stopWarmUp = warmUp(host).stop
    }
    const begin = (): void => {
      isWanted = true
      stopWarmUp()
    }
    const engine: Engine = {
      hello() {
        void warmUpSoon()
        return session.hello()
      },
      stop: () => session.stop(),
      pause: () => session.pause(),
      play: (speed) => session.play(speed),
      step: (unit) => session.step(unit),
      intervene: (action) => session.intervene(action),
      foresee: (action) => session.foresee(action),
      withdraw: (deed) => session.withdraw(deed),
      seek: (destination) => session.seek(destination),
      compare: (job, settings, courses) => session.compare(job, settings, courses),
      lookAhead: (records) => session.lookAhead(records),
      explain: (question) => session.explain(question),
      watch: (detail) => session.watch(detail),
      savepoint: (stop) => session.savepoint(stop),
      async provideSqlite(files) {
        sqliteFiles = files
      },
      query: (sql) => session.query(sql),
      outside: () => session.outside(),
      viewTables: () => session.viewTables(),
      viewLog: (records) => session.viewLog(records),
      rescale: (parallelism) => session.rescale(parallelism),
      inspectSavepoint: (file, rows) => session.inspectSavepoint(file, rows),
      check(job, exercise, onReport) {
        begin()
        // The job that is judged must not get at the judge; a sandbox serves one check and is thrown away.
        freezeIntrinsics()
        return session.check(job, exercise, onReport)
      },
      // The trace moves over instead of being copied.
      run(job, settings, onFrame) {
        begin()
        return session.run(job, settings, (frame) =>
          onFrame(Comlink.transfer(frame, [frame.trace.buffer as ArrayBuffer])),
        )
      },
    }
    Comlink.expose(engine, event.data)
  },
  { once: true },
)
