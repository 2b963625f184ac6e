// What a first visit costs before the editor is asked for, measured from the built site.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'

const site = fileURLToPath(new URL('../../dist/site/', import.meta.url))
const KIB = 1024
/** Of the engine, which comes apart from the page: DECISIONS.md. */
const ENGINE_KIB = 170

interface ManifestEntry {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

function gzipSize(file: string): number {
  return gzipSync(readFileSync(site + file), { level: 9 }).length
}

test('the page needs at most 120 KB of JavaScript before the editor; the engine comes when the page is first touched', () => {
  const manifest = JSON.parse(readFileSync(`${site}.vite/manifest.json`, 'utf8')) as Record<string, ManifestEntry>
  const reached = new Set<string>()
  const reach = (key: string): void => {
    const entry = manifest[key]
    if (!entry || reached.has(entry.file)) return
    reached.add(entry.file)
    entry.imports?.forEach(reach)
  }
  for (const [key, entry] of Object.entries(manifest)) if (entry.isEntry) reach(key)
  const page = [...reached].reduce((sum, file) => sum + gzipSize(file), 0)
  const engine = Object.entries(manifest).find(([key]) => key.endsWith('engine-code.ts'))?.[1].file
  const engineSize = engine ? gzipSize(engine) : NaN
  console.log(`page ${(page / KIB).toFixed(1)} KiB gz, engine ${(engineSize / KIB).toFixed(1)} KiB gz`)
  expect(page).toBeLessThanOrEqual(120 * KIB)
  expect(engineSize).toBeLessThanOrEqual(ENGINE_KIB * KIB)
})

test('the site may lie in any folder: every address in it is relative', () => {
  const html = readFileSync(`${site}index.html`, 'utf8')
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(addresses.length).toBeGreaterThan(0)
  for (const address of addresses) expect(address).toMatch(/^(\.\/|data:)/)
})
