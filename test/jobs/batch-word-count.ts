// Batch mode: the same job as in streaming mode, which gives one final count for each word.
import { RuntimeExecutionMode, StreamExecutionEnvironment } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.setRuntimeMode(RuntimeExecutionMode.AUTOMATIC)

env
  .fromData(['to be or not to be', 'that is the question'])
  .flatMap<[word: string, count: number]>((line, out) => {
    for (const word of line.split(' ')) out.collect([word, 1])
  })
  .keyBy(([word]) => word)
  .sum(1)
  .print('counts')

await env.execute('count words')
