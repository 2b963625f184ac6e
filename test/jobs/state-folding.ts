// Reducing and aggregating state: the highest bid and the average bid for each lot.
import {
  AggregatingStateDescriptor,
  KeyedProcessFunction,
  ReducingStateDescriptor,
  StreamExecutionEnvironment,
  type AggregateFunction,
  type AggregatingState,
  type Collector,
  type Context,
  type ReducingState,
} from 'streambed'

type Bid = readonly [lot: string, euros: number]

const average: AggregateFunction<number, { sum: number; count: number }, number> = {
  createAccumulator: () => ({ sum: 0, count: 0 }),
  add: (euros, { sum, count }) => ({ sum: sum + euros, count: count + 1 }),
  getResult: ({ sum, count }) => sum / count,
  merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
}

class Bids extends KeyedProcessFunction<string, Bid, string> {
  highest!: ReducingState<number>
  average!: AggregatingState<number, number>

  override open(): void {
    const context = this.getRuntimeContext()
    this.highest = context.getReducingState(
      new ReducingStateDescriptor('highest', (a: number, b: number) => Math.max(a, b)),
    )
    this.average = context.getAggregatingState(new AggregatingStateDescriptor('average', average))
  }

  override processElement([lot, euros]: Bid, _context: Context<string>, out: Collector<string>): void {
    this.highest.add(euros)
    this.average.add(euros)
    out.collect(`${lot}: highest ${this.highest.get()}, average ${this.average.get()}`)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromData<Bid>(['clock', 10], ['vase', 7], ['clock', 30], ['clock', 20])
  .keyBy(([lot]) => lot)
  .process(new Bids())
  .print('bids')
await env.execute('bids')
