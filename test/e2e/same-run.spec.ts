// The same job, seed and settings in the browser and in Node: the same rows and the same hash of the whole run.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from './fixture.ts'
import { boundedFraud } from './jobs.ts'
import type { JobText } from './notebook-page.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface NodeRun {
  readonly rows: { sink: string; subtask: number; value: unknown }[]
  readonly hash: string
}

function runInNode(job: JobText, options: readonly string[]): NodeRun {
  const folder = mkdtempSync(path.join(tmpdir(), 'streambed-'))
  try {
    mkdirSync(folder, { recursive: true })
    for (const { name, text } of job.files) writeFileSync(path.join(folder, name), text)
    const args = ['bin/streambed.mjs', 'run', path.join(folder, job.entry), '--json', '--hash', ...options]
    const lines = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim().split('\n')
    const { hash } = JSON.parse(lines.pop() ?? '') as { hash: string }
    return { rows: lines.map((line) => JSON.parse(line) as NodeRun['rows'][number]), hash }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

for (const [parallelism, seed] of [
  [1, 1],
  [3, 7],
] as const) {
  test(`parallelism ${parallelism}, seed ${seed}: Node and the browser agree`, async ({ notebook }) => {
    const node = runInNode(boundedFraud, ['--parallelism', String(parallelism), '--seed', String(seed)])
    await notebook.openWith(boundedFraud, { parallelism, seed, untilMs: null, speed: null })
    await notebook.run.click()
    await notebook.expectState('finished')
    await expect(notebook.rows).toHaveCount(node.rows.length)
    const shown = await notebook.rows.allInnerTexts()
    node.rows.forEach(({ sink, subtask }, i) => {
      expect(shown[i]).toContain(sink)
      expect(shown[i]).toContain(`${subtask + 1}>`)
    })
    expect(await notebook.hash()).toBe(node.hash)
  })
}
