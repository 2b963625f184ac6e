// Finds a Chromium for the end-to-end tests, and gets one where that is possible without asking anybody.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']

export const advice = [
  'No Chromium was found. One of these helps:',
  '  npx playwright install chromium',
  '  apt-get install chromium fonts-noto-cjk     (Debian, as root)',
  '  CHROMIUM_PATH=/path/to/chromium npm test',
].join('\n')

/** `{ kind, path }` of the first of CHROMIUM_PATH, Playwright's own, the usual names on PATH; null if there is none. */
export function findChromium() {
  const fromEnvironment = process.env.CHROMIUM_PATH
  if (fromEnvironment) return existsSync(fromEnvironment) ? { kind: 'env', path: fromEnvironment } : null
  const own = playwrightsOwn()
  if (own && existsSync(own)) return { kind: 'playwright', path: own }
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder, name)
      if (folder && existsSync(file)) return { kind: 'system', path: file }
    }
  }
  return null
}

/** Like findChromium, but installs Debian's where it may; null, with the advice printed, where it may not. */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  const isRoot = process.getuid?.() === 0
  if (isRoot && existsSync('/usr/bin/apt-get') && !process.env.CHROMIUM_PATH) {
    console.log('Installing Chromium and a Chinese font with apt-get.')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
    spawnSync('apt-get', ['update', '-qq'], quiet)
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], quiet)
  }
  const installed = findChromium()
  if (!installed) console.error(advice)
  return installed
}

function playwrightsOwn() {
  try {
    return createRequire(import.meta.url)('@playwright/test').chromium.executablePath()
  } catch {
    return ''
  }
}
