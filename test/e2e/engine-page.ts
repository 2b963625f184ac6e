// A page that has nothing but the engine: starts its worker from a text, and tells runs as test/harness/intervened-runs.ts
// does in Node. The test puts it into Chromium as one script.
import * as Comlink from 'comlink'
import type { CompiledJob, Engine, RunSettings } from '../../runtime/host/protocol.ts'
import { tellRun, type Told, type Way } from '../harness/intervened-runs.ts'

export interface TellInPage {
  /** The worker's text. */
  readonly engine: string
  readonly job: CompiledJob
  readonly settings: RunSettings
  readonly way: Way
}

async function tell({ engine: text, ...run }: TellInPage): Promise<Told> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const worker = new Worker(url)
  const { port1, port2 } = new MessageChannel()
  worker.postMessage(port2, [port2])
  const engine = Comlink.wrap<Engine>(port1) as unknown as Engine
  try {
    await engine.hello()
    return await tellRun(engine, run, (callback) => Comlink.proxy(callback as object) as typeof callback)
  } finally {
    worker.terminate()
    URL.revokeObjectURL(url)
  }
}

Object.assign(globalThis, { tell })
