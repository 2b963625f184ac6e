// Runs a learner's SourceFunction in slices. A `run` that is a generator is gone on with until it yields, and what it has
// collected by then is read before it goes on: after the time it yielded, or in the next turn. A plain `run` is one slice.
// What comes between records (watermarks, idleness) keeps its place among them. A function that keeps its position in state
// of its own begins again from there after a restore, and what it had collected and nobody had read yet is in the split. Any
// other is run again, and what was read before is left out; a parallel one with another parallelism is run anew, as in Flink.

import { cloneValue } from '../base/clone.ts'
import { LearnerError } from '../base/diagnostic.ts'
import { isCheckpointed, refusePromise } from '../operators/rich-function.ts'
import { refuseWatermark } from '../operators/watermark-generators.ts'
import type { DurationLike, SourceContext, SourceFunctionLike, SourceReader, SourceSplit } from './source.ts'
import { runOf } from './splits.ts'

/** More than this in one slice is taken for a `run` that never ends. */
const MOST_COLLECTED = 1_000_000

/** What a SourceFunction does to its output, in plain data. `timestamp` is null for none. */
export type Emission =
  | { readonly kind: 'record'; readonly value: unknown; readonly timestamp: number | null }
  | { readonly kind: 'watermark'; readonly timestamp: number }
  | { readonly kind: 'idle' }

/** Of a function with state of its own: what it collected that isn't read yet, and whether it has returned. */
interface Unread {
  readonly emissions: readonly Emission[]
  readonly hasReturned: boolean
}

/** Whose run it is. */
interface Place {
  readonly name: string
  readonly subtask: number
  readonly parallelism: number
}

export class FunctionReader implements SourceReader {
  readonly name: string
  /** Of the split that is its own. */
  readonly id: string
  readonly isParallel: boolean
  readonly source: SourceFunctionLike<unknown> | null
  slices: Iterator<unknown, unknown> | null = null
  /** Collected and not read yet, from `at` on. */
  emissions: Emission[] = []
  at = 0
  /** Emissions read since the function's very beginning. */
  position: number
  /** Emissions still to be left out, for they were read before a restore. */
  toSkip: number
  hasBegun = false
  hasReturned: boolean
  /** When the function goes on. */
  resumeAtUs = 0
  nowUs = 0
  /** The function has had its slice of this turn. */
  hasHadSlice = false
  nextAtUs: number
  timestamp = NaN

  constructor(
    splits: readonly SourceSplit[],
    { name, subtask, parallelism }: Place,
    { source, isParallel }: { readonly source: () => unknown; readonly isParallel: boolean },
  ) {
    const fresh = runOf(subtask, parallelism)
    const split = isParallel ? (splits.find(({ id }) => id === fresh.id) ?? fresh) : splits[0]
    const unread = split?.detail as Unread | undefined
    this.name = name
    this.id = split?.id ?? ''
    this.isParallel = isParallel
    this.source = split === undefined ? null : (source() as SourceFunctionLike<unknown>)
    this.position = split?.position ?? 0
    this.toSkip = unread === undefined ? this.position : 0
    this.hasReturned = split === undefined || split.end !== null || unread?.hasReturned === true
    // What others had collected before a change of parallelism is read by whoever got it.
    this.emissions = splits.flatMap(({ detail }) => (detail as Unread | undefined)?.emissions ?? [])
    this.nextAtUs = this.hasReturned && this.emissions.length === 0 ? Infinity : 0
  }

  /** Nobody knows before the function runs, which is part of the turn: `next` says when there's nothing more. */
  available(nowUs: number, limit: number): number {
    this.nowUs = nowUs
    this.hasHadSlice = false
    return limit
  }

  /** What the function does next in this turn; null for nothing more. Runs it where that's needed. */
  next(): Emission | null {
    for (;;) {
      const emission = this.emissions[this.at]
      if (emission !== undefined) {
        this.at++
        this.position++
        if (this.at === this.emissions.length) this.forget()
        return emission
      }
      if (this.hasReturned || this.hasHadSlice || this.resumeAtUs > this.nowUs) return null
      this.hasHadSlice = true
      this.runOn()
    }
  }

  read(): unknown {
    for (;;) {
      const emission = this.next()
      if (emission === null || emission.kind !== 'record') continue
      this.timestamp = emission.timestamp ?? NaN
      return emission.value
    }
  }

  splits(): SourceSplit[] {
    const { id, position } = this
    if (this.nextAtUs === Infinity) return this.isParallel ? [{ id, position, end: position }] : []
    const split = { id, position, end: null }
    if (!isCheckpointed(this.source as object)) return [split]
    const emissions = cloneValue(this.emissions.slice(this.at))
    return [{ ...split, detail: { emissions, hasReturned: this.hasReturned } satisfies Unread }]
  }

  /** The job ends, or the source has. */
  close(): void {
    if (this.hasReturned || !this.hasBegun) return
    this.source?.cancel?.()
    this.slices?.return?.()
  }

  /** Everything collected has been read. */
  private forget(): void {
    this.emissions = []
    this.at = 0
    this.nextAtUs = this.hasReturned ? Infinity : this.resumeAtUs
  }

  /** Runs the function to its next `yield` after which there's something new, or to its end. */
  private runOn(): void {
    do {
      try {
        this.slice()
      } catch (error) {
        throw endless(error, this.name)
      }
      const skipped = Math.min(this.toSkip, this.emissions.length)
      this.emissions.splice(0, skipped)
      this.toSkip -= skipped
    } while (this.toSkip > 0 && !this.hasReturned)
    this.nextAtUs = this.emissions.length > 0 ? this.nowUs : this.hasReturned ? Infinity : this.resumeAtUs
  }

  private slice(): void {
    if (this.hasBegun) return this.proceed(this.slices as Iterator<unknown, unknown>)
    this.hasBegun = true
    const result: unknown = (this.source as SourceFunctionLike<unknown>).run(this.context())
    refusePromise(result, 'run', this.name)
    if (isIterator(result)) this.proceed((this.slices = result))
    else this.hasReturned = true
  }

  private proceed(slices: Iterator<unknown, unknown>): void {
    const { done, value } = slices.next()
    if (done === true) this.hasReturned = true
    else this.resumeAtUs = this.nowUs + this.requirePause(value) * 1000
  }

  private context(): SourceContext<unknown> {
    return {
      collect: (record) => this.take({ kind: 'record', value: cloneValue(record), timestamp: null }),
      collectWithTimestamp: (record, timestamp) => {
        this.requireInteger(timestamp)
        this.take({ kind: 'record', value: cloneValue(record), timestamp })
      },
      emitWatermark: (timestamp) => {
        refuseWatermark(timestamp)
        this.take({ kind: 'watermark', timestamp })
      },
      markAsTemporarilyIdle: () => this.take({ kind: 'idle' }),
    }
  }

  private take(emission: Emission): void {
    if (this.emissions.length === MOST_COLLECTED) throw new LearnerError('SOURCE_ENDLESS', { operator: this.name })
    this.emissions.push(emission)
  }

  private requireInteger(timestamp: unknown): void {
    if (Number.isSafeInteger(timestamp)) return
    throw new LearnerError('COLLECTED_TIMESTAMP', { operator: this.name, value: String(timestamp) })
  }

  /** What was yielded, in ms: a Duration, ms, or nothing for "go on in the next turn". */
  private requirePause(yielded: unknown): number {
    const { toMillis } = (yielded ?? {}) as Partial<DurationLike>
    const ms: unknown = typeof toMillis === 'function' ? (yielded as DurationLike).toMillis() : (yielded ?? 0)
    if (Number.isSafeInteger(ms) && (ms as number) >= 0) return ms as number
    throw new LearnerError('SOURCE_YIELD', { operator: this.name, value: String(yielded) })
  }
}

function isIterator(result: unknown): result is Iterator<unknown, unknown> {
  return (
    typeof result === 'object' &&
    result !== null &&
    typeof (result as Partial<Iterator<unknown, unknown>>).next === 'function'
  )
}

/** Out of steps while collecting: what the learner took for a stream without end. Other errors as they are. */
function endless(error: unknown, operator: string): unknown {
  if (!(error instanceof LearnerError) || error.code !== 'STEP_BUDGET') return error
  const explained = new LearnerError('SOURCE_ENDLESS', { operator })
  if (error.stack !== undefined) explained.stack = error.stack
  return explained
}
