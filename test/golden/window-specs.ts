// The window operators of the vectors, as a job would write them: through the API's assigners, triggers and evictors.

import {
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
  CountEvictor,
  CountTrigger,
  DeltaEvictor,
  DeltaTrigger,
  Duration,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  ProcessingTimeoutTrigger,
  ProcessingTimeSessionWindows,
  ProcessingTimeTrigger,
  PurgingTrigger,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TimeEvictor,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  type Trigger,
} from '../../runtime/index.ts'
import { evictorParts } from '../../runtime/api/evictors.ts'
import { triggerParts } from '../../runtime/api/triggers.ts'
import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { canMerge } from '../../runtime/operators/window/built-in-triggers.ts'
import type {
  ContentsSpec,
  EvictorSpec,
  TriggerSpec,
  WindowAssignerSpec,
  WindowSpec,
} from '../../runtime/operators/window/window-spec.ts'
import type { AnyWindow } from '../../runtime/operators/window/windows.ts'

interface WrittenTrigger {
  readonly type: string
  readonly of?: WrittenTrigger
  readonly count?: number
  readonly interval?: number
  readonly threshold?: number
  readonly timeout?: number
  readonly resetTimerOnNewRecord?: boolean
  readonly shouldClearOnTimeout?: boolean
}

/** An operator as the vectors write it. */
export interface WrittenOperator {
  readonly kind: 'window' | 'windowAll'
  readonly assigner: {
    readonly type: string
    readonly size?: number
    readonly slide?: number
    readonly offset?: number
    readonly gap?: number | 'value'
  }
  readonly trigger?: WrittenTrigger
  readonly evictor?: {
    readonly type: string
    readonly count?: number
    readonly size?: number
    readonly threshold?: number
    readonly doEvictAfter: boolean
  }
  readonly allowedLateness?: number | string
  readonly lateTag?: string
  readonly function: string
}

const ms = (length: number | undefined): Duration => Duration.ofMillis(length as number)
const anyDelta = (): number => 0
const anyGap = (): number => 1

/** Throws LearnerError where the API refuses the operator. */
export function windowSpecOf(operator: WrittenOperator): WindowSpec {
  const { assigner, trigger, evictor } = countParts(operator) ?? {
    assigner: assignerOf(operator),
    trigger: null,
    evictor: null,
  }
  const own = operator.trigger === undefined ? null : triggerParts(triggerOf(operator.trigger), 'trigger').spec
  if (own !== null && assigner.spec.kind === 'session' && !canMerge(own)) {
    throw new LearnerError('TRIGGER_CANNOT_MERGE', { trigger: own.kind })
  }
  const gather = operator.function.split(':')[0] as string
  return {
    assigner: lenient(assigner.spec),
    trigger: own ?? trigger ?? assigner.defaultTrigger(),
    evictor: operator.evictor === undefined ? evictor : evictorOf(operator.evictor),
    allowedLatenessMs: Number(operator.allowedLateness ?? 0),
    lateTag: operator.lateTag ?? null,
    contents: { kind: gather === 'process' ? 'list' : gather } as ContentsSpec,
    call: gather === 'process' || operator.function.includes('+') ? 'process' : 'passThrough',
    isAll: operator.kind === 'windowAll',
  }
}

/** countWindow(size[, slide]). */
function countParts({ assigner: { type, size, slide } }: WrittenOperator): {
  readonly assigner: GlobalWindows
  readonly trigger: TriggerSpec
  readonly evictor: EvictorSpec | null
} | null {
  if (type !== 'count') return null
  const count = CountTrigger.of<AnyWindow>((slide ?? size) as number)
  const trigger = slide === undefined ? PurgingTrigger.of(count) : count
  return {
    assigner: GlobalWindows.create(),
    trigger: trigger.spec,
    evictor: slide === undefined ? null : CountEvictor.of(size as number).spec,
  }
}

function assignerOf({ assigner: { type, size, slide, offset, gap } }: WrittenOperator): {
  readonly spec: WindowAssignerSpec
  defaultTrigger(): TriggerSpec
} {
  switch (type) {
    case 'tumblingEvent':
      return TumblingEventTimeWindows.of(ms(size), ms(offset))
    case 'tumblingProcessing':
      return TumblingProcessingTimeWindows.of(ms(size), ms(offset))
    case 'slidingEvent':
      return SlidingEventTimeWindows.of(ms(size), ms(slide), ms(offset))
    case 'slidingProcessing':
      return SlidingProcessingTimeWindows.of(ms(size), ms(slide), ms(offset))
    case 'sessionEvent':
      return EventTimeSessionWindows.withGap(ms(gap as number))
    case 'sessionProcessing':
      return ProcessingTimeSessionWindows.withGap(ms(gap as number))
    case 'dynamicSessionEvent':
      return EventTimeSessionWindows.withDynamicGap(anyGap)
    case 'dynamicSessionProcessing':
      return ProcessingTimeSessionWindows.withDynamicGap(anyGap)
    case 'globalEndOfStream':
      return GlobalWindows.createWithEndOfStreamTrigger()
    case 'global':
      return GlobalWindows.create()
    default:
      throw new Error(`assigner ${type}`)
  }
}

/** Sessions of the vectors take records without timestamp, as Flink does; those of jobs refuse them. */
function lenient(spec: WindowAssignerSpec): WindowAssignerSpec {
  return spec.kind === 'session' && spec.time === 'event' ? { ...spec, acceptsNoTimestamp: true } : spec
}

function triggerOf(written: WrittenTrigger): Trigger<unknown, AnyWindow> {
  switch (written.type) {
    case 'eventTime':
      return EventTimeTrigger.create() as Trigger<unknown, AnyWindow>
    case 'processingTime':
      return ProcessingTimeTrigger.create() as Trigger<unknown, AnyWindow>
    case 'count':
      return CountTrigger.of(written.count as number)
    case 'continuousEventTime':
      return ContinuousEventTimeTrigger.of(ms(written.interval))
    case 'continuousProcessingTime':
      return ContinuousProcessingTimeTrigger.of(ms(written.interval))
    case 'delta':
      return DeltaTrigger.of(written.threshold as number, anyDelta)
    case 'purging':
      return PurgingTrigger.of(triggerOf(written.of as WrittenTrigger))
    case 'processingTimeout': {
      const { timeout, resetTimerOnNewRecord, shouldClearOnTimeout } = written
      const of = triggerOf(written.of as WrittenTrigger)
      return ProcessingTimeoutTrigger.of(of, ms(timeout), resetTimerOnNewRecord, shouldClearOnTimeout)
    }
    default:
      throw new Error(`trigger ${written.type}`)
  }
}

function evictorOf({
  type,
  count,
  size,
  threshold,
  doEvictAfter,
}: NonNullable<WrittenOperator['evictor']>): EvictorSpec {
  switch (type) {
    case 'count':
      return evictorParts(CountEvictor.of(count as number, doEvictAfter)).spec
    case 'time':
      return evictorParts(TimeEvictor.of(ms(size), doEvictAfter)).spec
    case 'delta':
      return evictorParts(DeltaEvictor.of(threshold as number, anyDelta, doEvictAfter)).spec
    default:
      throw new Error(`evictor ${type}`)
  }
}
