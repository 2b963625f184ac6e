// The scripted function of the vectors: a record is [key, [command, …]]. The commands and what they emit are described
// in the recordings' README.

import { KeyedProcessFunction, OutputTag, ValueStateDescriptor } from '../../runtime/index.ts'
import type { Collector, Context, OnTimerContext, ValueState } from '../../runtime/index.ts'
import type { StateTtl } from '../../runtime/state/ttl.ts'
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

const KNOWN = new Set(['et', 'pt', 'det', 'dpt', 'et+', 'out', 'side', 'ctx', 'v'])
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
  v!: ValueState<unknown>

  constructor(settings: ProgramSettings) {
    super()
    this.settings = settings
  }

  override open(): void {
    const descriptor = new ValueStateDescriptor<unknown>('v', null, this.settings.default ?? null)
    const { ttl } = this.settings
    if (ttl !== undefined)
      descriptor.enableTimeToLive({ ttlMs: ttl.ms, update: ttl.update, visibility: ttl.visibility })
    this.v = this.getRuntimeContext().getState(descriptor)
  }

  override processElement(
    [, commands]: readonly [unknown, readonly Command[]],
    context: Context<unknown>,
    out: Collector<unknown>,
  ): void {
    for (const command of commands) this.run(command, context, out)
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
      case 'v':
        return this.runValue(args, out)
    }
  }

  private runValue([operation, value]: readonly unknown[], out: Collector<unknown>): void {
    if (operation === 'get') out.collect(['v', this.v.value()])
    else if (operation === 'set') this.v.update(value)
    else this.v.clear()
  }
}
