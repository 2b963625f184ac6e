// The functions of joins.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/

import type { ProcessJoinContext, ProcessJoinFunctionLike } from '../operators/join/join-functions.ts'
import { RichFunction, type Collector } from './functions.ts'

export type { ProcessJoinContext } from '../operators/join/join-functions.ts'

/**
 * Gets every pair that an interval join finds.
 *
 * ```ts
 * class Paid extends ProcessJoinFunction<Order, Payment, string> {
 *   processElement(order: Order, payment: Payment, _context: ProcessJoinContext, out: Collector<string>) {
 *     out.collect(`${order.item} ${payment.euros}`)
 *   }
 * }
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join
 */
export abstract class ProcessJoinFunction<IN1, IN2, OUT>
  extends RichFunction
  implements ProcessJoinFunctionLike<IN1, IN2, OUT>
{
  /** Called for every pair; what it collects gets the higher of the two timestamps. */
  abstract processElement(left: IN1, right: IN2, context: ProcessJoinContext, out: Collector<OUT>): void
}
