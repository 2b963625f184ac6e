// Two streams in one operator: words that a control stream has blocked don't come through.

import {
  RichCoFlatMapFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Collector,
  type ValueState,
} from 'streambed'

class ControlFunction extends RichCoFlatMapFunction<string, string, string> {
  blocked!: ValueState<boolean>

  override open() {
    this.blocked = this.getRuntimeContext().getState(new ValueStateDescriptor<boolean>('blocked'))
  }

  flatMap1(_word: string) {
    this.blocked.update(true)
  }

  flatMap2(word: string, out: Collector<string>) {
    if (this.blocked.value() === null) out.collect(word)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const control = env.fromElements('DROP', 'IGNORE')
const words = env.fromElements('Apache', 'DROP', 'Flink', 'IGNORE')

control
  .keyBy((word) => word)
  .connect(words.keyBy((word) => word))
  .flatMap(new ControlFunction())
  .print('words')

// Without keys, and one record for one record.
control
  .connect(words)
  .map({ map1: (word) => `control ${word}`, map2: (word) => `word ${word}` })
  .print('both')

await env.execute('Connected streams')
