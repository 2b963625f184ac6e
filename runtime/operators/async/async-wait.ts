// Calls a function whose results come later, and emits them in the order of the records, or as they come but never past
// a watermark. At most `capacity` elements are on their way; further ones wait, and the task reads no more. Timeouts and
// further attempts are alarms. Flink's AsyncWaitOperator. Differs from Flink: all complete results are emitted at once,
// where Flink takes a mail for each; a callback that throws fails the task, where a Java future swallows it.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/

import { LearnerError } from '../../base/diagnostic.ts'
import { EventHeap } from '../../base/event-heap.ts'
import type { RandomStream } from '../../base/random.ts'
import { toPrintText } from '../../base/value-text.ts'
import { ListStateDescriptor } from '../../state/descriptors.ts'
import type { ListState } from '../../state/list-state.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { asCall, closeFunction, openFunction } from '../rich-function.ts'
import { backoffMs, type AsyncSpec, type ResultFuture } from './async-functions.ts'
import {
  ElementLine,
  OrderedElementQueue,
  UnorderedElementQueue,
  type ElementQueue,
  type QueueElement,
} from './element-queue.ts'
import { enterRequests, type Request, type RequestPort } from './requests.ts'

/** An element with what its request is waiting for. */
interface Pending extends QueueElement {
  /** Whether its results, or its failure, are final. */
  isFinal: boolean
  /** Calls of the function so far. */
  attempts: number
  isRetryAwaited: boolean
  readonly deadlineMs: number
}

type Invoke = (input: unknown, resultFuture: ResultFuture<unknown>) => unknown

type StoredElement = Pick<QueueElement, 'isWatermark' | 'value' | 'timestamp'>

const STATE = '_async_wait_operator_state_'
const RESPONSE = 1
const RETRY = 2

export class AsyncWaitOperator extends StreamOperator implements RequestPort {
  readonly spec: AsyncSpec
  /** Whether a request that is exactly as old as its timeout may still be made again: only where timers aren't late. */
  readonly isTimeoutExclusive: boolean
  readonly queue: ElementQueue
  context!: OperatorContext
  /** Elements taken in and not emitted, in order: written when a snapshot is taken. */
  inFlight!: ListState<StoredElement>
  fn: unknown = null
  invoke!: Invoke
  timeout: Invoke | null = null
  isRetriedResult: (results: readonly unknown[]) => boolean = () => false
  isRetriedError: (error: unknown) => boolean = () => false
  /** Elements that found the queue full, in order. */
  waiting: Pending[] = []
  /** Responses and retries by the time at which they're due; what each is stands under its number. */
  due = new EventHeap()
  requests = new Map<number, Request>()
  retries = new Map<number, Pending>()
  /** Elements with a retry planned or made, until they're final: those that the end of the input calls once more. */
  retried = new Set<Pending>()
  nextNumber = 0
  /** Elements by their deadlines: all wait equally long, so the first in is the first to time out. */
  deadlines = new ElementLine<Pending>()
  streams = new Map<string, RandomStream>()
  /** The end of the input has come: nothing is retried any more. */
  isEnding = false
  /** A call of the operator is under way: what it brings is dealt with before it returns. */
  isInside = false
  failure: { readonly error: unknown } | null = null

  /** In a job Flink's timers fire a ms late, so a timeout is final. Its test harness's fire in time, and it isn't. */
  constructor(spec: AsyncSpec, isTimeoutExclusive = false) {
    super()
    this.spec = spec
    this.isTimeoutExclusive = isTimeoutExclusive
    this.queue = spec.isOrdered ? new OrderedElementQueue() : new UnorderedElementQueue()
  }

  override open(context: OperatorContext): void {
    this.context = context
    this.fn = context.userFunction('asyncInvoke')
    openFunction(this.fn, withoutState(context))
    this.invoke = asCall<Invoke>(this.fn, 'asyncInvoke')
    const { timeout } = this.fn as { readonly timeout?: unknown }
    if (typeof timeout === 'function') this.timeout = asCall<Invoke>(this.fn, 'timeout')
    const { retry } = this.spec
    if (retry?.result === 'empty') this.isRetriedResult = (results) => results.length === 0
    else if (retry?.result === 'function') this.isRetriedResult = asCall(context.userFunction('retryResult'), 'test')
    if (retry?.exception === 'any') this.isRetriedError = () => true
    else if (retry?.exception === 'function') this.isRetriedError = asCall(context.userFunction('retryError'), 'test')
    this.inFlight = context.operatorState.getListState(new ListStateDescriptor<StoredElement>(STATE))
    const restored = Array.from(this.inFlight.get())
    this.inFlight.clear()
    for (const { isWatermark, value, timestamp } of restored) this.take(isWatermark, value, timestamp)
  }

  /** Every request on its way is made again, those too whose results were waiting to be emitted. */
  override snapshotState(): void {
    const elements = [...this.queue.elements(), ...this.waiting]
    this.inFlight.update(elements.map(({ isWatermark, value, timestamp }) => ({ isWatermark, value, timestamp })))
  }

  override processElement(value: unknown, timestamp: number): void {
    this.take(false, value, timestamp)
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.take(true, null, timestamp)
  }

  /** Answers, retries and timeouts that are due, in order of time. */
  override onAlarm(nowMs: number): void {
    this.run(() => {
      while (this.failure === null && this.nextDueMs() <= nowMs) this.fireNext()
    })
  }

  /** Nothing here belongs to a key. */
  override endKey(): void {}

  /**
   * What is retried is tried at once, for the last time; then the rest has to arrive. As in Flink, that calls once more
   * for a retry under way too, and for a request that timed out before its first retry.
   */
  override finish(): void {
    this.isEnding = true
    this.run(() => {
      const { retried } = this
      this.retries.clear()
      this.retried = new Set()
      for (const element of retried) this.call(element)
    })
  }

  override close(): void {
    closeFunction(this.fn)
  }

  ask(request: Request, latencyMs: number): void {
    const number = this.nextNumber++
    this.requests.set(number, request)
    this.due.push(this.context.nowMs() + latencyMs, RESPONSE, number)
    if (!this.isInside) this.updateAlarm()
  }

  random(service: string): RandomStream {
    let stream = this.streams.get(service)
    if (stream === undefined) {
      stream = this.context.random(`service ${service}`)
      this.streams.set(service, stream)
    }
    return stream
  }

  /** A result future was completed. */
  completed(element: Pending, results: readonly unknown[] | null, error: unknown): void {
    if (this.spec.retry === null || this.isEnding || !this.retry(element, results, error)) {
      this.conclude(element, results, error)
    }
    // Completed by another operator's function: dealt with as soon as that has returned.
    if (!this.isInside) this.updateAlarm()
  }

  private take(isWatermark: boolean, value: unknown, timestamp: number): void {
    const deadlineMs = this.context.nowMs() + this.spec.timeoutMs
    const results = isWatermark ? [] : null
    const state = { isFinal: isWatermark, attempts: 0, isRetryAwaited: false, deadlineMs }
    const element: Pending = { isWatermark, value, timestamp, results, ...state }
    this.run(() => {
      if (this.queue.size >= this.spec.capacity || this.waiting.length > 0) this.waiting.push(element)
      else this.admit(element)
    })
  }

  /** Runs part of a call with this operator as the port of requests, then deals with whatever became final. */
  private run(part: () => void): void {
    const before = enterRequests(this)
    this.isInside = true
    try {
      part()
      this.settle()
    } finally {
      this.isInside = false
      enterRequests(before)
    }
    this.updateAlarm()
  }

  /** Emits what may leave, and lets in what waits, until neither changes anything. */
  private settle(): void {
    for (;;) {
      if (this.failure !== null) throw this.failure.error
      const element = this.queue.poll()
      if (element !== null) this.emit(element)
      else if (this.waiting.length > 0 && this.queue.size < this.spec.capacity)
        this.admit(this.waiting.shift() as Pending)
      else return
    }
  }

  private emit({ isWatermark, timestamp, results }: QueueElement): void {
    if (isWatermark) this.output.processWatermark(timestamp)
    else for (const result of results ?? []) this.output.processElement(result, timestamp)
  }

  private admit(element: Pending): void {
    this.queue.add(element)
    if (element.isWatermark) return
    this.deadlines.add(element)
    this.call(element)
  }

  private call(element: Pending): void {
    element.attempts++
    element.isRetryAwaited = false
    this.check(this.invoke(element.value, new ElementFuture(this, element)), 'asyncInvoke')
  }

  private check(returned: unknown, method: string): void {
    if (!(returned instanceof Promise)) return
    returned.catch(() => undefined)
    throw new LearnerError('ASYNC_PROMISE', { method, operator: this.context.name })
  }

  /** Plans another attempt, if this result calls for one. True also where one is planned already. */
  private retry(element: Pending, results: readonly unknown[] | null, error: unknown): boolean {
    const { retry } = this.spec
    if (element.isRetryAwaited || element.isFinal) return true
    const isWanted = results === null ? this.isRetriedError(error) : this.isRetriedResult(results)
    if (retry === null || !isWanted || element.attempts > retry.maxAttempts || this.isOver(element)) return false
    element.isRetryAwaited = true
    this.retried.add(element)
    const number = this.nextNumber++
    this.retries.set(number, element)
    this.due.push(this.context.nowMs() + backoffMs(retry, element.attempts), RETRY, number)
    return true
  }

  /** What is older than its timeout isn't tried again. */
  private isOver({ deadlineMs }: Pending): boolean {
    const nowMs = this.context.nowMs()
    return this.isTimeoutExclusive ? nowMs > deadlineMs : nowMs >= deadlineMs
  }

  private conclude(element: Pending, results: readonly unknown[] | null, error: unknown): void {
    // Flink forgets a request only after a retry, so one that times out before stays.
    if (element.attempts > 1) this.retried.delete(element)
    if (element.isFinal) return
    element.isFinal = true
    if (results === null) this.failure ??= { error }
    element.results = results ?? []
    this.queue.completed(element)
  }

  private fireNext(): void {
    const { due } = this
    const dueMs = due.size === 0 ? Infinity : (due.times[0] as number)
    const kind = due.payloads[0] as number
    const deadline = this.firstDeadline()
    const deadlineMs = deadline?.deadlineMs ?? Infinity
    // Of equal times an answer is still in time, but another attempt comes too late.
    if (deadlineMs < dueMs || (deadlineMs === dueMs && kind === RETRY)) {
      this.deadlines.leave()
      this.timeOut(deadline as Pending)
      return
    }
    const number = due.targets[0] as number
    due.pop()
    if (kind === RESPONSE) {
      const request = this.requests.get(number) as Request
      this.requests.delete(number)
      request.arrive()
      return
    }
    const element = this.retries.get(number)
    this.retries.delete(number)
    // A timeout may have come first, or the end of the input.
    if (element?.isRetryAwaited === true) this.call(element)
  }

  private timeOut(element: Pending): void {
    element.isRetryAwaited = false
    const future = new ElementFuture(this, element)
    if (this.timeout !== null) this.check(this.timeout(element.value, future), 'timeout')
    else {
      const { timeoutMs } = this.spec
      future.completeExceptionally(new LearnerError('ASYNC_TIMEOUT', { operator: this.context.name, timeoutMs }))
    }
  }

  /** The element to time out next. */
  private firstDeadline(): Pending | null {
    for (;;) {
      const first = this.deadlines.first()
      if (first?.isFinal !== true) return first
      this.deadlines.leave()
    }
  }

  private nextDueMs(): number {
    return Math.min(
      this.due.size === 0 ? Infinity : (this.due.times[0] as number),
      this.firstDeadline()?.deadlineMs ?? Infinity,
    )
  }

  /** Tells the task when to come back, whether to read on, and whether the end has to wait. */
  private updateAlarm(): void {
    const { context } = this
    // What was completed from elsewhere is due now.
    const isUnsettled = this.failure !== null || this.queue.hasCompleted()
    const next = isUnsettled ? context.nowMs() : this.nextDueMs()
    const isFull = this.queue.size >= this.spec.capacity
    this.isDrained = this.queue.size === 0 && this.waiting.length === 0
    if (next === this.nextAlarmMs && isFull === this.isFull) return
    this.nextAlarmMs = next
    this.isFull = isFull
    context.alarmChanged()
  }
}

/** Results come when other keys are at work: there's no state they could see. */
function withoutState(context: OperatorContext): OperatorContext {
  return {
    ...context,
    get keyed(): never {
      throw new LearnerError('ASYNC_STATE', { operator: context.name })
    },
  }
}

/** The future of one element's results. */
class ElementFuture implements ResultFuture<unknown> {
  private readonly operator: AsyncWaitOperator
  private readonly element: Pending

  constructor(operator: AsyncWaitOperator, element: Pending) {
    this.operator = operator
    this.element = element
  }

  complete(results: Iterable<unknown>): void {
    this.operator.completed(this.element, requireResults(results, this.operator.context.name), null)
  }

  completeExceptionally(error: unknown): void {
    this.operator.completed(this.element, null, error)
  }
}

/** The letters of a text are hardly ever what is meant. */
function requireResults(results: unknown, operator: string): readonly unknown[] {
  if (Array.isArray(results)) return results as unknown[]
  if (typeof results === 'object' && results !== null && Symbol.iterator in results) {
    return Array.from(results as Iterable<unknown>)
  }
  throw new LearnerError('ASYNC_RESULTS', { operator, value: toPrintText(results) })
}
