// One record in, any number out, with the same timestamp. Flink's StreamFlatMap.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#flatmap

import { LearnerError } from '../base/diagnostic.ts'
import { NOWHERE } from '../record/receiver.ts'
import { ProbedOutput } from './call-probe.ts'
import { TimestampedCollector } from './collector.ts'
import type { Collector } from './functions.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { asCall, closeFunction, openFunction, refusePromise } from './rich-function.ts'

export class FlatMapOperator extends StreamOperator {
  name = ''
  fn: unknown = null
  collector = new TimestampedCollector(NOWHERE)
  flatMap: (value: unknown, out: Collector<unknown>) => unknown = () => undefined

  override open(context: OperatorContext): void {
    this.name = context.name
    const { probe } = context
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    this.fn = context.userFunction('flatMap')
    openFunction(this.fn, context)
    this.flatMap = asCall(this.fn, 'flatMap')
  }

  override processElement(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result = this.flatMap(value, this.collector)
    if (result !== undefined) this.refuse(result)
  }

  /** A promise, or results that should have been collected. Anything else is what an arrow function returns by the way. */
  private refuse(result: unknown): void {
    refusePromise(result, 'flatMap', this.name)
    const isMany = typeof result === 'object' && result !== null && Symbol.iterator in result
    // `words.map((word) => out.collect(word))` returns a list of nothing.
    const isOfNothing = Array.isArray(result) && result.every((element) => element === undefined)
    if (isMany && !isOfNothing) throw new LearnerError('FLAT_MAP_RETURNED', { operator: this.name })
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
