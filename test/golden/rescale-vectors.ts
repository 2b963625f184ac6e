// rescale: a snapshot of all subtasks at one parallelism, restored at another; then each goes on by itself.

import { MapOperator } from '../../runtime/operators/map.ts'
import { ListStateDescriptor, RichMapFunction, type CheckpointedFunction } from '../../runtime/index.ts'
import type { FunctionInitializationContext, ListState } from '../../runtime/index.ts'
import { OperatorHarness, rescaled, type OperatorUnderTest } from '../harness/operator-harness.ts'
import { compareOutputs, failed, PASSED, type Step, type Vector, type Verdict } from './format.ts'
import { keyedProcess, runStep } from './operator-vectors.ts'
import type { WrittenOperator } from './window-specs.ts'
import { windowComparison, windowSubject } from './window-vectors.ts'

interface RescaleStep extends Partial<Step> {
  readonly phase: 'before' | 'restored' | 'after'
  readonly subtask: number
}

/** Adds each record to its list and emits the list, sorted; `show` only emits. */
class Remembering extends RichMapFunction<string, string[]> implements CheckpointedFunction {
  readonly isUnion: boolean
  seen!: ListState<string>

  constructor(isUnion: boolean) {
    super()
    this.isUnion = isUnion
  }

  initializeState(context: FunctionInitializationContext): void {
    const store = context.getOperatorStateStore()
    const descriptor = new ListStateDescriptor<string>('seen')
    this.seen = this.isUnion ? store.getUnionListState(descriptor) : store.getListState(descriptor)
  }

  snapshotState(): void {}

  map(record: string): string[] {
    if (record !== 'show') this.seen.add(record)
    return Array.from(this.seen.get()).sort()
  }
}

export function runRescaledList(vector: Vector): Verdict {
  const isUnion = vector.operator?.kind === 'operatorUnionState'
  return runRescale(vector, {
    create: () => new MapOperator(),
    functions: () => ({ map: new Remembering(isUnion) }),
    key: null,
  })
}

export function runRescaledProcess(vector: Vector): Verdict {
  const subject = keyedProcess(vector)
  return 'kind' in subject ? subject : runRescale(vector, subject)
}

export function runRescaledWindow(vector: Vector): Verdict {
  const operator = vector.operator as unknown as WrittenOperator
  return runRescale(vector, windowSubject(operator), windowComparison(operator))
}

/** Any operator whose harness takes the steps' inputs. */
function runRescale(vector: Vector, subject: OperatorUnderTest, compare = compareOutputs): Verdict {
  const { from, to, maxParallelism } = vector as unknown as { from: number; to: number; maxParallelism: number }
  const placed = { ...subject, maxParallelism }
  let isRestored = false
  let harnesses = Array.from(
    { length: from },
    (_, subtask) => new OperatorHarness(placed, { subtask, parallelism: from, restored: null }),
  )
  for (const [i, step] of ((vector.steps ?? []) as unknown as readonly RescaleStep[]).entries()) {
    if (step.phase !== 'before' && !isRestored) {
      harnesses = rescaled(harnesses, to)
      isRestored = true
    }
    const harness = harnesses[step.subtask]
    if (harness === undefined) return failed(`step ${i + 1}: no subtask ${step.subtask}`)
    const verdict = runStep(step, harness, `step ${i + 1} on ${step.subtask}`, compare)
    if (verdict.kind !== 'passed') return verdict
  }
  return PASSED
}
