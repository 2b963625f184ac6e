// process: operators with two inputs, which run the scripted function for the records of both.

import { KeyedCoProcessFunction } from '../../runtime/index.ts'
import type { Collector, Context, OnTimerContext } from '../../runtime/index.ts'
import { KeyedCoProcessOperator } from '../../runtime/operators/process/keyed-co-process.ts'
import { notYetRun, type Vector, type Verdict } from './format.ts'
import { runSteps } from './operator-vectors.ts'
import { Program, unsupportedCommand, type ProgramSettings } from './program.ts'

type Scripted = Parameters<Program['processElement']>[0]

/** The scripted function, the same for both inputs. */
class CoProgram extends KeyedCoProcessFunction<unknown, Scripted, Scripted, unknown> {
  readonly program: Program

  constructor(settings: ProgramSettings) {
    super()
    this.program = new Program(settings)
  }

  override open(): void {
    this.program.setRuntimeContext(this.getRuntimeContext())
    this.program.open()
  }

  override processElement1(value: Scripted, context: Context<unknown>, out: Collector<unknown>): void {
    this.program.processElement(value, context, out)
  }

  override processElement2(value: Scripted, context: Context<unknown>, out: Collector<unknown>): void {
    this.program.processElement(value, context, out)
  }

  override onTimer(timestamp: number, context: OnTimerContext<unknown>, out: Collector<unknown>): void {
    this.program.onTimer(timestamp, context, out)
  }
}

export function runKeyedCoProcess(vector: Vector): Verdict {
  const settings = vector.operator as unknown as ProgramSettings
  const unsupported = unsupportedCommand(asOneInput(vector), settings)
  if (unsupported !== null) return notYetRun(`command ${unsupported}`)
  return runSteps(vector, {
    create: () => new KeyedCoProcessOperator(),
    functions: () => ({ coProcess: new CoProgram(settings) }),
    key: { select: (value) => (value as readonly unknown[])[0], type: { kind: 'STRING' } },
    sideOutputs: ['side'],
  })
}

/** `record1` and `record2` as `record`: whoever looks for commands needs no more. */
function asOneInput(vector: Vector): Vector {
  const steps = (vector.steps ?? []).map((step) => ({
    ...step,
    in: [String(step.in[0]).replace(/^record[12]$/, 'record'), ...step.in.slice(1)],
  }))
  return { ...vector, steps }
}
