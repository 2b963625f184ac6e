// Async I/O: users of orders come from a service, ten at a time; failed requests are made again.

import {
  AsyncDataStream,
  AsyncRetryStrategies,
  Duration,
  RetryPredicates,
  RichAsyncFunction,
  SimulatedService,
  StreamExecutionEnvironment,
  TimeUnit,
  type ResultFuture,
} from 'streambed'

interface Order {
  readonly id: number
  readonly user: number
}

const users = new SimulatedService((id: number) => `user ${id}`, {
  latency: [Duration.ofMillis(5), Duration.ofMillis(50)],
  failureRate: 0.01,
})

class Enrich extends RichAsyncFunction<Order, string> {
  asyncInvoke(order: Order, resultFuture: ResultFuture<string>) {
    users
      .query(order.user)
      .thenAccept((user) => resultFuture.complete([`order ${order.id} of ${user}`]))
      .exceptionally((error) => resultFuture.completeExceptionally(error))
  }

  override timeout(order: Order, resultFuture: ResultFuture<string>) {
    resultFuture.complete([`order ${order.id} of nobody we know`])
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const orders = env.fromElements<Order>({ id: 1, user: 7 }, { id: 2, user: 8 }, { id: 3, user: 7 })

AsyncDataStream.unorderedWait(orders, new Enrich(), Duration.ofSeconds(1), 100).print('unordered')
AsyncDataStream.orderedWait(orders, new Enrich(), 1000, TimeUnit.MILLISECONDS, 100).print('ordered')

const retries = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<string>(3, 100)
  .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
  .build()
AsyncDataStream.orderedWaitWithRetry(orders, new Enrich(), Duration.ofSeconds(1), 100, retries).print('retried')

await env.execute('Async I/O')
