// `npm test`: everything that can fail, style included, one stage after the other. A stage that fails doesn't stop the
// next. The last line is `N passed, N failed`: single tests where a stage has such, golden vectors, otherwise stages.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensureChromium } from './find-chromium.mjs'
import { prepare, root } from './prepare.mjs'

prepare()

const reports = path.join(root, 'node_modules/.cache/streambed/reports')
const unitReport = path.join(reports, 'unit.json')
const e2eReport = path.join(reports, 'e2e.json')

/** `read` turns the ended command into counts; without it the stage is one test. */
const stages = [
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'types in Svelte',
    command: ['node_modules/svelte-check/bin/svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings'],
  },
  { name: 'lint', command: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'] },
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  {
    name: 'unit, simulation, content, tidy',
    command: [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${unitReport}`,
    ],
    read: () => unitCounts(readReport(unitReport)),
  },
  {
    name: 'golden vectors',
    command: ['bin/run-ts.mjs', 'test/golden/run.ts', 'test/golden/vectors'],
    read: goldenCounts,
  },
  { name: 'build', command: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'] },
  {
    name: 'end to end',
    command: ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: e2eReport, PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport },
    needsChromium: true,
    read: () => e2eCounts(readReport(e2eReport)),
  },
]

// `npm test -- lint build` runs only the stages whose names begin with one of the words.
const words = process.argv.slice(2)
const chosen = stages.filter(({ name }) => words.length === 0 || words.some((word) => name.startsWith(word)))

mkdirSync(reports, { recursive: true })
rmSync(unitReport, { force: true })
rmSync(e2eReport, { force: true })

let passed = 0
let failed = 0
for (const stage of chosen) {
  const startedMs = Date.now()
  const { counts, output } = await runStage(stage)
  passed += counts.passed
  failed += counts.failed
  if (counts.failed > 0) console.log(tail(output))
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1)
  const mark = counts.failed > 0 ? 'FAILED' : 'ok'
  const waiting = counts.waiting ? `, ${counts.waiting} not yet run` : ''
  console.log(
    `${mark.padEnd(6)} ${stage.name}: ${counts.passed} passed, ${counts.failed} failed${waiting}, ${seconds} s`,
  )
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

async function runStage(stage) {
  if (stage.needsChromium && !ensureChromium()) return { counts: { passed: 0, failed: 1 }, output: '' }
  const ended = await run(stage.command, stage.env)
  const counts = stage.read?.(ended) ?? { passed: ended.status === 0 ? 1 : 0, failed: ended.status === 0 ? 0 : 1 }
  // A stage that ran nothing, or whose command fails though no single test does, has failed.
  const isUnexplained = counts.failed === 0 && ((ended.status !== 0 && !counts.isExplained) || counts.passed === 0)
  return { counts: isUnexplained ? { ...counts, failed: 1 } : counts, output: ended.output }
}

/** Runs a script of Node's; output is shown only if the stage fails. */
function run(command, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk) => (output = (output + chunk).slice(-1_000_000))
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve({ status: 1, output: output + error.message }))
    child.on('close', (status) => resolve({ status: status ?? 1, output }))
  })
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** A test file that couldn't be loaded has no tests to count: it counts as one that failed. */
function unitCounts(report) {
  if (!report) return null
  const broken = report.testResults.filter((file) => file.status === 'failed' && !hasFailedTest(file))
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}

function hasFailedTest(file) {
  return file.assertionResults.some((result) => result.status === 'failed')
}

/**
 * One line a file, `timers.json  56 of 56` or `state.json  2 of 79, 77 not yet run`, then the sum. What is not yet run is
 * out of scope: neither passed nor failed, but said, and it is why the runner's own status may be 1.
 */
function goldenCounts({ output, status }) {
  const lines = output.trimEnd().split('\n')
  if (!/^\d+ of \d+$/.test(lines.at(-1) ?? '')) return null
  const sum = { passed: 0, failed: 0, waiting: 0 }
  for (const line of lines.slice(0, -1)) {
    const [, good, all, waiting = '0'] = /\s(\d+) of (\d+)(?:, (\d+) not yet run)?$/.exec(line) ?? []
    if (all === undefined) continue
    sum.passed += Number(good)
    sum.failed += Number(all) - Number(good) - Number(waiting)
    sum.waiting += Number(waiting)
  }
  const isExplained = status === 0 || sum.failed > 0 || sum.waiting > 0
  return isExplained ? { ...sum, isExplained } : null
}

/** A test that passed only when repeated has failed once: that is a failure here. */
function e2eCounts(report) {
  if (!report) return null
  const { expected, unexpected, flaky } = report.stats
  return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0) }
}

function tail(output) {
  const lines = output.trimEnd().split('\n')
  return lines.length > 150
    ? [`… ${lines.length - 150} lines before`, ...lines.slice(-150)].join('\n')
    : lines.join('\n')
}
