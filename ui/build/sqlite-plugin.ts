// `virtual:streambed-sqlite`: the module of SQLite's package as the text of one ES module, for the engine to import as a Blob.
// What it would look for beside itself, its WebAssembly and a worker for files, it's given or doesn't need: so its own
// address is any, and nothing of what it names is put into the text.
import { createRequire } from 'node:module'
import path from 'node:path'
import { build, type Plugin, type Rollup } from 'vite'

const VIRTUAL = 'virtual:streambed-sqlite'
const RESOLVED = `\0${VIRTUAL}`
const NO_ADDRESS = JSON.stringify('file:///sqlite/module.mjs')

export function sqlitePlugin(root: string): Plugin {
  return {
    name: 'streambed:sqlite',
    buildStart: () => void wasmFile(root),
    resolveId: (source) => (source === VIRTUAL ? RESOLVED : null),
    async load(id) {
      return id === RESOLVED ? `export const code = ${JSON.stringify(await bundleModule(root))}` : null
    },
  }
}

/** It lies beside the module that is made for bundlers. */
function wasmFile(root: string): string {
  try {
    return createRequire(path.join(root, 'package.json')).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm')
  } catch {
    throw new Error('SQLite isn’t installed: run `npm ci`, since package-lock.json has changed.')
  }
}

async function bundleModule(root: string): Promise<string> {
  const entry = path.join(path.dirname(wasmFile(root)), 'sqlite3-bundler-friendly.mjs')
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'streambed:no-address',
        enforce: 'pre',
        transform: (code) => ({ code: code.replaceAll('import.meta.url', NO_ADDRESS), map: null }),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      copyPublicDir: false,
      lib: { entry, formats: ['es'] },
      // The build of a library keeps ES modules readable unless told otherwise.
      minify: true,
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rollup.RollupOutput[]
  const [chunk, ...others] = outputs[0]?.output ?? []
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('SQLite’s module isn’t one file')
  return chunk.code
}
