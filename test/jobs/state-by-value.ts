// The job's state backend: with RocksDB a list that was changed after reading it, and not written back, is as before.
import {
  EmbeddedRocksDBStateBackend,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Collector,
  type Context,
  type ValueState,
} from 'streambed'

class Forgetful extends KeyedProcessFunction<string, number, string> {
  numbers!: ValueState<number[]>

  override open(): void {
    this.numbers = this.getRuntimeContext().getState(new ValueStateDescriptor('numbers'))
  }

  override processElement(n: number, _context: Context<string>, out: Collector<string>): void {
    const numbers = this.numbers.value()
    if (numbers === null) this.numbers.update([n])
    // The mistake: on the heap this changes the state.
    else numbers.push(n)
    out.collect((this.numbers.value() ?? []).join(' '))
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.setStateBackend(new EmbeddedRocksDBStateBackend())
env
  .fromSequence(1, 3)
  .keyBy(() => 'all')
  .process(new Forgetful())
  .print('numbers')
await env.execute('forgetful')
