// Runs schedules of faults until one is wrong, and prints it: what a mutant of the engine is tried with. Arguments: the
// first seed and how many. Before each schedule its seed is printed, so that it's known which one hangs.

import { drawSchedule } from '../../harness/fault-schedule.ts'
import { runSchedule } from '../../harness/run-schedule.ts'

const [from = 1, count = 1] = process.argv.slice(2).map(Number)
let caught: object | null = null
for (let seed = from; seed < from + count && caught === null; seed++) {
  console.log(seed)
  const [violation] = runSchedule(drawSchedule(seed)).violations
  if (violation !== undefined) caught = { seed, ...violation }
}
console.log(JSON.stringify(caught))
