// Jobs that the tests run in the page, and in Node beside it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { oneFile, type JobText } from './notebook-page.ts'

const start = fileURLToPath(new URL('../../lessons/01-fraud-detection/02-remember/start/', import.meta.url))

function read(name: string): string {
  return readFileSync(start + name, 'utf8')
}

export const fraudDetector = read('FraudDetector.ts')

/** The page's own job, its source ending after the 50 transactions. */
export const boundedFraud: JobText = {
  entry: 'FraudDetectionJob.ts',
  files: [
    { name: 'FraudDetectionJob.ts', text: read('FraudDetectionJob.ts').replace('.unbounded()', '.bounded()') },
    { name: 'FraudDetector.ts', text: fraudDetector },
  ],
}

/** The bounded job with another detector. */
export function fraudWith(detector: string): JobText {
  const [job] = boundedFraud.files
  return { entry: boundedFraud.entry, files: [job!, { name: 'FraudDetector.ts', text: detector }] }
}

/** A job over some numbers; `map` is the text of the map function. */
export function mapJob(map: string): JobText {
  return oneFile(`import { StreamExecutionEnvironment } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromElements(1, 2, 3)
  .map(${map})
  .print('numbers')
await env.execute('numbers')
`)
}

/** A job that keeps numbers for twelve keys, with a time to live and in a map, and goes on for long. */
export const keeping = oneFile(`import {
  DataGeneratorSource,
  Duration,
  KeyedProcessFunction,
  MapStateDescriptor,
  RateLimiterStrategy,
  StateTtlConfig,
  StreamExecutionEnvironment,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type MapState,
  type ValueState,
} from 'streambed'

class Keeper extends KeyedProcessFunction<string, number, number> {
  last!: ValueState<number>
  rests!: MapState<string, number>

  override open() {
    const last = new ValueStateDescriptor<number>('last')
    last.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofSeconds(10)).build())
    this.last = this.getRuntimeContext().getState(last)
    this.rests = this.getRuntimeContext().getMapState(new MapStateDescriptor<string, number>('rests'))
  }

  override processElement(n: number) {
    this.last.update(n)
    this.rests.put('mod ' + (n % 3), n)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(500)
env
  .fromSource(
    new DataGeneratorSource((i) => i, 1_000_000, RateLimiterStrategy.perSecond(50)),
    WatermarkStrategy.noWatermarks(),
    'numbers',
  )
  .setParallelism(1)
  .keyBy((n) => 'key ' + (n % 12), Types.STRING)
  .process(new Keeper())
  .name('keeper')
  .print()
await env.execute('keeping')
`)
