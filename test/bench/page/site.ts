// The built site, served, and a Chromium to look at it.
import { chromium, type Browser } from '@playwright/test'
import { buildSite, isSiteFresh, siteFolder } from '../../../bin/build-site.mjs'
import { advice, findChromium } from '../../../bin/find-chromium.mjs'
import { serveStatic } from '../../../bin/serve-static.mjs'

export async function openSite(): Promise<{ readonly browser: Browser; readonly address: string }> {
  const found = findChromium()
  if (!found) throw new Error(advice)
  if (!isSiteFresh()) await buildSite()
  const port = await serveStatic({ folder: siteFolder, port: Number(process.env.PORT ?? 4273) })
  const browser = await chromium.launch({
    ...(found.kind === 'playwright' ? {} : { executablePath: found.path }),
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-component-update'],
  })
  return { browser, address: `http://127.0.0.1:${port}/` }
}
