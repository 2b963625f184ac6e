// Window join: what was ordered and paid for within the same five minutes.

import { Duration, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'

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

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const byMinute = WatermarkStrategy.forMonotonousTimestamps<{ readonly minute: number }>().withTimestampAssigner(
  ({ minute }) => minute * 60_000,
)

const orders = env
  .fromElements<Order>(
    { id: 1, item: 'tea', minute: 1 },
    { id: 2, item: 'cake', minute: 3 },
    { id: 3, item: 'soup', minute: 4 },
  )
  .assignTimestampsAndWatermarks(byMinute)
const payments = env
  .fromElements<Payment>(
    { orderId: 2, euros: 5, minute: 4 },
    { orderId: 1, euros: 3, minute: 4 },
    { orderId: 3, euros: 8, minute: 6 },
  )
  .assignTimestampsAndWatermarks(byMinute)

orders
  .join(payments)
  .where((order) => order.id)
  .equalTo((payment) => payment.orderId)
  .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
  .apply((order, payment) => `${order.item} ${payment.euros}`)
  .print('paid')

await env.execute('Window join')
