// windows-*: the window operators step by step, with the functions that the recordings' README describes.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import type { AnyWindow } from '../../runtime/operators/window/windows.ts'
import { OutputTag, ProcessWindowFunction, ValueStateDescriptor } from '../../runtime/index.ts'
import type { Collector, ProcessWindowContext } from '../../runtime/index.ts'
import { createWindowOperator } from '../../runtime/operators/window/create-window-operator.ts'
import type { OperatorUnderTest } from '../harness/operator-harness.ts'
import { compareWindowOutputs, failed, PASSED, type Step, type Vector, type Verdict } from './format.ts'
import { runSteps } from './operator-vectors.ts'
import { windowSpecOf, type WrittenOperator } from './window-specs.ts'

type Pair = readonly [key: string, n: number]

const TIMES = new ValueStateDescriptor<number>('firings')
const ALL_TIMES = new ValueStateDescriptor<number>('all-firings')
const BIG = new OutputTag<unknown>('big')

/** `process:bounds`, `process:context` and the like; also what follows a `+`. */
class Bounds extends ProcessWindowFunction<unknown, unknown, string, AnyWindow> {
  readonly what: string
  readonly isAll: boolean

  constructor(what: string, isAll: boolean) {
    super()
    this.what = what
    this.isAll = isAll
  }

  override process(...args: unknown[]): void {
    const [key, context, elements, out] = (this.isAll ? [null, ...args] : args) as [
      unknown,
      ProcessWindowContext<AnyWindow>,
      Iterable<unknown>,
      Collector<unknown>,
    ]
    const values = Array.from(elements, numberOf)
    const keyed = this.isAll ? [] : [key]
    if (this.what !== 'bounds' && values.length >= 2) context.output(BIG, [...keyed, values.length])
    const window = context.window()
    const bounds = Number.isFinite(window.end) ? [window.start, window.end] : [null, null]
    out.collect([...keyed, ...bounds, values, ...this.moment(context)])
  }

  override clear(context: ProcessWindowContext<AnyWindow>): void {
    if (this.what === 'context') context.windowState().getState(TIMES).clear()
  }

  private moment(context: ProcessWindowContext<AnyWindow>): unknown[] {
    if (this.what === 'bounds') return []
    const clocks = [context.currentWatermark(), context.currentProcessingTime()]
    const ofWindow = this.what === 'contextGlobal' ? [] : [counted(context.windowState().getState(TIMES))]
    return [...clocks, ...ofWindow, counted(context.globalState().getState(ALL_TIMES))]
  }
}

function counted(state: { value(): number | null; update(value: number): void }): number {
  const count = (state.value() ?? 0) + 1
  state.update(count)
  return count
}

/** A record's number; an aggregate as it is. */
function numberOf(value: unknown): unknown {
  return Array.isArray(value) && typeof value[0] === 'string' ? (value as unknown[])[1] : value
}

const FUNCTIONS: Readonly<Record<string, unknown>> = {
  reduce: (a: Pair, b: Pair) => [a[0], a[1] + b[1]],
  aggregate: {
    createAccumulator: () => [],
    add: ([, n]: Pair, numbers: readonly number[]) => [...numbers, n],
    getResult: (numbers: readonly number[]) => numbers,
    merge: (a: readonly number[], b: readonly number[]) => [...a, ...b],
  },
  delta: (old: Pair, latest: Pair) => Math.abs(latest[1] - old[1]),
  evictorDelta: (element: Pair, last: Pair) => Math.abs(last[1] - element[1]),
  gapExtractor: ([, gap]: Pair) => gap,
}

export function windowSubject(operator: WrittenOperator): OperatorUnderTest {
  const spec = windowSpecOf(operator)
  const what = operator.function.split(/[:+]/).at(-1) as string
  return {
    create: () => createWindowOperator(spec),
    functions: () => ({ ...FUNCTIONS, window: new Bounds(what, spec.isAll) }),
    key: spec.isAll
      ? { select: () => 0, type: { kind: 'BYTE' } }
      : { select: (value) => (value as readonly unknown[])[0], type: { kind: 'STRING' } },
    sideOutputs: ['big', ...(operator.lateTag === undefined ? [] : [operator.lateTag])],
  }
}

export function runWindow(vector: Vector): Verdict {
  const operator = vector.operator as unknown as WrittenOperator
  if (vector['buildError'] !== undefined) return runRefusal(operator)
  return runSteps(vector, windowSubject(operator), windowComparison(operator))
}

/**
 * How the operator's outputs are compared. Where firings are counted per key, which of two windows that fire at one time
 * is counted first isn't promised: counts are compared for themselves, as a multiset per key.
 */
export function windowComparison({ function: name, kind }: WrittenOperator): typeof compareWindowOutputs {
  if (!name.includes('context')) return compareWindowOutputs
  return (expected, actual) => compareCountedFirings(expected, actual, kind === 'windowAll')
}

/** `isAll`: records have no key, so all firings are counted together. */
function compareCountedFirings(
  expected: Step['out'],
  actual: readonly (readonly unknown[])[],
  isAll: boolean,
): string | null {
  const uncounted = (output: readonly unknown[]): readonly unknown[] =>
    output[0] === 'record' ? ['record', (output[1] as unknown[]).slice(0, -1), output[2]] : output
  const counts = (outputs: Step['out']): string[] =>
    outputs
      .filter(([kind]) => kind === 'record')
      .map(([, value]) => JSON.stringify([isAll ? null : (value as unknown[])[0], (value as unknown[]).at(-1)]))
      .sort()
  const difference = compareWindowOutputs(expected.map(uncounted), actual.map(uncounted))
  if (difference !== null || expected.at(-1)?.[0] === 'error') return difference
  const [want, got] = [counts(expected), counts(actual)]
  return want.join() === got.join() ? null : `firings per key: expected ${want.join()}, got ${got.join()}`
}

/** Building it must be refused with a message for the learner. */
function runRefusal(operator: WrittenOperator): Verdict {
  try {
    windowSubject(operator)
  } catch (error) {
    return error instanceof LearnerError ? PASSED : failed(String(error))
  }
  return failed('it was refused when it was built, and here it is not')
}
