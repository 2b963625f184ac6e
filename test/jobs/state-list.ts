// List state: the last three readings of each sensor, together.
import {
  KeyedProcessFunction,
  ListStateDescriptor,
  StreamExecutionEnvironment,
  Types,
  type Collector,
  type Context,
  type ListState,
} from 'streambed'

type Reading = readonly [sensor: string, celsius: number]

class LastThree extends KeyedProcessFunction<string, Reading, string> {
  last!: ListState<number>

  override open(): void {
    this.last = this.getRuntimeContext().getListState(new ListStateDescriptor('last', Types.DOUBLE))
  }

  override processElement([sensor, celsius]: Reading, _context: Context<string>, out: Collector<string>): void {
    const last = [...this.last.get(), celsius].slice(-3)
    this.last.update(last)
    out.collect(`${sensor}: ${last.join(' ')}`)
  }
}

const readings: Reading[] = [1, 2, 3, 4].flatMap((n): Reading[] => [
  ['attic', 20 + n],
  ['cellar', 10 + n],
])

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromData(readings)
  .keyBy(([sensor]) => sensor)
  .process(new LastThree())
  .print('last')
await env.execute('last three')
