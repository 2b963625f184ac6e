// One sandbox: a hidden frame with the engine's worker in it. It can be thrown away at any moment, whatever the code
// inside is doing, and that is the last word in stopping a job.
import * as Comlink from 'comlink'
import type { Engine } from '../../runtime/host/protocol.ts'
import { sandboxDocument } from './sandbox-document.ts'

export interface Sandbox {
  readonly engine: Comlink.Remote<Engine>
  /** Resolves when the engine is lost: its worker failed, or its process no longer answers. */
  readonly died: Promise<string>
  /** Removes the frame, and with it the worker and all it holds. */
  dispose(): void
}

/** A frame that the browser or an extension refuses says nothing; an engine starts in a tenth of a second. */
const START_MS = 15_000

/** How often the frame is asked for a sign of life, and how many silent rounds mean that it is gone. */
const PULSE_MS = 500
const MISSED_PULSES = 6

/** Starts an engine and waits until it answers. */
export async function openSandbox(engineCode: string): Promise<Sandbox> {
  const frame = await insertFrame()
  const [engine, life] = [new MessageChannel(), new MessageChannel()]
  let reportDeath: (reason: string) => void = () => {}
  const died = new Promise<string>((resolve) => (reportDeath = resolve))
  const stopPulse = watchLife(life.port1, reportDeath)
  frame.contentWindow?.postMessage(engineCode, '*', [engine.port2, life.port2])

  const remote = Comlink.wrap<Engine>(engine.port1)
  const dispose = (): void => {
    stopPulse()
    life.port1.close()
    engine.port1.close()
    frame.remove()
  }
  const tooLate = setTimeout(() => reportDeath('the engine did not answer'), START_MS)
  const greeting = await Promise.race([remote.hello(), died])
  clearTimeout(tooLate)
  if (typeof greeting === 'string') {
    dispose()
    throw new Error(greeting)
  }
  return { engine: remote, died, dispose }
}

function insertFrame(): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.setAttribute('aria-hidden', 'true')
  frame.tabIndex = -1
  frame.hidden = true
  frame.srcdoc = sandboxDocument(__BOOTSTRAP_HASH__)
  return new Promise((resolve) => {
    frame.addEventListener('load', () => resolve(frame), { once: true })
    document.body.append(frame)
  })
}

/** The frame's own thread stays free while its worker computes, so silence means that the whole process is gone. */
function watchLife(port: MessagePort, reportDeath: (reason: string) => void): () => void {
  let silentRounds = 0
  port.onmessage = ({ data }: MessageEvent<{ error?: string }>) => {
    silentRounds = 0
    if (data.error !== undefined) reportDeath(data.error)
  }
  const timer = setInterval(() => {
    // A page in the background is slowed down by the browser, and so is the frame: that isn't silence.
    if (document.hidden) silentRounds = 0
    else if (++silentRounds > MISSED_PULSES) reportDeath('the engine no longer answers')
    port.postMessage(null)
  }, PULSE_MS)
  return () => clearInterval(timer)
}
