// What a job imports as 'streambed'. Flink's names, in both vocabularies: today's and the older tutorials'. Nothing else
// of the engine can be reached from a job.

export { RuntimeExecutionMode, StreamExecutionEnvironment } from './api/environment.ts'
export {
  CoGroupedStreams,
  CoGroupEqualTo,
  CoGroupWhere,
  RichCoGroupFunction,
  WindowedCoGroup,
} from './api/co-grouped-streams.ts'
export type { CoGroupFunction } from './api/co-grouped-streams.ts'
export {
  JoinedStreams,
  JoinEqualTo,
  JoinWhere,
  RichFlatJoinFunction,
  RichJoinFunction,
  WindowedJoin,
} from './api/joined-streams.ts'
export type { FlatJoinFunction, JoinFunction } from './api/joined-streams.ts'
export type { TaggedUnion } from './operators/join/co-group.ts'
export { IntervalJoin, IntervalJoined } from './api/interval-join.ts'
export { ProcessJoinFunction } from './api/join-functions.ts'
export type { ProcessJoinContext } from './api/join-functions.ts'
export type { ExecutionConfig, JobExecutionResult } from './api/environment.ts'
export { DataStream, DataStreamSink, KeyedStream, SingleOutputStreamOperator } from './api/data-stream.ts'
export type { FieldOf, Key, NumberFieldOf } from './api/keys-and-fields.ts'
export {
  KeyedProcessFunction,
  ProcessFunction,
  RichFilterFunction,
  RichFlatMapFunction,
  RichFunction,
  RichMapFunction,
  RichReduceFunction,
  RichSinkFunction,
} from './api/functions.ts'
export type {
  CheckpointedFunction,
  Collector,
  Context,
  FilterFunction,
  FlatMapFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
  KeyedStateStore,
  KeySelector,
  MapFunction,
  OnTimerContext,
  OpenContext,
  OperatorStateStore,
  Partitioner,
  ReduceFunction,
  RuntimeContext,
  SinkContext,
  SinkFunction,
  TaskInfo,
  TimeDomain,
  TimerService,
  TimestampAssigner,
  UnkeyedContext,
  WatermarkOutput,
} from './api/functions.ts'
export { BroadcastConnectedStream, BroadcastStream } from './api/broadcast-streams.ts'
export { BroadcastProcessFunction, KeyedBroadcastProcessFunction } from './api/broadcast-functions.ts'
export type {
  BroadcastContext,
  BroadcastOnTimerContext,
  KeyedBroadcastContext,
  KeyedReadOnlyContext,
  ReadOnlyContext,
} from './api/broadcast-functions.ts'
export { ConnectedStreams } from './api/connected-streams.ts'
export type { NotKeyed } from './api/connected-streams.ts'
export {
  CoProcessFunction,
  KeyedCoProcessFunction,
  RichCoFlatMapFunction,
  RichCoMapFunction,
} from './api/co-functions.ts'
export type { CoFlatMapFunction, CoMapFunction } from './api/co-functions.ts'
export { CEP, PatternStream } from './api/cep.ts'
export { IterativeCondition, PatternProcessFunction, SimpleCondition } from './api/cep-functions.ts'
export type {
  Condition,
  ConditionContext,
  EventComparator,
  PatternFlatSelectFunction,
  PatternFlatTimeoutFunction,
  PatternMatch,
  PatternProcessContext,
  PatternSelectFunction,
  PatternTimeoutFunction,
  TimedOutPartialMatchHandler,
} from './api/cep-functions.ts'
export { AfterMatchSkipStrategy, SkipToElementStrategy } from './api/after-match-skip-strategy.ts'
export { GroupPattern, Pattern, WithinType } from './api/cep-pattern.ts'
export { AsyncDataStream, RichAsyncFunction, TimeUnit } from './api/async.ts'
export type { AsyncFunction, ResultFuture } from './api/async.ts'
export { AsyncRetryStrategies, RetryPredicates, RetryStrategyBuilder } from './api/async-retry.ts'
export type { AsyncRetryStrategy } from './api/async-retry.ts'
export { Configuration } from './api/configuration.ts'
export { CheckpointConfig, CheckpointingMode, ExternalizedCheckpointRetention } from './api/checkpoint-config.ts'
export {
  CheckpointingOptions,
  ExecutionOptions,
  PipelineOptions,
  RestartStrategyOptions,
  SinkOptions,
  StateBackendOptions,
  StateRecoveryOptions,
} from './graph/options.ts'
export { Duration, Time } from './api/duration.ts'
export { OutputTag } from './api/output-tag.ts'
export { AlertSink, BuiltInSink, CollectSink, DiscardingSink, LogSink, PrintSink } from './api/sinks.ts'
export type {
  CommitRequest,
  Committer,
  CommitterInitContext,
  CommittingSinkWriter,
  ProcessingTimeService,
  Sink,
  SinkWriter,
  SinkWriterContext,
  StatefulSinkWriter,
  SupportsCommitter,
  SupportsWriterState,
  WriterInitContext,
} from './api/sink.ts'
export {
  BasePathBucketAssigner,
  DateTimeBucketAssigner,
  DefaultRollingPolicy,
  FileSink,
  SimpleStringEncoder,
} from './api/file-sink.ts'
export type { BucketAssigner, DefaultRollingPolicyBuilder, Encoder, FileSinkBuilder } from './api/file-sink.ts'
export {
  DataGeneratorSource,
  NumberSequenceSource,
  RateLimiterStrategy,
  Source,
  TransactionSource,
} from './api/sources.ts'
export { OffsetResetStrategy, OffsetsInitializer, TopicPartition } from './api/kafka-offsets.ts'
export { KafkaSource, KafkaSourceBuilder } from './api/kafka-source.ts'
export type { ConsumerRecord, DeserializationSchema, KafkaRecordDeserializationSchema } from './api/kafka-source.ts'
export {
  DeliveryGuarantee,
  FlinkFixedPartitioner,
  KafkaRecordSerializationSchema,
  KafkaRecordSerializationSchemaBuilder,
  KafkaSink,
  KafkaSinkBuilder,
} from './api/kafka-sink.ts'
export type { FlinkKafkaPartitioner, SerializationSchema } from './api/kafka-sink.ts'
export { JdbcExecutionOptions, JdbcExecutionOptionsBuilder, JdbcSink, JdbcSinkBuilder } from './api/jdbc-sink.ts'
export type { JdbcStatementBuilder } from './api/jdbc-sink.ts'
export type { PreparedStatement } from './connectors/database/prepared-statement.ts'
export { NewTopic } from './api/new-topic.ts'
export type { ProducerOptions } from './api/new-topic.ts'
export type { TopicRecord } from './connectors/log/topic-spec.ts'
export {
  ParallelSourceFunction,
  RichParallelSourceFunction,
  RichSourceFunction,
  SourceFunction,
} from './api/source-functions.ts'
export type { SourceContext, SourcePause } from './api/source-functions.ts'
export { DataGen, DataGenSource } from './api/datagen-source.ts'
export type { DataGenField, DataGenRow } from './api/datagen-source.ts'
export { FileSource, TextLineInputFormat } from './api/files.ts'
export { ClickEventGenerator, TaxiFareGenerator, TaxiRideGenerator } from './api/training-sources.ts'
export { ServiceResponse, SimulatedService } from './api/simulated-service.ts'
export type { ServiceOptions } from './api/simulated-service.ts'
export { EmbeddedRocksDBStateBackend, HashMapStateBackend, StateBackend } from './api/state-backend.ts'
export { StateTtlConfig } from './api/state-ttl.ts'
export {
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
  CountTrigger,
  DeltaTrigger,
  EventTimeTrigger,
  NeverTrigger,
  ProcessingTimeoutTrigger,
  ProcessingTimeTrigger,
  PurgingTrigger,
  Trigger,
  TriggerResult,
} from './api/triggers.ts'
export type { DeltaFunction, OnMergeContext, TriggerContext } from './api/triggers.ts'
export { CountEvictor, DeltaEvictor, TimeEvictor, TimestampedValue, WindowElements } from './api/evictors.ts'
export type { Evictor, EvictorContext } from './api/evictors.ts'
export {
  EventTimeSessionWindows,
  GlobalWindows,
  ProcessingTimeSessionWindows,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WindowAssigner,
  WindowStagger,
} from './api/window-assigners.ts'
export type { SessionWindowTimeGapExtractor } from './api/window-assigners.ts'
export {
  ProcessAllWindowFunction,
  ProcessWindowFunction,
  RichAllWindowFunction,
  RichWindowFunction,
} from './api/window-functions.ts'
export type { AllWindowFunction, ProcessWindowContext, WindowFunction } from './api/window-functions.ts'
export { AllWindowedStream, WindowedStream } from './api/windowed-stream.ts'
export { GlobalWindow, TimeWindow, Window } from './operators/window/windows.ts'
export { Types } from './api/types.ts'
export { WatermarkStrategy } from './api/watermark-strategy.ts'
export type { WatermarkGenerator } from './api/watermark-strategy.ts'
export { MAX_TIMESTAMP as MAX_WATERMARK, MIN_TIMESTAMP as MIN_WATERMARK } from './base/time.ts'
export { JavaRandom as Random } from './base/java-random.ts'
export { ClickEvent } from './connectors/training/click-event.ts'
export { BEGINNING_MS, DataGenerator } from './connectors/training/data-generator.ts'
export { GeoUtils } from './connectors/training/geo-utils.ts'
export { TaxiFare } from './connectors/training/taxi-fare.ts'
export type { TaxiFareFields } from './connectors/training/taxi-fare.ts'
export { RideAndFare, TaxiRide } from './connectors/training/taxi-ride.ts'
export type { TaxiRideFields } from './connectors/training/taxi-ride.ts'
export { Alert, PYTHON_TRANSACTIONS } from './connectors/transactions.ts'
export type { Transaction } from './connectors/transactions.ts'
export type { TypeInformation } from './record/type-info.ts'
export {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from './state/descriptors.ts'
export type { AggregateFunction } from './state/folding.ts'
export type { AggregatingState, ReducingState } from './state/folding-state.ts'
export type { ListState } from './state/list-state.ts'
export type { BroadcastState, MapState, ReadOnlyBroadcastState } from './state/map-state.ts'
export type { ValueState } from './state/value-state.ts'
