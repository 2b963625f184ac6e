// `virtual:streambed-types`: everything the learner can import from 'streambed' as the text of one .d.ts, docs kept, for
// the editor's completion and hover. Made from the engine's own source, so it can't say anything else than the engine.
import path from 'node:path'
import type { Plugin } from 'vite'

const VIRTUAL = 'virtual:streambed-types'
const RESOLVED = `\0${VIRTUAL}`

export function typesPlugin(root: string): Plugin {
  const entry = path.join(root, 'runtime/index.ts')
  return {
    name: 'streambed:types',
    resolveId: (source) => (source === VIRTUAL ? RESOLVED : null),
    async load(id) {
      if (id !== RESOLVED) return null
      const { text, inputs } = await bundleTypes(entry)
      for (const input of inputs) this.addWatchFile(input)
      return asModule(text)
    },
  }
}

function asModule(text: string): string {
  return `export const streambedTypes = ${JSON.stringify(text)}`
}

async function bundleTypes(entry: string): Promise<{ text: string; inputs: string[] }> {
  const [{ rollup }, { dts }] = await Promise.all([import('rollup'), import('rollup-plugin-dts')])
  const compilerOptions = { stripInternal: true, noEmit: false, removeComments: false }
  const bundle = await rollup({
    input: entry,
    plugins: [dts({ compilerOptions })],
    external: (id) => id.startsWith('node:'),
  })
  try {
    const { output } = await bundle.generate({ format: 'es' })
    return { text: output[0].code, inputs: bundle.watchFiles }
  } finally {
    await bundle.close()
  }
}
