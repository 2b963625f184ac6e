import { spawnSync } from 'node:child_process'
import { defineConfig } from '@playwright/test'
import { advice, findChromium } from './bin/find-chromium.mjs'

const found = findChromium()
if (!found) throw new Error(advice)

// The workers load this file too and must come to the same port, which they inherit.
process.env.STREAMBED_E2E_PORT ??= freePort()
const port = process.env.STREAMBED_E2E_PORT

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  // The longest take a third of it on two cores.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  workers: 1,
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    locale: 'en-US',
    viewport: { width: 1280, height: 860 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(found.kind === 'playwright' ? {} : { executablePath: found.path }),
      // Chromium's own sandbox doesn't start as root; the page's sandbox, which is ours to test, isn't touched by it.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-component-update'],
    },
  },
  webServer: {
    command: 'node test/e2e/serve.mjs',
    env: { PORT: port },
    url: `http://127.0.0.1:${port}/`,
    timeout: 120_000,
    reuseExistingServer: false,
  },
})

/** A port nobody uses now. Asking for one takes an event loop, which a configuration hasn't: another process asks. */
function freePort(): string {
  const ask = `const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })`
  return spawnSync(process.execPath, ['-e', ask], { encoding: 'utf8' }).stdout.trim()
}
