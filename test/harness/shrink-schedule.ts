// Makes a schedule that fails smaller for as long as it goes on failing: fewer interventions, then plainer ones.

import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { RunIntervention } from '../../runtime/host/protocol.ts'

/** `fails` is asked a few times for each intervention. */
export function shrinkInterventions(
  interventions: readonly RunIntervention[],
  fails: (interventions: readonly RunIntervention[]) => boolean,
): readonly RunIntervention[] {
  let smallest = interventions
  for (let size = Math.ceil(smallest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length;) {
      const fewer = [...smallest.slice(0, at), ...smallest.slice(at + size)]
      if (fails(fewer)) smallest = fewer
      else at += size
    }
  }
  for (let at = 0; at < smallest.length; at++) {
    for (const plainer of plainerOnes(smallest[at] as RunIntervention)) {
      const changed = smallest.map((own, i) => (i === at ? plainer : own))
      if (fails(changed)) smallest = changed
    }
  }
  return smallest
}

/** The same with its numbers one after the other as low as they go. */
function plainerOnes({ event, action }: RunIntervention): RunIntervention[] {
  const numbers = Object.entries(action).filter(
    ([field, value]) => typeof value === 'number' && field !== 'taskManager',
  )
  return numbers.map(([field]) => ({ event, action: { ...action, [field]: 1 } as ClusterAction }))
}
