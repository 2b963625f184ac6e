// Interval join: payments up to five minutes before or after their order; what comes too late goes to side outputs.

import {
  Duration,
  OutputTag,
  ProcessJoinFunction,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type Collector,
  type ProcessJoinContext,
} from 'streambed'

interface Order {
  readonly id: number
  readonly item: string
  readonly minute: number
}

interface Payment {
  readonly orderId: number
  readonly euros: number
  readonly minute: number
}

class Paid extends ProcessJoinFunction<Order, Payment, string> {
  processElement(order: Order, payment: Payment, _context: ProcessJoinContext, out: Collector<string>) {
    out.collect(`${order.item} ${payment.euros}`)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const byMinute = WatermarkStrategy.forMonotonousTimestamps<{ readonly minute: number }>()
  .withTimestampAssigner(({ minute }) => minute * 60_000)
  .withPerRecordWatermarks()

const orders = env
  .fromElements<Order>({ id: 1, item: 'tea', minute: 1 }, { id: 2, item: 'cake', minute: 30 })
  .assignTimestampsAndWatermarks(byMinute)
  .keyBy((order) => order.id)
const payments = env
  .fromElements<Payment>(
    { orderId: 1, euros: 3, minute: 5 },
    { orderId: 2, euros: 5, minute: 26 },
    { orderId: 2, euros: 7, minute: 35 },
    { orderId: 1, euros: 9, minute: 2 },
  )
  .assignTimestampsAndWatermarks(byMinute)
  .keyBy((payment) => payment.orderId)

orders.intervalJoin(payments).between(Duration.ofMinutes(-5), Duration.ofMinutes(5)).process(new Paid()).print('paid')

const late = new OutputTag<Payment>('late')
const sooner = orders
  .intervalJoin(payments)
  .between(Duration.ofMinutes(-5), Duration.ofMinutes(5))
  .upperBoundExclusive()
  .sideOutputRightLateData(late)
  .process(new Paid())
sooner.print('sooner')
sooner
  .getSideOutput(late)
  .map((payment) => payment.euros)
  .print('late')

await env.execute('Interval join')
