// The scripted function of the vectors: a record is [key, [command, …]]. The commands and what they emit are described
// in the recordings' README.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { KeyedProcessFunction, OutputTag } from '../../runtime/index.ts'
import type { Collector, Context, OnTimerContext } from '../../runtime/index.ts'
import type { StateTtl } from '../../runtime/state/ttl.ts'
import { StateCommands } from './state-commands.ts'
import { timestampFrom, type Step, type Vector } from './format.ts'

type Command = readonly [string, ...unknown[]]

export interface ProgramSettings {
  readonly onTimer?: readonly Command[]
  readonly default?: number
  readonly ttl?: {
    readonly ms: number
    readonly update: StateTtl['update']
    readonly visibility: StateTtl['visibility']
  }
}

const STATES = ['v', 'l', 'm', 'r', 'a']
const KNOWN = new Set(['et', 'pt', 'det', 'dpt', 'et+', 'out', 'side', 'ctx', ...STATES])
const SIDE = new OutputTag<unknown>('side')

/** A command of the vector that this function can't run yet, or null. */
export function unsupportedCommand(vector: Vector, settings: ProgramSettings): string | null {
  const fromRecords = ((vector.steps ?? []) as readonly Partial<Step>[]).flatMap((step) =>
    step.in?.[0] === 'record' ? ((step.in[1] as readonly [unknown, readonly Command[]])[1] ?? []) : [],
  )
  const unknown = [...fromRecords, ...(settings.onTimer ?? [])].find(([name]) => !KNOWN.has(name))
  return unknown === undefined ? null : String(unknown[0])
}

export class Program extends KeyedProcessFunction<unknown, readonly [unknown, readonly Command[]], unknown> {
  readonly settings: ProgramSettings
  states!: StateCommands

  constructor(settings: ProgramSettings) {
    super()
    this.settings = settings
  }

  override open(): void {
    this.states = new StateCommands(this.getRuntimeContext(), this.settings)
  }

  override processElement(
    [, commands]: readonly [unknown, readonly Command[]],
    context: Context<unknown>,
    out: Collector<unknown>,
  ): void {
    for (const command of commands) this.tryRun(command, context, out)
  }

  override onTimer(timestamp: number, context: OnTimerContext<unknown>, out: Collector<unknown>): void {
    const domain = context.timeDomain() === 'EVENT_TIME' ? 'event' : 'processing'
    const timers = context.timerService()
    out.collect([
      'timer',
      domain,
      timestamp,
      context.getCurrentKey(),
      timers.currentWatermark(),
      timers.currentProcessingTime(),
    ])
    for (const command of this.settings.onTimer ?? []) this.run(command, context, out, timestamp)
  }

  /** What a command throws is emitted, and the next one runs. */
  private tryRun(command: Command, context: Context<unknown>, out: Collector<unknown>, timer?: number): void {
    try {
      this.run(command, context, out, timer)
    } catch (error) {
      if (!(error instanceof LearnerError)) throw error
      out.collect(['threw', error.code])
    }
  }

  private run([name, ...args]: Command, context: Context<unknown>, out: Collector<unknown>, timer?: number): void {
    const timers = context.timerService()
    const time = timestampFrom(args[0])
    switch (name) {
      case 'et':
        return timers.registerEventTimeTimer(time)
      case 'pt':
        return timers.registerProcessingTimeTimer(time)
      case 'det':
        return timers.deleteEventTimeTimer(time)
      case 'dpt':
        return timers.deleteProcessingTimeTimer(time)
      case 'et+': {
        const next = (timer ?? context.timestamp() ?? -Infinity) + time
        if (next <= timestampFrom(args[1])) timers.registerEventTimeTimer(next)
        return
      }
      case 'out':
        return out.collect(args[0])
      case 'side':
        return context.output(SIDE, args[0])
      case 'ctx': {
        const key = context.getCurrentKey()
        return out.collect(['ctx', key, context.timestamp(), timers.currentWatermark(), timers.currentProcessingTime()])
      }
      default:
        return this.states.run(name, args, (result) => out.collect(result))
    }
  }
}
