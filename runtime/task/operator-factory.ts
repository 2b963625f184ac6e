// From a plan node to its operator. The only place that knows all operator classes; what it needs of the node is data in
// the plan, and the learner's functions come later, through the registry.

import { SourceOperator } from '../connectors/source-operator.ts'
import type { JobGraph } from '../graph/job-graph.ts'
import type { PlanNode } from '../graph/plan.ts'
import { FilterOperator } from '../operators/filter.ts'
import { FlatMapOperator } from '../operators/flat-map.ts'
import { MapOperator } from '../operators/map.ts'
import type { StreamOperator } from '../operators/operator.ts'
import { KeyedProcessOperator } from '../operators/process/keyed-process.ts'
import { ProcessOperator } from '../operators/process/process.ts'
import { ReduceOperator } from '../operators/reduce.ts'
import { SinkOperator } from '../operators/sink.ts'
import { TimestampsAndWatermarksOperator } from '../operators/timestamps-watermarks.ts'

export function createOperator(node: PlanNode, config: JobGraph['config']): StreamOperator {
  const { spec } = node
  switch (spec.kind) {
    case 'source':
      return new SourceOperator(spec.source, spec.watermarks, config.autoWatermarkIntervalMs)
    case 'map':
      return new MapOperator()
    case 'filter':
      return new FilterOperator()
    case 'flatMap':
      return new FlatMapOperator()
    case 'process':
      return new ProcessOperator()
    case 'keyedProcess':
      return new KeyedProcessOperator()
    case 'reduce':
      return new ReduceOperator(spec.aggregation)
    case 'timestampsAndWatermarks':
      return new TimestampsAndWatermarksOperator(spec.watermarks, config.autoWatermarkIntervalMs)
    case 'sink':
      return new SinkOperator(spec.sink.kind)
  }
}
