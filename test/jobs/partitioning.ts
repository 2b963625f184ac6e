// Ways from subtask to subtask, and where tasks run.

import { StreamExecutionEnvironment, type Partitioner } from 'streambed'

class ByParity implements Partitioner<number> {
  partition(key: number, subtasks: number) {
    return key % Math.min(2, subtasks)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.setParallelism(2)
env.setMaxParallelism(128)

const numbers = env.fromSequence(1, 4).union(env.fromElements(5, 6))

numbers
  .partitionCustom(new ByParity(), (n) => n)
  .map((n) => n)
  .print('custom')
numbers
  .rebalance()
  .map((n) => n)
  .setParallelism(3)
  .print('rebalance')
numbers
  .rescale()
  .map((n) => n)
  .setParallelism(4)
  .print('rescale')
numbers
  .shuffle()
  .map((n) => n)
  .print('shuffle')
numbers
  .broadcast()
  .map((n) => n)
  .print('broadcast')
numbers
  .global()
  .map((n) => n)
  .print('global')
env
  .fromSequence(1, 4)
  .forward()
  .map((n) => n)
  .slotSharingGroup('others')
  .print('forward')
numbers
  .keyBy((n) => n % 2)
  .reduce((a, b) => a + b)
  .setMaxParallelism(16)
  .print('keyed')

await env.execute('Partitioning')
