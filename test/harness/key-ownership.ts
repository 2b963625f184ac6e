// Whether a subtask holds state of its own keys only: key group by key group, in whole numbers, as Flink's documentation
// has it, and without asking who the engine thinks owns them.

import { longHash, murmurHash } from '../../runtime/base/java-hash.ts'
import type { Task } from '../../runtime/task/task.ts'

/** What is wrong with what the task holds; null for nothing. Keys of random jobs are integers. */
export function ownershipProblem({ keyContext, subtask, chain, name }: Task): string | null {
  const backend = keyContext?.backend
  if (backend === undefined) return null
  const { maxParallelism } = backend
  for (const slot of backend.liveSlots()) {
    const key = backend.keyAt(slot) as number
    const group = murmurHash(longHash(key)) % maxParallelism
    const reach = group * chain.parallelism - subtask * maxParallelism
    if (reach < 0 || reach >= maxParallelism) {
      return `key ${key} of group ${group} on subtask ${subtask} of ${chain.parallelism} of ${name}`
    }
  }
  return null
}
