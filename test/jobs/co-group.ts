// Co-group: of every order how often it was paid within its five minutes, also if it wasn't.

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
  .fromElements<Order>({ id: 1, item: 'tea', minute: 1 }, { id: 2, item: 'cake', minute: 3 })
  .assignTimestampsAndWatermarks(byMinute)
const payments = env
  .fromElements<Payment>({ orderId: 2, euros: 2, minute: 3 }, { orderId: 2, euros: 3, minute: 4 })
  .assignTimestampsAndWatermarks(byMinute)

orders
  .coGroup(payments)
  .where((order) => order.id)
  .equalTo((payment) => payment.orderId)
  .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
  .apply<string>((ordered, paid, out) => {
    const euros = Array.from(paid, (payment) => payment.euros)
    for (const { item } of ordered) out.collect(`${item}: ${euros.length === 0 ? 'unpaid' : euros.join(' + ')}`)
  })
  .print('paid')

await env.execute('Co-group')
