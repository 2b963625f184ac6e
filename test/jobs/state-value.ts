// Value state with a time to live: a word is passed on the first time, and again after a second of silence.
import {
  Duration,
  KeyedProcessFunction,
  RateLimiterStrategy,
  DataGeneratorSource,
  StateTtlConfig,
  StreamExecutionEnvironment,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type Context,
  type ValueState,
} from 'streambed'

class OnceASecond extends KeyedProcessFunction<string, string, string> {
  seen!: ValueState<boolean>

  override open(): void {
    const descriptor = new ValueStateDescriptor('seen', Types.BOOLEAN)
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofSeconds(1)).updateTtlOnReadAndWrite().build())
    this.seen = this.getRuntimeContext().getState(descriptor)
  }

  override processElement(word: string, _context: Context<string>, out: Collector<string>): void {
    if (this.seen.value() === null) {
      this.seen.update(true)
      out.collect(word)
    }
  }
}

// Ten words a second: `often` in all but the third second, `rarely` once in each.
const words = new DataGeneratorSource(
  (i) => (i % 10 === 0 ? 'rarely' : i >= 20 && i < 30 ? 'other' : 'often'),
  50,
  RateLimiterStrategy.perSecond(10),
)

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromSource(words, WatermarkStrategy.noWatermarks<string>(), 'words')
  .keyBy((word) => word)
  .process(new OnceASecond())
  .print('words')
await env.execute('once a second')
