// Operator state: a sink that hands rows on in threes. What waits would be lost in a failure if it weren't stored.
import {
  ListStateDescriptor,
  RichMapFunction,
  StreamExecutionEnvironment,
  Types,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type ListState,
} from 'streambed'

class InThrees extends RichMapFunction<number, string> implements CheckpointedFunction {
  stored!: ListState<number>
  waiting: number[] = []

  initializeState(context: FunctionInitializationContext): void {
    this.stored = context.getOperatorStateStore().getListState(new ListStateDescriptor('waiting', Types.LONG))
    if (context.isRestored()) this.waiting = [...this.stored.get()]
  }

  snapshotState(): void {
    this.stored.update(this.waiting)
  }

  override map(n: number): string {
    this.waiting.push(n)
    return this.waiting.length === 3 ? this.waiting.splice(0).join('+') : ''
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromSequence(1, 7)
  .map(new InThrees())
  .filter((batch) => batch !== '')
  .print('batches')
await env.execute('in threes')
