// Whether a run that goes on from a keyframe does what it did. Not if the learner's code keeps something where keyframes
// don't see it: in a variable, in a private member, in a record that it changes after others have it. It's the code that
// would break recovery in Flink, for a checkpoint doesn't see that either.

import type { Keyframe, Keyframes } from './keyframes.ts'
import { differenceOf } from './run-memory.ts'
import type { WatchedRun } from './steps.ts'

/**
 * Goes from one keyframe to another, and compares all that is held there, and the hash. Leaves the run anywhere. Null if it
 * can't be said, since somebody stops the run before it is there.
 */
export function isRepeatable(
  { execution, watcher }: WatchedRun,
  keyframes: Keyframes,
  { from, to }: { readonly from: Keyframe; readonly to: Keyframe },
): boolean | null {
  const { simulation } = execution
  keyframes.restore(from)
  watcher.isDetailed = false
  const limit = { untilUs: Infinity, untilEvent: to.event, byRecord: false, shouldYield: () => false }
  const result = simulation.run(limit)
  if (result === 'cancelled') return null
  if (result !== 'paused' || simulation.fingerprint.hex() !== to.hash) return false
  return differenceOf(to.moment, keyframes.memory.take(), watcher) === null
}
