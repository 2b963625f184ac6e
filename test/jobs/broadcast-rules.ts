// Broadcast state: every subtask knows all rules, and a new rule looks at what was there before it.

import {
  KeyedBroadcastProcessFunction,
  MapStateDescriptor,
  StreamExecutionEnvironment,
  Types,
  ValueStateDescriptor,
  type Collector,
  type KeyedBroadcastContext,
  type KeyedReadOnlyContext,
  type ValueState,
} from 'streambed'

interface Item {
  readonly colour: string
  readonly size: number
}

interface Rule {
  readonly name: string
  readonly atLeast: number
}

const RULES = new MapStateDescriptor<string, Rule>('rules', Types.STRING)
const LARGEST = new ValueStateDescriptor<number>('largest')

class Rules extends KeyedBroadcastProcessFunction<string, Item, Rule, string> {
  largest!: ValueState<number>

  override open() {
    this.largest = this.getRuntimeContext().getState(LARGEST)
  }

  processElement(item: Item, context: KeyedReadOnlyContext<string>, out: Collector<string>) {
    this.largest.update(Math.max(item.size, this.largest.value() ?? 0))
    for (const [name, rule] of context.getBroadcastState(RULES).immutableEntries()) {
      if (item.size >= rule.atLeast) out.collect(`${name}: ${item.colour} ${item.size}`)
    }
  }

  processBroadcastElement(rule: Rule, context: KeyedBroadcastContext<string>, out: Collector<string>) {
    context.getBroadcastState(RULES).put(rule.name, rule)
    context.applyToKeyedState(LARGEST, (colour, largest) => {
      const size = largest.value() ?? 0
      if (size >= rule.atLeast) out.collect(`${rule.name}: ${colour} had ${size}`)
    })
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const items = env.fromElements<Item>(
  { colour: 'red', size: 3 },
  { colour: 'blue', size: 9 },
  { colour: 'red', size: 5 },
)
const rules = env.fromElements<Rule>({ name: 'large', atLeast: 4 })

items
  .keyBy((item) => item.colour)
  .connect(rules.broadcast(RULES))
  .process(new Rules())
  .print('found')

await env.execute('Broadcast state')
