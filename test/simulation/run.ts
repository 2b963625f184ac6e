// npm run sim -- --seeds N --from K: draws schedules of faults from seeds and runs them under the eyes of independent
// observers. A wrong one is made as small as it goes and printed as a command. The last line is `N schedules, W wrong`;
// exit status 1 if any is wrong, 2 if the command wasn't understood. `--interventions JSON` puts these in place of those that the seed draws; `--mutants` tries
// the engine with each of the known mistakes in it, and says what notices.

import { parseArgs } from 'node:util'
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import { drawSchedule } from '../harness/fault-schedule.ts'
import { runSchedule, type ScheduleResult } from '../harness/run-schedule.ts'
import { MUTANTS } from './mutants/mutants.ts'
import { tryMutant } from './mutants/try-mutant.ts'
import { shrinkInterventions } from '../harness/shrink-schedule.ts'

const PROGRESS_MS = 10_000
const USAGE = `Usage: npm run sim -- [--seeds N] [--from K] [--interventions JSON] [--verbose] [--mutants]`

interface Options {
  readonly count: number
  readonly from: number
  /** In place of those that a seed draws; null for those. */
  readonly given: readonly RunIntervention[] | null
  readonly verbose: boolean
  readonly mutants: boolean
}

async function main(args: readonly string[]): Promise<number> {
  const options = readArguments(args)
  if (typeof options === 'string') {
    console.error(`${options}\n${USAGE}`)
    return 2
  }
  const { count, from, given } = options
  if (options.mutants) return mutants({ from, count })
  const startedMs = performance.now()
  const startedCpu = process.cpuUsage()
  let saidMs = startedMs
  let wrong = 0
  let restarts = 0
  let rows = 0
  let events = 0
  for (let seed = from; seed < from + count; seed++) {
    const result = run(seed, given)
    restarts += result.restarts
    rows += result.rows
    events += result.events
    if (options.verbose) console.log(`seed ${seed}: ${JSON.stringify(result)}`)
    if (result.violations.length > 0) {
      wrong++
      report(seed, result)
    }
    if (performance.now() - saidMs > PROGRESS_MS) {
      saidMs = performance.now()
      console.error(`${seed - from + 1} schedules, ${wrong} wrong so far`)
    }
  }
  // Of this process's own time: how busy the machine is otherwise says nothing.
  const { user, system } = process.cpuUsage(startedCpu)
  const cpuSeconds = (user + system) / 1_000_000
  console.log(
    `${restarts} restarts, ${rows} rows, ${events} events, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  )
  console.log(`${(count / cpuSeconds).toFixed(1)} schedules/s of CPU`)
  console.log(`${count} schedules, ${wrong} wrong`)
  return wrong > 0 ? 1 : 0
}

/** The seed that is known to notice first, then those that were asked for. */
async function mutants(seeds: { readonly from: number; readonly count: number }): Promise<number> {
  let missed = 0
  for (const mutant of MUTANTS) {
    const caught = await tryMutant(mutant, [{ from: mutant.seed, count: 1 }, seeds])
    if (caught === null) missed++
    const by = caught === null ? 'NOT CAUGHT' : `[${caught.invariant}] seed ${caught.seed}`
    console.log(`${mutant.name}: ${by}`)
  }
  console.log(`${MUTANTS.length} mutants, ${missed} not caught`)
  return missed > 0 ? 1 : 0
}

function run(seed: number, interventions: readonly RunIntervention[] | null): ScheduleResult {
  const schedule = drawSchedule(seed)
  return runSchedule(interventions === null ? schedule : { ...schedule, interventions, strokes: [] })
}

function report(seed: number, { violations, interventions: done }: ScheduleResult): void {
  const broken = violations[0]?.invariant
  const smallest = shrinkInterventions(done, (interventions) => {
    return run(seed, interventions).violations[0]?.invariant === broken
  })
  const [first] = run(seed, smallest).violations
  console.log(`seed ${seed}: ${violations.map(({ invariant, text }) => `[${invariant}] ${text}`).join('\n  ')}`)
  console.log(`  smallest, [${first?.invariant ?? ''}] ${first?.text ?? ''}:`)
  console.log(`  npm run sim -- --from ${seed} --seeds 1 --interventions '${JSON.stringify(smallest)}'`)
}

/** What is asked for, or what is wrong with it. */
function readArguments(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '1000' },
        from: { type: 'string', default: '1' },
        interventions: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        mutants: { type: 'boolean', default: false },
      },
    })
    const [count, from] = [numberOf('--seeds', values.seeds), numberOf('--from', values.from)]
    const { verbose, mutants, interventions } = values
    return { count, from, verbose, mutants, given: interventions === undefined ? null : listOf(interventions) }
  } catch (error) {
    return (error as Error).message
  }
}

function listOf(text: string): RunIntervention[] {
  try {
    const list = JSON.parse(text) as unknown
    if (Array.isArray(list)) return list as RunIntervention[]
  } catch {
    // Said below.
  }
  throw new Error(`--interventions takes a list in JSON, [{"event":5,"action":{…}}], not "${text}".`)
}

function numberOf(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${option} takes a whole number, not "${text}".`)
  return value
}

process.exitCode = await main(process.argv.slice(2))
