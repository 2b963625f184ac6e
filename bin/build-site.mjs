// Builds the site into dist/site, unless what is there is newer than everything it is made from.
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { root } from './prepare.mjs'

/** Where the built site lies. */
export const siteFolder = path.join(root, 'dist/site')

const sources = [
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'tsconfig.json',
  'public',
  'runtime',
  'ui',
  'lessons',
  'exercises',
]

/** True if the site is there and no source file is newer, nor any folder from which one was removed. */
export function isSiteFresh() {
  const built = statSync(path.join(siteFolder, 'index.html'), { throwIfNoEntry: false })
  return built !== undefined && sources.every((source) => newestIn(path.join(root, source)) <= built.mtimeMs)
}

function newestIn(file) {
  if (!existsSync(file)) return 0
  const stat = statSync(file)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newestIn(path.join(file, name))))
}

/** Runs `vite build` quietly. */
export async function buildSite() {
  const { build } = await import('vite')
  await build({ root, logLevel: 'error' })
}
