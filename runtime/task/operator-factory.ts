// From a plan node to its operator. The only place that knows all operator classes; what it needs of the node is data in
// the plan, and the learner's functions come later, through the registry.

import { DatabaseSinkParts } from '../connectors/database/database-sink.ts'
import { LogSinkParts } from '../connectors/log/log-sink.ts'
import { SourceOperator } from '../connectors/source-operator.ts'
import type { JobGraph } from '../graph/job-graph.ts'
import type { PlanNode } from '../graph/plan.ts'
import { BatchReduceOperator } from '../operators/batch-reduce.ts'
import type { BroadcastStateSpec, SinkSpec } from '../graph/stream-graph.ts'
import { CoFlatMapOperator } from '../operators/co-flat-map.ts'
import { CoMapOperator } from '../operators/co-map.ts'
import { CepOperator } from '../operators/cep/cep-operator.ts'
import { CommitterOperator } from '../operators/committer.ts'
import { FileSinkParts } from '../operators/file-sink.ts'
import { FilterOperator } from '../operators/filter.ts'
import { FlatMapOperator } from '../operators/flat-map.ts'
import { IntervalJoinOperator } from '../operators/join/interval-join.ts'
import { MapOperator } from '../operators/map.ts'
import type { OperatorContext, StreamOperator } from '../operators/operator.ts'
import { BroadcastProcessOperator } from '../operators/process/broadcast-process.ts'
import { CoProcessOperator } from '../operators/process/co-process.ts'
import { KeyedBroadcastProcessOperator } from '../operators/process/keyed-broadcast-process.ts'
import { KeyedCoProcessOperator } from '../operators/process/keyed-co-process.ts'
import { AsyncWaitOperator } from '../operators/async/async-wait.ts'
import { KeyedProcessOperator } from '../operators/process/keyed-process.ts'
import { ProcessOperator } from '../operators/process/process.ts'
import { ReduceOperator } from '../operators/reduce.ts'
import type { SinkLike } from '../operators/sink-functions.ts'
import { SinkWriterOperator } from '../operators/sink-writer.ts'
import { SinkOperator } from '../operators/sink.ts'
import { parseType } from '../record/type-info.ts'
import { MapStateDescriptor } from '../state/descriptors.ts'
import { TimestampsAndWatermarksOperator } from '../operators/timestamps-watermarks.ts'
import type { WatermarkStrategySpec } from '../operators/watermark-generators.ts'
import { createWindowOperator } from '../operators/window/create-window-operator.ts'

export function createOperator(node: PlanNode, config: JobGraph['config']): StreamOperator {
  const { spec } = node
  switch (spec.kind) {
    case 'source':
      return new SourceOperator(spec.source, watermarksOf(spec.watermarks, config), config.autoWatermarkIntervalMs)
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
    case 'async':
      return new AsyncWaitOperator(spec.async)
    case 'reduce':
      if (config.runtimeMode === 'BATCH') return new BatchReduceOperator(spec.aggregation)
      return new ReduceOperator(spec.aggregation)
    case 'coMap':
      return new CoMapOperator()
    case 'coFlatMap':
      return new CoFlatMapOperator()
    case 'coProcess':
      return new CoProcessOperator()
    case 'keyedCoProcess':
      return new KeyedCoProcessOperator()
    case 'intervalJoin':
      return new IntervalJoinOperator(spec.join)
    case 'broadcastProcess':
      return new BroadcastProcessOperator(spec.states.map(broadcastDescriptor))
    case 'keyedBroadcastProcess':
      return new KeyedBroadcastProcessOperator(spec.states.map(broadcastDescriptor))
    case 'timestampsAndWatermarks':
      return new TimestampsAndWatermarksOperator(watermarksOf(spec.watermarks, config), config.autoWatermarkIntervalMs)
    case 'cep':
      return new CepOperator(spec)
    case 'window':
      return createWindowOperator(spec.window)
    case 'sink':
      return createSink(spec.sink)
    case 'committer':
      return new CommitterOperator((context) => sinkOf(spec.sink, context), {
        hasCheckpoints: config.checkpoints !== undefined,
        maxRetries: spec.maxRetries,
      })
  }
}

function broadcastDescriptor({ name, keyType }: BroadcastStateSpec): MapStateDescriptor<unknown, unknown> {
  return new MapStateDescriptor(name, keyType === null ? null : parseType(keyType))
}

/** In batch mode records get their timestamps and there's no watermark before the end. */
function watermarksOf(spec: WatermarkStrategySpec, config: JobGraph['config']): WatermarkStrategySpec {
  if (config.runtimeMode !== 'BATCH') return spec
  return { generator: 'none', assignsTimestamps: spec.assignsTimestamps, perRecord: false }
}

const WITH_WRITERS = new Set<SinkSpec['kind']>(['custom', 'file', 'log', 'database'])

function createSink(sink: SinkSpec): StreamOperator {
  if (WITH_WRITERS.has(sink.kind)) {
    return new SinkWriterOperator((context) => sinkOf(sink, context), sink.isCommitting === true)
  }
  return new SinkOperator(sink.kind)
}

/** A sink with writers: a connector's, or the learner's own. */
function sinkOf(sink: SinkSpec, context: OperatorContext): SinkLike<unknown> {
  if (sink.file !== undefined) return new FileSinkParts(sink.file, context) as SinkLike<unknown>
  if (sink.database !== undefined) return new DatabaseSinkParts(sink.database, context) as SinkLike<unknown>
  if (sink.log !== undefined) return new LogSinkParts(sink.log, context) as SinkLike<unknown>
  return context.userFunction('sink') as SinkLike<unknown>
}
