// A first run that nobody sees: a browser compiles code when it is first called, and a learner's own run shouldn't be
// what it is first called for. The job does in little what most jobs do, and all it makes is thrown away.

import {
  Duration,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type Context,
} from '../index.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import type { HostPort } from './host-port.ts'
import type { RunOutcome } from './protocol.ts'
import { EngineSession } from './session.ts'

const JOB: CompiledJob = { version: 1, entry: 'WarmUp.ts', code: '', files: [], apiNames: [] }

class Count extends KeyedProcessFunction<number, number, string> {
  readonly #count = new ValueStateDescriptor<number>('count')

  override processElement(value: number, ctx: Context<number>, out: Collector<string>): void {
    const count = this.getRuntimeContext().getState(this.#count)
    count.update((count.value() ?? 0) + 1)
    ctx.timerService().registerEventTimeTimer(value + 10)
    ctx.timerService().registerProcessingTimeTimer(ctx.timerService().currentProcessingTime() + 10)
    out.collect(`${value} ${count.value()}`)
  }
}

async function job(): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  env
    .fromElements(1, 2, 3, 4)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness<number>(Duration.ofMillis(1)).withTimestampAssigner((value) => value),
    )
    .keyBy((value) => value % 2)
    .process(new Count())
    .map((text) => text)
    .print('warm-up')
  await env.execute('Warm-up')
}

/** Runs the job, or so much of it as there's time for; `stop` ends it early. */
export function warmUp(host: HostPort): { readonly done: Promise<RunOutcome>; stop(): void } {
  const session = new EngineSession({ ...host, importModule: () => Promise.resolve({ default: job }) })
  const settings = { parallelism: 2, isWatched: true }
  return {
    done: session.run(JOB, settings, () => undefined),
    stop: () => void session.stop(),
  }
}
