// What a learner's function calls while somebody watches: timers and collected records here, state in state-probes.ts. The
// probed handles only tell and pass on, so a watched run is the same run; where nobody watches they don't exist and cost
// nothing.

import { toPrintText } from '../base/value-text.ts'
import type { Receiver } from '../record/receiver.ts'
import type { TimerService } from './functions.ts'

export type CallKind =
  'read' | 'update' | 'add' | 'remove' | 'clear' | 'collect' | 'register' | 'delete' | 'output' | 'result'

/**
 * Told of each call, while the caller is still on the stack. `text` is asked for only if it's wanted, and so is `entry`: of
 * a map's entry its key.
 */
export interface CallProbe {
  /** Whether calls are wanted at the moment. Where they aren't, what is called for every record needn't tell of them. */
  isOn(): boolean
  called(kind: CallKind, name: string, text: () => string, entry?: () => string): void
}

/** The function, which then tells what it gives; itself where nobody watches. */
export function probedCall<A, R>(call: (value: A) => R, probe: CallProbe | null, name: string): (value: A) => R {
  if (probe === null) return call
  return (value) => {
    const result = call(value)
    if (probe.isOn()) probe.called('result', name, () => toPrintText(result))
    return result
  }
}

/** A TimerService that tells which timers are set and deleted. */
export class ProbedTimerService implements TimerService {
  private readonly timers: TimerService
  private readonly probe: CallProbe

  constructor(timers: TimerService, probe: CallProbe) {
    this.timers = timers
    this.probe = probe
  }

  currentProcessingTime(): number {
    return this.timers.currentProcessingTime()
  }

  currentWatermark(): number {
    return this.timers.currentWatermark()
  }

  registerEventTimeTimer(timestampMs: number): void {
    this.timers.registerEventTimeTimer(timestampMs)
    this.probe.called('register', 'event time', () => String(timestampMs))
  }

  registerProcessingTimeTimer(timestampMs: number): void {
    this.timers.registerProcessingTimeTimer(timestampMs)
    this.probe.called('register', 'processing time', () => String(timestampMs))
  }

  deleteEventTimeTimer(timestampMs: number): void {
    this.timers.deleteEventTimeTimer(timestampMs)
    this.probe.called('delete', 'event time', () => String(timestampMs))
  }

  deleteProcessingTimeTimer(timestampMs: number): void {
    this.timers.deleteProcessingTimeTimer(timestampMs)
    this.probe.called('delete', 'processing time', () => String(timestampMs))
  }
}

/** An output that tells what is emitted into it. */
export class ProbedOutput implements Receiver {
  private readonly output: Receiver
  private readonly probe: CallProbe

  constructor(output: Receiver, probe: CallProbe) {
    this.output = output
    this.probe = probe
  }

  processElement(value: unknown, timestamp: number): void {
    // Told first: the call comes before whatever the next operator makes of it.
    if (this.probe.isOn()) this.probe.called('collect', '', () => toPrintText(value))
    this.output.processElement(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.output.processStatus(isIdle)
  }
}
