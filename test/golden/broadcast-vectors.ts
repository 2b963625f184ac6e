// broadcast: a stream with a broadcast one beside it. The scripted function has commands for the broadcast state; what it
// shares with other scripted functions, Program runs.

import {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
  MapStateDescriptor,
  OutputTag,
  Types,
  ValueStateDescriptor,
} from '../../runtime/index.ts'
import type {
  BroadcastContext,
  BroadcastOnTimerContext,
  Collector,
  KeyedBroadcastContext,
  KeyedReadOnlyContext,
  ReadOnlyContext,
} from '../../runtime/index.ts'
import { BroadcastProcessOperator } from '../../runtime/operators/process/broadcast-process.ts'
import { KeyedBroadcastProcessOperator } from '../../runtime/operators/process/keyed-broadcast-process.ts'
import type { BroadcastState } from '../../runtime/state/map-state.ts'
import { notYetRun, timestampFrom, type Step, type Vector, type Verdict } from './format.ts'
import { runSteps } from './operator-vectors.ts'
import type { ProgramSettings } from './program.ts'
import { StateCommands } from './state-commands.ts'

type Command = readonly [string, ...unknown[]]
type Scripted = readonly [key: unknown, commands: readonly Command[]]
type AnyContext = ReadOnlyContext | BroadcastContext
type Out = Collector<unknown>

const RULES = new MapStateDescriptor<string, unknown>('b', Types.STRING)
const UNDECLARED = new MapStateDescriptor<string, unknown>('undeclared', Types.STRING)
const V = new ValueStateDescriptor<number>('v', Types.LONG)
const KNOWN = new Set([
  'b',
  'v',
  'l',
  'm',
  'r',
  'a',
  'et',
  'pt',
  'det',
  'dpt',
  'et+',
  'out',
  'side',
  'ctx',
  'undeclared',
  'apply',
  'applyAdd',
])
const SIDE = new OutputTag<unknown>('side')

/** Runs commands one by one; one that throws says so, and the next one runs. */
class BroadcastCommands {
  /** Null where nothing is keyed. */
  states: StateCommands | null = null

  run(commands: readonly Command[], context: AnyContext, out: Out, timer?: number): void {
    for (const command of commands) {
      try {
        this.runOne(command, context, out, timer)
      } catch {
        out.collect(['threw'])
      }
    }
  }

  private runOne([name, ...args]: Command, context: AnyContext, out: Out, timer?: number): void {
    const [first] = args
    const keyed = context as KeyedReadOnlyContext<unknown> & KeyedBroadcastContext<unknown>
    switch (name) {
      case 'b':
        return this.runBroadcast(args as readonly string[], context.getBroadcastState(RULES) as never, out)
      case 'et':
        return keyed.timerService().registerEventTimeTimer(timestampFrom(first))
      case 'pt':
        return keyed.timerService().registerProcessingTimeTimer(timestampFrom(first))
      case 'det':
        return keyed.timerService().deleteEventTimeTimer(timestampFrom(first))
      case 'dpt':
        return keyed.timerService().deleteProcessingTimeTimer(timestampFrom(first))
      case 'et+': {
        const next = (timer ?? context.timestamp() ?? -Infinity) + timestampFrom(first)
        if (next <= timestampFrom(args[1])) keyed.timerService().registerEventTimeTimer(next)
        return
      }
      case 'out':
        return out.collect(first)
      case 'side':
        return context.output(SIDE, first)
      case 'ctx': {
        const clocks = [context.currentWatermark(), context.currentProcessingTime()]
        return out.collect(['ctx', keyed.getCurrentKey?.() ?? null, context.timestamp(), ...clocks])
      }
      case 'undeclared':
        return void context.getBroadcastState(UNDECLARED)
      case 'apply': {
        const all: [unknown, unknown][] = []
        keyed.applyToKeyedState(V, (key, state) => void all.push([key, state.value()]))
        return out.collect(['applied', sorted(all)])
      }
      case 'applyAdd':
        return keyed.applyToKeyedState(V, (_key, state) => state.update((state.value() ?? 0) + (first as number)))
      default:
        return this.states?.run(name, args, (result) => out.collect(result))
    }
  }

  private runBroadcast(
    [operation, key = '', value]: readonly string[],
    state: BroadcastState<string, unknown>,
    out: Out,
  ) {
    switch (operation) {
      case 'get':
        return out.collect(['b', key, state.get(key)])
      case 'contains':
        return out.collect(['b?', key, state.contains(key)])
      case 'entries':
        return out.collect(['bAll', sorted(state.immutableEntries())])
      case 'put':
        return state.put(key, value)
      case 'remove':
        return state.remove(key)
      default:
        return state.clear()
    }
  }
}

function sorted(entries: Iterable<readonly [unknown, unknown]>): Record<string, unknown> {
  return Object.fromEntries(Array.from(entries, ([key, value]) => [String(key), value] as const).sort())
}

class Keyed extends KeyedBroadcastProcessFunction<unknown, Scripted, Scripted, unknown> {
  readonly settings: ProgramSettings
  readonly commands = new BroadcastCommands()

  constructor(settings: ProgramSettings) {
    super()
    this.settings = settings
  }

  override open(): void {
    this.commands.states = new StateCommands(this.getRuntimeContext(), this.settings)
  }
  override processElement([, commands]: Scripted, context: KeyedReadOnlyContext<unknown>, out: Out): void {
    this.commands.run(commands, context, out)
  }
  override processBroadcastElement([, commands]: Scripted, context: KeyedBroadcastContext<unknown>, out: Out): void {
    this.commands.run(commands, context, out)
  }
  override onTimer(timestamp: number, context: BroadcastOnTimerContext<unknown>, out: Out): void {
    const domain = context.timeDomain() === 'EVENT_TIME' ? 'event' : 'processing'
    const rules = sorted(context.getBroadcastState(RULES).immutableEntries())
    out.collect(['timer', domain, timestamp, context.getCurrentKey(), rules])
    this.commands.run(this.settings.onTimer ?? [], context, out, timestamp)
  }
}

class Plain extends BroadcastProcessFunction<Scripted, Scripted, unknown> {
  readonly commands = new BroadcastCommands()

  override processElement([, commands]: Scripted, context: ReadOnlyContext, out: Out): void {
    this.commands.run(commands, context, out)
  }
  override processBroadcastElement([, commands]: Scripted, context: BroadcastContext, out: Out): void {
    this.commands.run(commands, context, out)
  }
}

export function runBroadcastProcess(vector: Vector): Verdict {
  const isKeyed = vector.operator?.kind === 'keyedBroadcastProcess'
  const settings = vector.operator as unknown as ProgramSettings
  const unknown = [...commandsOf(vector), ...(settings.onTimer ?? [])].find(([name]) => !KNOWN.has(name))
  if (unknown !== undefined) return notYetRun(`command ${unknown[0]}`)
  return runSteps(withOurRefusals(vector), {
    create: () => (isKeyed ? new KeyedBroadcastProcessOperator([RULES]) : new BroadcastProcessOperator([RULES])),
    functions: () => ({ broadcastProcess: isKeyed ? new Keyed(settings) : new Plain() }),
    key: isKeyed ? { select: (value) => (value as Scripted)[0], type: { kind: 'STRING' } } : null,
    secondKey: null,
    sideOutputs: ['side'],
  })
}

/**
 * What we refuse on purpose (DECISIONS.md) and Flink lets pass, by a key that leaks or a cast: the broadcast side's use of
 * keyed state, and the other side's writing of broadcast state. There the expected output is that it throws, and nothing
 * that reads what was written.
 */
function withOurRefusals(vector: Vector): Vector {
  const steps = (vector.steps ?? []).map((step): Step => {
    const out = step.out.map((output) => (isThrown(output) ? ['record', ['threw'], output[2]] : output))
    const commands = /^record/.test(String(step.in[0])) ? ((step.in[1] as Scripted)[1] ?? []) : []
    const isRefused = ([name, operation]: Command): boolean =>
      step.in[0] === 'record2'
        ? ['v', 'l', 'm', 'r', 'a'].includes(name)
        : name === 'b' && ['put', 'remove', 'clear'].includes(String(operation))
    if (!commands.some(isRefused) || out.some(isThrown)) return { ...step, out }
    const timestamp = step.in[2]
    const refused = commands.map((command) =>
      isRefused(command) ? ['record', ['threw'], timestamp] : ['record', ['b', command[2], null], timestamp],
    )
    return { ...step, out: refused }
  })
  return { ...vector, steps }
}

function commandsOf(vector: Vector): Command[] {
  return (vector.steps ?? []).flatMap((step) => (/^record/.test(String(step.in[0])) ? (step.in[1] as Scripted)[1] : []))
}

function isThrown(output: readonly unknown[]): boolean {
  return output[0] === 'record' && Array.isArray(output[1]) && output[1][0] === 'threw'
}
