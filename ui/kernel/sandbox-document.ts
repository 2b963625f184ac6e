// The document of the frame in which the engine and the learner's code run: an opaque origin, no storage, no network.
// Its one script never changes, so that a policy can allow it by hash.

/** Starts the engine's text as a classic worker and passes it its port; the second port is for signs of life. */
export const bootstrapScript = `
addEventListener('message', ({ data, ports: [engine, life] }) => {
  const worker = new Worker(URL.createObjectURL(new Blob([data], { type: 'text/javascript' })))
  worker.onerror = (event) => life.postMessage({ error: event.message || 'the worker stopped' })
  life.onmessage = () => life.postMessage({})
  worker.postMessage(engine, [engine])
}, { once: true })
`

/** The frame's srcdoc. `hash` is that of bootstrapScript, as a policy source. */
export function sandboxDocument(hash: string): string {
  const policy = `default-src 'none'; script-src '${hash}' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'`
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><script>${bootstrapScript}</script>`
}
