// Async I/O: orders are enriched with users from a service that is slow and sometimes fails.
import {
  AsyncDataStream,
  AsyncRetryStrategies,
  DataGeneratorSource,
  Duration,
  RateLimiterStrategy,
  RetryPredicates,
  RichAsyncFunction,
  SimulatedService,
  StreamExecutionEnvironment,
  TimeUnit,
  WatermarkStrategy,
} from 'streambed'
import type { ResultFuture } from 'streambed'

interface Order {
  readonly id: number
  readonly user: number
}

const NAMES = ['Ada', 'Grace', 'Katherine', 'Margaret']
const users = new SimulatedService((user: number) => NAMES[user % NAMES.length] ?? '', {
  name: 'users',
  latency: [Duration.ofMillis(5), Duration.ofMillis(60)],
  failureRate: 0.1,
})

class Enrich extends RichAsyncFunction<Order, string> {
  override asyncInvoke(order: Order, resultFuture: ResultFuture<string>): void {
    users
      .query(order.user)
      .thenAccept((name) => resultFuture.complete([`order ${order.id} of ${name}`]))
      .exceptionally((error) => resultFuture.completeExceptionally(error))
  }

  override timeout(order: Order, resultFuture: ResultFuture<string>): void {
    resultFuture.complete([`order ${order.id} of nobody we know`])
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = new DataGeneratorSource<Order>(
  (id) => ({ id, user: id * 3 }),
  Infinity,
  RateLimiterStrategy.perSecond(100),
)
const orders = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'orders')
const retries = new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder<string>(5, 10, 200, 2)
  .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
  .build()

AsyncDataStream.orderedWaitWithRetry(orders, new Enrich(), 2, TimeUnit.SECONDS, 20, retries).print('ordered')
AsyncDataStream.unorderedWaitWithRetry(orders, new Enrich(), 2, TimeUnit.SECONDS, 20, retries).print('unordered')

await env.execute('enrich orders')
