// npm run bench [-- [polluted] group…]: the engine's speed and memory against loops written by hand and against targets.
// Each group has a process of its own and begins after the one job that warms an engine up, as each run in the page has a
// worker of its own; with `polluted` six other jobs have been through the same engine code before, which is harder. Prints
// medians and ratios; exit status 1 if one misses its target, 2 for a group that there isn't. Speeds depend on the
// machine, ratios less.

import { spawnSync } from 'node:child_process'
import { nodeHost } from '../../runtime/host/node.ts'
import { warmUp } from '../../runtime/host/warm-up.ts'
import { benchAsync } from './async-io.ts'
import { benchCep } from './cep-pipelines.ts'
import { benchCheckpoints } from './checkpoints.ts'
import { benchDay } from './day.ts'
import { benchInputs, benchLoops } from './loops.ts'
import { benchParallel } from './parallel.ts'
import { pollute } from './pollution.ts'
import { benchRestarts } from './restarts.ts'
import { benchState } from './state.ts'
import { benchTravel } from './travel.ts'
import { benchWindows } from './windows.ts'

/** Each prints its figures, and says whether all targets are met. */
const GROUPS: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  loops: benchLoops,
  inputs: benchInputs,
  state: benchState,
  checkpoints: benchCheckpoints,
  windows: benchWindows,
  async: benchAsync,
  cep: benchCep,
  travel: benchTravel,
  day: benchDay,
  parallel: benchParallel,
  restarts: benchRestarts,
}

const words = process.argv.slice(2)
const isPolluted = words.includes('polluted')
const wanted = words.filter((word) => word !== 'polluted')
const unknown = wanted.find((word) => !Object.hasOwn(GROUPS, word))
if (unknown !== undefined) {
  console.error(`There is no group ${unknown}.`)
  console.error(`Usage: npm run bench [-- [polluted] group…], of the groups ${Object.keys(GROUPS).join(', ')}`)
  process.exit(2)
}
const [only, ...others] = wanted
if (only !== undefined && others.length === 0) {
  await warmUp(nodeHost).done
  if (isPolluted) pollute()
  if (!(await (GROUPS[only] as (typeof GROUPS)[string])())) process.exitCode = 1
} else {
  for (const group of wanted.length === 0 ? Object.keys(GROUPS) : wanted) {
    const args = ['--expose-gc', 'bin/run-ts.mjs', 'test/bench/run.ts', group, ...(isPolluted ? ['polluted'] : [])]
    if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) process.exitCode = 1
  }
}
