// Runs that something is done to, in Chromium and in Node: the same hash, rows, savepoints and rescales, whoever looks on.
// The engine's worker alone is asked, without the page around it.
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'
import type { CompiledJob, RunSettings } from '../../runtime/host/protocol.ts'
import { bundleClassic } from '../../ui/build/bundle-plugin.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'
import { INTERVENED_RUNS, tellRun, WAYS, type Told, type Way } from '../harness/intervened-runs.ts'
import type { TellInPage } from './engine-page.ts'

const fileAt = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

function jobOf(text: string): CompiledJob {
  return compiled([{ name: 'job.ts', text }]).job as CompiledJob
}

/** Chromium on an empty page with the engine. */
async function engineIn(page: Page): Promise<(job: CompiledJob, settings: RunSettings, way: Way) => Promise<Told>> {
  const [worker, script] = await Promise.all(
    ['../../runtime/host/worker.ts', './engine-page.ts'].map((file) => bundleClassic(fileAt(file))),
  )
  await page.route('**/nothing.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
  await page.goto('./nothing.html')
  await page.addScriptTag({ content: script?.code ?? '' })
  return (job, settings, way) =>
    page.evaluate((asked) => (globalThis as unknown as { tell: (asked: TellInPage) => Promise<Told> }).tell(asked), {
      engine: worker?.code ?? '',
      job,
      settings,
      way,
    })
}

test('what is done to a run makes the same run in Chromium and in Node, free, watched and stepped', async ({
  page,
}) => {
  test.setTimeout(180_000)
  const tellInPage = await engineIn(page)
  let savepoint = ''
  for (const { name, text, settings } of INTERVENED_RUNS) {
    const job = jobOf(text)
    const inNode = await tellRun(newSession(), { job, settings, way: 'free' })
    expect(inNode.state, name).toBe('finished')
    savepoint = inNode.files[0] ?? savepoint
    for (const way of WAYS) expect(await tellInPage(job, settings, way), `${name}, ${way}`).toEqual(inNode)
  }
  // From a savepoint as well, which both have written alike.
  const [first] = INTERVENED_RUNS
  const job = jobOf(first?.text ?? '')
  const settings = { ...first?.settings, savepoint: { file: 'savepoint', text: savepoint } }
  const inNode = await tellRun(newSession(), { job, settings, way: 'free' })
  expect(inNode.state).toBe('finished')
  expect(await tellInPage(job, settings, 'watched')).toEqual(inNode)
})
