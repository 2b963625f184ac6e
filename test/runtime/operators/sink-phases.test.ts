// A sink's two phases against their promise: whatever fails and wherever, at whatever parallelism it goes on, every record
// is committed exactly once, and none before the checkpoint that covers it is complete.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CommitterOperator } from '../../../runtime/operators/committer.ts'
import type { CommitRequestLike, SinkLike } from '../../../runtime/operators/sink-functions.ts'
import { SinkWriterOperator } from '../../../runtime/operators/sink-writer.ts'
import { redistribute } from '../../../runtime/state/operator-state.ts'
import { OperatorHarness, type HarnessSnapshot, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Command =
  | { readonly kind: 'record' | 'checkpoint' | 'complete' | 'unheard' }
  | { readonly kind: 'crash'; readonly parallelism: number }

/** What is outside, and outlives every failure: by record, the transaction it was committed in. Twice the same is once. */
interface World {
  readonly committed: Map<number, string>
  /** How often a commit is put off before it succeeds. */
  readonly retries: number
}

/** A writer that gives its records away in pairs and keeps a single one in its state. */
function pairingSink(world: World): SinkLike<number, number, readonly number[]> {
  const writer = (left: readonly number[]) => {
    let kept = [...left]
    let isOver = false
    return {
      write: (n: number) => void kept.push(n),
      flush: (endOfInput: boolean) => void (isOver = endOfInput),
      prepareCommit: () => {
        const whole = isOver ? kept.length : kept.length - (kept.length % 2)
        const given = kept.slice(0, whole)
        kept = kept.slice(whole)
        return given.length === 0 ? [] : [given]
      },
      snapshotState: () => kept,
    }
  }
  return {
    createWriter: () => writer([]),
    restoreWriter: (_context, left) => writer(left),
    createCommitter: () => ({
      commit: (requests: readonly CommitRequestLike<readonly number[]>[]) => {
        for (const request of requests) {
          if (request.getNumberOfRetries() < world.retries) request.retryLater()
          else commit(world, request.getCommittable())
        }
      },
    }),
  }
}

function commit({ committed }: World, records: readonly number[]): void {
  const transaction = records.join(' ')
  for (const n of records) {
    expect(committed.get(n) ?? transaction, `record ${n}`).toBe(transaction)
    committed.set(n, transaction)
  }
}

interface Checkpoint {
  readonly id: number
  /** The record that the source reads next. */
  readonly next: number
  /** Of the writers, and of the committers. */
  readonly snapshots: readonly HarnessSnapshot[][]
}

/** Writers and committers of a job whose source can read again from any record on. */
class SinkJob {
  readonly world: World
  writers: OperatorHarness[] = []
  committers: OperatorHarness[] = []
  next = 0
  checkpointId = 0
  /** Under way, the oldest first. */
  pending: Checkpoint[] = []
  complete: Checkpoint | null = null

  constructor(world: World) {
    this.world = world
    this.deploy(2)
  }

  record(): void {
    this.writers[this.next % this.writers.length]?.record(this.next, this.next)
    this.next++
  }

  /** Barriers pass: all subtasks hand in their state. */
  checkpoint(): void {
    const id = ++this.checkpointId
    for (const writer of this.writers) writer.operator.prepareSnapshotPreBarrier(id)
    this.pass()
    const snapshots = [this.writers, this.committers].map((all) => all.map((harness) => harness.snapshot()))
    this.pending.push({ id, next: this.next, snapshots })
  }

  /** The oldest checkpoint under way is complete; `isHeard`: the subtasks get to know. */
  completeCheckpoint(isHeard: boolean): void {
    const oldest = this.pending.shift()
    if (oldest === undefined) return
    this.complete = oldest
    if (isHeard) for (const { operator } of this.committers) operator.notifyCheckpointComplete(oldest.id)
  }

  crash(parallelism: number): void {
    this.pending = []
    this.next = this.complete?.next ?? 0
    this.deploy(parallelism)
  }

  end(): void {
    while (this.next < 12) this.record()
    for (const writer of this.writers) writer.end()
    this.pass()
    for (const committer of this.committers) committer.end()
    this.checkpoint()
    while (this.pending.length > 0) this.completeCheckpoint(true)
  }

  private deploy(parallelism: number): void {
    const { world, complete } = this
    const [writers = null, committers = null] = complete?.snapshots ?? []
    const subject = (create: OperatorUnderTest['create']): OperatorUnderTest => ({
      create,
      functions: () => ({}),
      key: null,
    })
    const sink = () => pairingSink(world) as SinkLike<unknown>
    const start = (of: OperatorUnderTest, before: readonly HarnessSnapshot[] | null): OperatorHarness[] => {
      const operators =
        before === null
          ? null
          : redistribute(
              before.map(({ operator }) => operator),
              parallelism,
            )
      return Array.from({ length: parallelism }, (_, subtask) => {
        const operator = operators?.[subtask]
        const restored = operator && complete ? { checkpointId: complete.id, keyed: null, operator } : null
        return new OperatorHarness(of, { subtask, parallelism, restored })
      })
    }
    this.writers = start(
      subject(() => new SinkWriterOperator(sink, true)),
      writers,
    )
    const settings = { hasCheckpoints: true, maxRetries: 3 }
    this.committers = start(
      subject(() => new CommitterOperator(sink, settings)),
      committers,
    )
  }

  /** What writers sent reaches their committers. */
  private pass(): void {
    this.writers.forEach((writer, i) => {
      for (const output of writer.take()) if (output[0] === 'record') this.committers[i]?.record(output[1], NaN)
    })
  }
}

const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Command>({ kind: 'record' }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Command>({ kind: 'checkpoint' }, { kind: 'complete' }, { kind: 'unheard' }),
    },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 3 }).map((parallelism): Command => ({ kind: 'crash', parallelism })),
    },
  ),
  { maxLength: 24 },
)

test('every record is committed once, and none before its checkpoint is complete', () => {
  fc.assert(
    fc.property(commands, fc.integer({ min: 0, max: 3 }), (script, retries) => {
      const world: World = { committed: new Map(), retries }
      const job = new SinkJob(world)
      for (const command of script) {
        const { kind } = command
        if (kind === 'record') job.record()
        else if (kind === 'checkpoint') job.checkpoint()
        else if (kind === 'crash') job.crash(command.parallelism)
        else job.completeCheckpoint(kind === 'complete')
        const safe = job.complete?.next ?? 0
        for (const n of world.committed.keys()) expect(n).toBeLessThan(safe)
      }
      job.end()
      const all = Array.from({ length: job.next }, (_, n) => n)
      expect([...world.committed.keys()].sort((a, b) => a - b)).toEqual(all)
    }),
    { numRuns: 500 },
  )
})
