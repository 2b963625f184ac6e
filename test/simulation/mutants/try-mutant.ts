// Builds the engine with one mistake in it, together with the probe, and runs that in a process of its own: a mistake may
// well make it hang.

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'
import type { Mutant } from './mutants.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** For a single schedule. */
const HANGS_AFTER_MS = 60_000

/** The first schedule that came out wrong. */
export interface Caught {
  readonly seed: number
  readonly invariant: string
  readonly text: string
}

/** Null if no schedule of these notices. Without a mutant the engine as it is. */
export async function tryMutant(
  mutant: Mutant | null,
  seeds: readonly { readonly from: number; readonly count: number }[],
): Promise<Caught | null> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'streambed-mutant-'))
  try {
    const file = path.join(folder, 'probe.mjs')
    await writeFile(file, await bundle(mutant))
    for (const { from, count } of seeds) {
      const caught = await run(file, [from, count])
      if (caught !== null) return caught
    }
    return null
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bundle(mutant: Mutant | null): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: mutant === null ? [] : [mutating(mutant)],
    build: {
      write: false,
      minify: false,
      ssr: path.join(root, 'test/simulation/mutants/probe.ts'),
      target: 'node20',
      rollupOptions: { external: [/^node:/], output: { format: 'es', codeSplitting: false } },
    },
    ssr: { noExternal: true, target: 'node' },
  })
  const [built] = Array.isArray(result) ? result : [result]
  const chunk = 'output' in (built ?? {}) ? (built as { output: { type: string; code?: string }[] }).output : []
  return chunk.find(({ type }) => type === 'chunk')?.code ?? ''
}

function mutating({ name, file, find, replace }: Mutant): Plugin {
  let isDone = false
  return {
    name: 'streambed:mutant',
    enforce: 'pre',
    transform(code, id) {
      if (path.relative(root, id) !== file) return null
      const places = code.split(find).length - 1
      if (places !== 1) throw new Error(`The mutant “${name}” fits ${places} places of ${file}.`)
      isDone = true
      return { code: code.replace(find, () => replace), map: null }
    },
    buildEnd(error) {
      if (error === undefined && !isDone) throw new Error(`The mutant “${name}” is about ${file}, which isn't used.`)
    },
  }
}

function run(file: string, args: readonly number[]): Promise<Caught | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args.map(String)])
    let output = ''
    let said = ''
    let hasHung = false
    const hang = (): void => {
      hasHung = true
      child.kill('SIGKILL')
    }
    let timer = setTimeout(hang, HANGS_AFTER_MS)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      clearTimeout(timer)
      timer = setTimeout(hang, HANGS_AFTER_MS)
    })
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      const lines = output.trim().split('\n')
      if (hasHung) {
        const seed = Number(lines.at(-1))
        resolve({ seed, invariant: '24 liveness', text: `nothing came of it in ${HANGS_AFTER_MS / 1000} s` })
      } else if (code === 0) resolve(JSON.parse(lines.at(-1) ?? 'null') as Caught | null)
      else reject(new Error(said))
    })
  })
}
