// A built-in trigger as jobs hold it: data for the plan, and the learner's part of it by role. It can be asked too, so
// that a trigger of the learner's own may leave some of its decisions to a built-in one.

import { createTrigger } from './built-in-triggers.ts'
import { Trigger, type OnMergeContext, type TriggerContext, type TriggerResult } from './trigger.ts'
import type { TriggerSpec } from './window-spec.ts'
import type { AnyWindow, Window } from './windows.ts'

/** Base of the triggers that come with Flink. */
export abstract class BuiltInTrigger<T, W extends Window> extends Trigger<T, W> {
  /** As the plan holds it. */
  readonly spec: TriggerSpec
  /** The learner's functions in it, by role. */
  readonly functions: Readonly<Record<string, unknown>>
  private made: Trigger<unknown, AnyWindow> | null = null

  constructor(spec: TriggerSpec, functions: Readonly<Record<string, unknown>> = {}) {
    super()
    this.spec = spec
    this.functions = functions
  }

  override onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult {
    return this.#trigger().onElement(element, timestamp, asAny(window), context)
  }

  override onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return this.#trigger().onProcessingTime(time, asAny(window), context)
  }

  override onEventTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return this.#trigger().onEventTime(time, asAny(window), context)
  }

  override canMerge(): boolean {
    return this.#trigger().canMerge()
  }

  override onMerge(window: W, context: OnMergeContext): void {
    this.#trigger().onMerge(asAny(window), context)
  }

  override clear(window: W, context: TriggerContext): void {
    this.#trigger().clear(asAny(window), context)
  }

  #trigger(): Trigger<unknown, AnyWindow> {
    this.made ??= createTrigger(this.spec, (role) => this.functions[role])
    return this.made
  }
}

/** The operators have no other windows. */
function asAny(window: Window): AnyWindow {
  return window as AnyWindow
}
