// Records a run and follows one key: what built-in operators keep for it, which no code of the learner's reads or writes, is
// looked at after each of its steps. For every key that would cost more than the run, so it's done for the one that is asked.

import { keyAt } from '../../cluster/keyed-moment.ts'
import { NO_SLOT } from '../../state/keyed-backend.ts'
import type { Task } from '../../task/task.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { RecordedStep, Window } from './recorded-step.ts'
import { Recorder } from './recorder.ts'

/** What stood in a state of the key since a step. */
export interface KeptSince {
  readonly vertex: string
  readonly name: string
  readonly window: Window | null
  /** Null: nothing any more. */
  readonly text: string | null
  readonly step: RecordedStep
}

/** A key at one subtask: its slot, the last step of it, and what stood there then, by state and window. */
interface Followed {
  slot: number
  step: RecordedStep
  readonly cells: Map<string, Omit<KeptSince, 'step'>>
}

/** Operators whose state only they themselves write. */
const BUILT_IN: ReadonlySet<string> = new Set(['window', 'reduce', 'intervalJoin', 'cep'])

export class KeyFollower extends Recorder {
  readonly kept: KeptSince[] = []
  readonly #key: string
  readonly #followed = new Map<Task, Followed>()

  constructor(key: string) {
    super()
    this.#key = key
  }

  override redeployed(tasks: readonly Task[]): void {
    this.#followed.clear()
    super.redeployed(tasks)
  }

  override take(task: Task, seen: Parameters<Recorder['take']>[1]): RecordedStep {
    this.#look(task)
    const step = super.take(task, seen)
    const isOwn = step.key === this.#key && (step.kind === 'record' || step.kind === 'timer')
    if (!isOwn || !isBuiltIn(task)) return step
    const slot = task.keyContext?.backend.slot ?? NO_SLOT
    const before = this.#followed.get(task)
    if (before === undefined) this.#followed.set(task, { slot, step, cells: new Map() })
    else Object.assign(before, { slot, step })
    return step
  }

  /** Looks at what the last steps of the key have left. To be called once more at the end. */
  lookOnce(): void {
    for (const task of this.#followed.keys()) this.#look(task)
  }

  /** What an operator drops once it has gone through all keys is gone only after its next step. */
  #look(task: Task): void {
    const followed = this.#followed.get(task)
    if (followed === undefined) return
    const { step, cells } = followed
    const now = cellsOf(task, followed.slot, this.#key)
    for (const [id, cell] of now) {
      if (cells.get(id)?.text !== cell.text) this.kept.push({ ...cell, step })
      cells.set(id, cell)
    }
    for (const [id, cell] of cells) {
      if (now.has(id)) continue
      cells.delete(id)
      this.kept.push({ ...cell, text: null, step })
    }
  }
}

function isBuiltIn({ chain }: Task): boolean {
  return BUILT_IN.has(chain.nodes[0]?.spec.kind ?? '')
}

/** By state and window; only where something is. */
function cellsOf(task: Task, slot: number, key: string): Map<string, Omit<KeptSince, 'step'>> {
  const found = new Map<string, Omit<KeptSince, 'step'>>()
  const backend = task.keyContext?.backend ?? null
  // A slot without state may be another key's by now.
  const owner = backend === null || slot === NO_SLOT ? undefined : backend.keyAt(slot)
  if (backend === null || owner === undefined || toPrintText(owner) !== key) return found
  for (const { window, cells } of keyAt(backend, backend.namespaces.roots[slot] as number)) {
    for (const [name, text] of cells) {
      const id = `${name} ${window === null ? '' : `${window.start} ${window.end}`}`
      if (text !== null) found.set(id, { vertex: task.chain.id, name, window, text })
    }
  }
  return found
}
