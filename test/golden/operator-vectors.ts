// watermark-generators, watermark-operator, timers, state: an operator in the harness, step by step.

import { KeyedProcessOperator } from '../../runtime/operators/process/keyed-process.ts'
import { ReduceOperator } from '../../runtime/operators/reduce.ts'
import type { AggregationKind } from '../../runtime/operators/field-aggregation.ts'
import { TimestampsAndWatermarksOperator } from '../../runtime/operators/timestamps-watermarks.ts'
import { createGenerator, type WatermarkStrategySpec } from '../../runtime/operators/watermark-generators.ts'
import type { WatermarkGeneratorLike, WatermarkOutput } from '../../runtime/operators/functions.ts'
import { OperatorHarness, type OperatorUnderTest } from '../harness/operator-harness.ts'
import {
  compareOutputs,
  failed,
  longsIn,
  notYetRun,
  PASSED,
  timestampFrom,
  type Step,
  type Vector,
  type Verdict,
} from './format.ts'
import { Program, unsupportedCommand, type ProgramSettings } from './program.ts'

type StrategyOperator = { strategy: string; bound?: number; idleness?: number; interval?: number }

/** Emits for key `!`. */
const PUNCTUATED: WatermarkGeneratorLike<unknown> = {
  onEvent(event, timestampMs, output) {
    if ((event as readonly unknown[])[0] === '!') output.emitWatermark(timestampMs)
  },
  onPeriodicEmit() {},
}

export function runGenerator(vector: Vector): Verdict {
  const operator = vector.operator as unknown as StrategyOperator
  const spec = specOf(operator)
  if (spec === null) return notYetRun(`strategy ${operator.strategy}`)
  let now = 0
  const out: unknown[][] = []
  const output: WatermarkOutput = {
    emitWatermark: (timestamp) => void out.push(['watermark', timestamp]),
    markIdle: () => void out.push(['idle']),
    markActive: () => void out.push(['active']),
  }
  const generator = createGenerator(
    spec,
    () => PUNCTUATED,
    () => now,
  )
  for (const [i, step] of (vector.steps ?? []).entries()) {
    out.length = 0
    if (step.in[0] === 'event') generator.onEvent(step.in[1], timestampFrom(step.in[2]), output)
    else if (step.in[0] === 'probe') {
      now = step.in[1] as number
      generator.onPeriodicEmit(output)
    } else return notYetRun(`input ${String(step.in[0])}`)
    const difference = compareOutputs(step.out, out)
    if (difference !== null) return failed(`step ${i + 1}: ${difference}`)
  }
  return PASSED
}

export function runWatermarkOperator(vector: Vector): Verdict {
  const operator = vector.operator as unknown as StrategyOperator
  const spec = specOf(operator)
  if (spec === null) return notYetRun(`strategy ${operator.strategy}`)
  return runSteps(vector, {
    create: () => new TimestampsAndWatermarksOperator({ ...spec, assignsTimestamps: true }, operator.interval ?? 200),
    functions: () => ({
      timestampAssigner: (event: readonly unknown[]) => event[1],
      watermarkGenerator: () => PUNCTUATED,
    }),
    key: null,
  })
}

export function runKeyedProcess(vector: Vector): Verdict {
  const subject = keyedProcess(vector)
  return 'kind' in subject ? subject : runSteps(vector, subject)
}

/** The scripted keyed process function of a vector, or why it can't be run yet. */
export function keyedProcess(vector: Vector): OperatorUnderTest | Verdict {
  const settings = vector.operator as unknown as ProgramSettings
  const unsupported = unsupportedCommand(vector, settings)
  if (unsupported !== null) return notYetRun(`command ${unsupported}`)
  return {
    create: () => new KeyedProcessOperator(),
    functions: () => ({ process: new Program(settings) }),
    key: { select: (value) => (value as readonly unknown[])[0], type: { kind: 'STRING' } },
    sideOutputs: ['side'],
  }
}

export function runReduce(vector: Vector): Verdict {
  const { kind, field, first } = vector.operator as unknown as { kind: string; field: number; first?: boolean }
  const aggregation = kind === 'reduce' ? null : { kind: kind as AggregationKind, field, first: first ?? true }
  return runSteps(vector, {
    create: () => new ReduceOperator(aggregation),
    // The README's reduce: a*10+b on the number, the key kept.
    functions: () => ({
      reduce: (a: readonly [unknown, number], b: readonly [unknown, number]) => [a[0], a[1] * 10 + b[1]],
    }),
    key: { select: (value) => (value as readonly unknown[])[0], type: { kind: 'STRING' } },
  })
}

/** Feeds the steps of a vector into an operator in the harness, comparing outputs and counts after each. */
export function runSteps(vector: Vector, subject: OperatorUnderTest, compare = compareOutputs): Verdict {
  const harness = new OperatorHarness(subject)
  for (const [i, step] of (vector.steps ?? []).entries()) {
    const verdict = runStep(step, harness, `step ${i + 1}`, compare)
    if (verdict.kind !== 'passed') return verdict
  }
  return PASSED
}

/** One step: its input, if it has one, then its outputs and counts. `place` is for the report. */
export function runStep(
  step: Partial<Step>,
  harness: OperatorHarness,
  place: string,
  compare = compareOutputs,
): Verdict {
  const out = step.out ?? []
  const expectsError = out.some(([kind]) => kind === 'error')
  let error: unknown = null
  try {
    if (step.in !== undefined && !applyInput(harness, step.in)) return notYetRun(`input ${String(step.in[0])}`)
  } catch (thrown) {
    error = thrown
  }
  if (expectsError !== (error !== null)) return failed(`${place}: ${error === null ? 'no error' : String(error)}`)
  const difference = compare(out, harness.take()) ?? compareCounts(step, harness)
  return difference === null ? PASSED : failed(`${place} ${JSON.stringify(step.in)}: ${difference}`)
}

/** Gives an input to the harness; false if it isn't known. */
export function applyInput(harness: OperatorHarness, step: Step['in']): boolean {
  const [written, first, second] = step
  // `record2` and the like come by the second input.
  const [, kind, number] = /^(\D+)([12]?)$/.exec(String(written)) ?? []
  const input = number === '2' ? 2 : 1
  switch (kind) {
    case 'record':
      harness.record(longsIn(first), timestampFrom(second), input)
      return true
    case 'watermark':
      harness.watermark(timestampFrom(first), input)
      return true
    case 'idle':
    case 'active':
      harness.status(kind === 'idle', input)
      return true
    case 'processingTime':
      harness.setProcessingTime(first as number)
      return true
    case 'snapshotRestore':
      harness.snapshotRestore()
      return true
    case 'end':
      harness.end()
      return true
    default:
      return false
  }
}

function compareCounts(step: Partial<Step>, { backend }: OperatorHarness): string | null {
  if (backend === null || step.keyedState === undefined) return null
  const got = [backend.entryCount(), backend.timerCount(true), backend.timerCount(false)]
  const want = [step.keyedState, step.eventTimers, step.processingTimers]
  return JSON.stringify(got) === JSON.stringify(want) ? null : `counts: expected ${want.join()}, got ${got.join()}`
}

function specOf({ strategy, bound, idleness }: StrategyOperator): WatermarkStrategySpec | null {
  const generators: Readonly<Record<string, WatermarkStrategySpec['generator']>> = {
    bounded: 'bounded',
    monotonous: 'monotonous',
    none: 'none',
    punctuated: 'custom',
  }
  const generator = generators[strategy]
  if (generator === undefined) return null
  return {
    generator,
    ...(bound === undefined ? {} : { outOfOrdernessMs: bound }),
    ...(idleness === undefined ? {} : { idlenessMs: idleness }),
    assignsTimestamps: false,
    perRecord: false,
  }
}
