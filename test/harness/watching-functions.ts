// The functions of random jobs. They do what random-job.ts models, and report whatever they see that can't be: watermarks
// and clocks that go back, records that are late, timers that fire twice or early, keys on a subtask that doesn't own them.

import { longHash } from '../../runtime/base/java-hash.ts'
import {
  BroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  MapStateDescriptor,
  OutputTag,
  ProcessJoinFunction,
  Types,
  ValueStateDescriptor,
} from '../../runtime/index.ts'
import type {
  BroadcastContext,
  CheckpointedFunction,
  Collector,
  Context,
  FunctionInitializationContext,
  OnTimerContext,
  ProcessJoinContext,
  ReadOnlyContext,
  ValueState,
} from '../../runtime/index.ts'
import { defaultMaxParallelism, keyGroupOf, subtaskOf } from '../../runtime/record/key-groups.ts'

export interface Item {
  readonly key: number
  readonly n: number
}

/** Whatever a function under test saw that can't be. */
export type Report = (violation: string) => void

/** When a function sets its timers, and on which clock. */
export interface TimerSettings {
  readonly delay: number
  readonly clock: 'event' | 'processing'
}

export const SIDE = new OutputTag<Item>('side')

/** The same on two inputs. */
export class WatchingBoth extends KeyedCoProcessFunction<number, Item, Item, Item> {
  readonly watching: Watching

  constructor(timers: TimerSettings, report: Report) {
    super()
    this.watching = new Watching(timers, report)
  }

  override open(): void {
    this.watching.setRuntimeContext(this.getRuntimeContext())
    this.watching.open()
  }

  override processElement1(item: Item, context: Context<number>, out: Collector<Item>): void {
    this.watching.processElement(item, context, out)
  }

  override processElement2(item: Item, context: Context<number>, out: Collector<Item>): void {
    this.watching.processElement(item, context, out)
  }

  override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<Item>): void {
    this.watching.onTimer(timestamp, context, out)
  }
}

export const COUNTS = new MapStateDescriptor<number, number>('counts', Types.LONG, Types.LONG)

/** Passes records of the first input on; of the second it counts, and no count may ever be lost: not in an attempt, which
 * begins with what a checkpoint holds, or with nothing. */
export class Counting extends BroadcastProcessFunction<Item, Item, Item> implements CheckpointedFunction {
  readonly report: Report
  isRestored = false
  seen: number | null = null

  constructor(report: Report) {
    super()
    this.report = report
  }

  initializeState(context: FunctionInitializationContext): void {
    this.isRestored = context.isRestored()
  }

  snapshotState(): void {}

  override processElement(item: Item, context: ReadOnlyContext, out: Collector<Item>): void {
    const sum = sumOf(context.getBroadcastState(COUNTS).immutableEntries())
    this.seen ??= this.isRestored ? sum : 0
    if (sum !== this.seen) this.report(`broadcast state counts ${sum} of ${this.seen}`)
    out.collect(item)
  }

  override processBroadcastElement(item: Item, context: BroadcastContext): void {
    const counts = context.getBroadcastState(COUNTS)
    this.seen ??= sumOf(counts.entries())
    counts.put(item.key, (counts.get(item.key) ?? 0) + 1)
    this.seen++
  }
}

function sumOf(counts: Iterable<readonly [number, number]>): number {
  let sum = 0
  for (const [, count] of counts) sum += count
  return sum
}

/** Makes one of a pair, and looks whether it is one. */
export class Adding extends ProcessJoinFunction<Item, Item, Item> {
  readonly report: Report

  constructor(report: Report) {
    super()
    this.report = report
  }

  override processElement(left: Item, right: Item, context: ProcessJoinContext, out: Collector<Item>): void {
    if (left.key !== right.key) this.report(`keys ${left.key} and ${right.key} were joined`)
    const later = Math.max(context.getLeftTimestamp(), context.getRightTimestamp())
    if (context.getTimestamp() !== later) this.report(`a pair of ${later} is stamped ${context.getTimestamp()}`)
    out.collect({ key: left.key, n: left.n + right.n })
  }
}

/** Passes records on, odd ones also to the side, sets a timer for each, and watches what the engine promises. Timers on
 * the clock fire or not, as the end of input finds them, and emit nothing. What it has seen of a key it counts in two
 * states, an integer and an object, which stay the same whatever fails. */
export class Watching extends KeyedProcessFunction<number, Item, Item> {
  readonly delay: number
  readonly clock: 'event' | 'processing'
  readonly report: Report
  lastWatermark = -Infinity
  lastClock = 0
  readonly fired = new Set<string>()
  counted: ValueState<number> | null = null
  noted: ValueState<{ readonly count: number }> | null = null

  constructor({ delay, clock }: TimerSettings, report: Report) {
    super()
    this.delay = delay
    this.clock = clock
    this.report = report
  }

  override open(): void {
    const context = this.getRuntimeContext()
    this.counted = context.getState(new ValueStateDescriptor('counted', Types.LONG))
    this.noted = context.getState<{ readonly count: number }>(new ValueStateDescriptor('noted'))
  }

  override processElement(item: Item, context: Context<number>, out: Collector<Item>): void {
    const timestamp = context.timestamp()
    this.watch(item.key, context)
    if (timestamp === null) return this.report(`record ${item.n} lost its timestamp`)
    const timers = context.timerService()
    if (this.clock === 'event') {
      if (timestamp <= timers.currentWatermark()) this.report(`record at ${timestamp} is late`)
      timers.registerEventTimeTimer(timestamp + this.delay)
    } else timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 1 + this.delay)
    out.collect(item)
    if (item.n % 2 === 1) context.output(SIDE, item)
  }

  override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<Item>): void {
    const key = context.getCurrentKey()
    this.watch(key, context)
    const name = `${key} ${timestamp}`
    if (this.fired.has(name)) this.report(`timer ${name} fired twice`)
    this.fired.add(name)
    const timers = context.timerService()
    const now = this.clock === 'event' ? timers.currentWatermark() : timers.currentProcessingTime()
    if (timestamp > now) this.report(`timer ${name} fired before its time`)
    if (this.clock === 'event') out.collect({ key, n: timestamp })
  }

  private watch(key: number, context: Context<number>): void {
    const { watermark, clock } = {
      watermark: context.timerService().currentWatermark(),
      clock: context.timerService().currentProcessingTime(),
    }
    if (context.getCurrentKey() !== key) this.report(`current key ${context.getCurrentKey()} for a record of ${key}`)
    if (watermark < this.lastWatermark) this.report(`watermark went back from ${this.lastWatermark} to ${watermark}`)
    if (clock < this.lastClock) this.report(`clock went back from ${this.lastClock} to ${clock}`)
    this.lastWatermark = watermark
    this.lastClock = clock
    this.count(key)
    const info = this.getRuntimeContext().getTaskInfo()
    const parallelism = info.getNumberOfParallelSubtasks()
    const max = defaultMaxParallelism(parallelism)
    const owner = subtaskOf(keyGroupOf(longHash(key), max), parallelism, max)
    if (owner !== info.getIndexOfThisSubtask())
      this.report(`key ${key} on subtask ${info.getIndexOfThisSubtask()} of ${parallelism}`)
  }

  private count(key: number): void {
    const count = this.counted?.value() ?? 0
    const noted = this.noted?.value()?.count ?? 0
    if (count !== noted) this.report(`${count} were counted of key ${key}, and ${noted} noted`)
    this.counted?.update(count + 1)
    this.noted?.update({ count: noted + 1 })
  }
}
