// `import { code } from './worker.ts?bundle'` gives a module and all it imports as the text of ONE classic script. The
// engine is started from such a text because a worker in an opaque-origin frame can only come from a classic Blob.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { build, type Plugin, type Rollup } from 'vite'

const QUERY = '?bundle'

export function bundlePlugin(): Plugin {
  return {
    name: 'streambed:bundle',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(QUERY)) return null
      const resolved = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true })
      return resolved ? `${resolved.id}${QUERY}` : null
    },
    async load(id) {
      if (!id.endsWith(QUERY)) return null
      const entry = id.slice(0, -QUERY.length)
      const { code, inputs } = await bundleClassic(entry)
      for (const input of inputs) this.addWatchFile(input)
      return `export const code = ${JSON.stringify(code)}`
    },
    // The text is one module to the page's graph: a change in any of its inputs means a new page.
    handleHotUpdate({ file, server, modules }) {
      if (modules.some((module) => module.id?.endsWith(QUERY))) server.ws.send({ type: 'full-reload', path: file })
    },
  }
}

/** The module and all it imports as one classic script, and the files that it was made of. */
export async function bundleClassic(entry: string): Promise<{ code: string; inputs: string[] }> {
  const inputs = new Set<string>()
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'streambed:bundle-inputs',
        buildEnd() {
          for (const id of this.getModuleIds()) if (isFile(id)) inputs.add(id)
        },
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      copyPublicDir: false,
      lib: { entry, formats: ['iife'], name: 'StreambedEngine' },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rollup.RollupOutput[]
  const chunk = outputs[0]?.output.find((item) => item.type === 'chunk')
  if (!chunk) throw new Error(`Bundling ${entry} gave no script`)
  return { code: chunk.code, inputs: [...inputs] }
}

/** Virtual modules begin with a zero byte; watching them makes `vite dev` fail. */
function isFile(id: string): boolean {
  return !id.startsWith('\0') && path.isAbsolute(id) && existsSync(id)
}
