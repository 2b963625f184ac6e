// What is left in the broadcast state of random jobs, read from the subtasks that worked to the end: all of them have seen
// every record that was broadcast, whatever failed on the way.

import type { Task } from '../../runtime/task/task.ts'
import { COUNTS } from './watching-functions.ts'

/** By uid of the operator: how many records each subtask counts. Those that were restored finished hold nothing. */
export function countedByBroadcast(tasks: readonly Task[]): Map<string, number[]> {
  const counted = new Map<string, number[]>()
  for (const { chain } of tasks) {
    if (chain.isFinished) continue
    chain.contexts.forEach(({ operatorState }, i) => {
      const state = operatorState.broadcasts.get(COUNTS.name)
      const uid = chain.nodes[i]?.uid
      if (state === undefined || typeof uid !== 'string') return
      let sum = 0
      for (const [, count] of state.entries()) sum += Number(count)
      counted.set(uid, [...(counted.get(uid) ?? []), sum])
    })
  }
  return counted
}
