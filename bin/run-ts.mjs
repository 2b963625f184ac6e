// Runs a TypeScript entry under Node: node bin/run-ts.mjs <entry.ts> [args…].
// Vite bundles the entry into node_modules/.cache/streambed and the bundle is used again for as long as none of the
// files it was made from has changed, so a second start costs a few file stats. Stack traces point into the .ts files.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const self = fileURLToPath(import.meta.url)
const cacheRoot = path.join(root, 'node_modules/.cache/streambed')

/** Names a job or a tool may import, and where they live. */
const aliases = { streambed: 'runtime/index.ts', 'streambed/check': 'runtime/check/index.ts' }

/** Packages that Node loads itself: large, or with state of their own. */
const externals = [
  'typescript',
  'ts-blank-space',
  'rxjs',
  'rxjs/operators',
  'comlink',
  'vite',
  'playwright',
  '@playwright/test',
]

/** Runs `entry` as if it were the script that Node was started with. */
export async function runTypeScript(entry, args) {
  const file = path.resolve(entry)
  if (!existsSync(file)) return fail(`There is no file ${entry}.`)
  if (!existsSync(path.join(root, 'node_modules/vite')))
    return fail('The packages are not installed yet: run `npm ci` first.')
  const bundle = await bundleOf(file)
  process.argv = [process.argv[0], file, ...args]
  process.setSourceMapsEnabled(true)
  await import(pathToFileURL(bundle).href)
}

/**
 * The file with `entry` and all that it imports as one: `module` for Node, `script` a classic script without imports that
 * needs nothing but the language, `types` the declarations.
 */
export async function bundleOf(entry, kind = 'module') {
  const file = path.resolve(entry)
  return freshBundle(file, kind) ?? (await (kind === 'types' ? bundleTypes(file) : build(file, kind)))
}

function fail(message) {
  console.error(message)
  process.exitCode = 2
}

function cacheFolder(entry, kind) {
  const hash = createHash('sha256').update(`${entry} ${kind}`).digest('hex').slice(0, 8)
  return path.join(cacheRoot, `${path.basename(entry, '.ts')}-${hash}`)
}

/** The bundle made earlier, or null if there is none or an input changed since. */
function freshBundle(entry, kind) {
  const folder = cacheFolder(entry, kind)
  try {
    const { bundle, inputs } = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'))
    const isFresh = inputs.every(([file, stamp]) => stampOf(file) === stamp)
    return isFresh && existsSync(path.join(folder, bundle)) ? path.join(folder, bundle) : null
  } catch {
    return null
  }
}

function stampOf(file) {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat ? `${stat.mtimeMs}:${stat.size}` : 'absent'
}

async function build(entry, kind) {
  const vite = await import('vite')
  // Stamps are taken when the build begins: a file saved while it runs makes the next start build again.
  const startedMs = Date.now()
  const modules = new Set([self, path.join(root, 'package-lock.json')])
  const result = await vite.build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: {
      alias: Object.entries(aliases).map(([name, to]) => ({
        find: new RegExp(`^${name}$`),
        replacement: path.join(root, to),
      })),
    },
    plugins: [recordInputs(modules), keepFileUrls()],
    build: {
      write: false,
      // Nothing is written there by Vite, but the paths in the source map are relative to it.
      outDir: cacheFolder(entry, kind),
      minify: false,
      ...(kind === 'script' ? scriptOptions(entry) : moduleOptions(entry)),
    },
    ssr: { noExternal: true, external: externals, target: 'node' },
  })
  const output = (Array.isArray(result) ? result[0] : result).output
  return store({ entry, kind }, output.find((item) => item.type === 'chunk').code, modules, startedMs)
}

function moduleOptions(entry) {
  return {
    ssr: entry,
    target: 'node20',
    sourcemap: 'inline',
    rollupOptions: {
      external: [...externals, /^node:/, ...builtinModules],
      output: { format: 'es', entryFileNames: 'bundle.mjs', codeSplitting: false },
    },
  }
}

function scriptOptions(entry) {
  return { target: 'es2022', copyPublicDir: false, lib: { entry, formats: ['iife'], name: 'streambed' } }
}

async function bundleTypes(entry) {
  const startedMs = Date.now()
  const [{ rollup }, { dts }] = await Promise.all([import('rollup'), import('rollup-plugin-dts')])
  const compilerOptions = { stripInternal: true, noEmit: false, removeComments: true }
  const bundle = await rollup({ input: entry, plugins: [dts({ compilerOptions })] })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  const modules = new Set([self, path.join(root, 'package-lock.json'), ...bundle.watchFiles])
  return store({ entry, kind: 'types' }, output[0].code, modules, startedMs)
}

/** Writes bundle and manifest so that a process starting at the same time sees the old pair or the new one. */
function store({ entry, kind }, code, modules, startedMs) {
  const folder = cacheFolder(entry, kind)
  mkdirSync(folder, { recursive: true })
  const extension = { module: 'mjs', script: 'js', types: 'd.ts' }[kind]
  const name = `bundle-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.${extension}`
  writeWhole(path.join(folder, name), code)
  const inputs = [...modules].map((file) => {
    const isOlder = (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < startedMs
    return [file, isOlder ? stampOf(file) : 'changed while building']
  })
  writeWhole(path.join(folder, 'manifest.json'), JSON.stringify({ entry, bundle: name, inputs }))
  for (const old of readdirSync(folder)) {
    const stat = statSync(path.join(folder, old), { throwIfNoEntry: false })
    if (old !== name && old !== 'manifest.json' && stat && Date.now() - stat.mtimeMs > 3_600_000)
      rmSync(path.join(folder, old), { force: true })
  }
  return path.join(folder, name)
}

function writeWhole(file, text) {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, file)
}

function recordInputs(modules) {
  return {
    name: 'streambed:record-inputs',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const file = id.replace(/[?#].*$/, '')
        if (path.isAbsolute(file) && existsSync(file)) modules.add(file)
      }
    },
  }
}

/** `import.meta.url` keeps naming the source file, so that an entry finds its neighbours. */
function keepFileUrls() {
  return {
    name: 'streambed:keep-file-urls',
    enforce: 'pre',
    transform(code, id) {
      if (!/\.[cm]?[jt]s$/.test(id) || !code.includes('import.meta.url')) return null
      return { code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)), map: null }
    },
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === self) {
  const [entry, ...args] = process.argv.slice(2)
  if (entry) await runTypeScript(entry, args)
  else fail('Usage: node bin/run-ts.mjs <entry.ts> [args…]')
}
