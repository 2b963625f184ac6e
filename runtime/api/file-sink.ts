// Files as sinks: rows of text in part files of the run's virtual file system.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/filesystem/#file-sink

import { LearnerError } from '../base/diagnostic.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import type { BucketContext, FileSinkSpec } from '../operators/file-sink.ts'
import { Duration, durationMs, type Time } from './duration.ts'
import { plainPath } from './files.ts'
import { requireFunction } from './require.ts'
import { BuiltInSink } from './sinks.ts'

const MINUTE_MS = 60_000
const DEFAULT_PART_SIZE = 128 * 1024 * 1024

/** Makes a row of text of a record, without the line break. */
export interface Encoder<T> {
  encode(value: T): string
}

/** Writes a record as `print` would show it. */
export class SimpleStringEncoder<T> {
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: (value: T) => void
}

/** Says in which folder below the sink's path a record goes; an empty text for none. */
export interface BucketAssigner<T> {
  getBucketId(value: T, context: BucketContext): string
}

/** A folder for every hour of processing time: `2020-01-01--12`. */
export class DateTimeBucketAssigner {
  readonly kind = 'hour'
}

/** No folders below the sink's path. */
export class BasePathBucketAssigner {
  readonly kind = 'none'
}

/** When a part is full: by size, by age, and by how long nothing came. Looked at every bucket check interval. */
export class DefaultRollingPolicy {
  readonly limits: Pick<FileSinkSpec, 'maxPartSize' | 'rolloverMs' | 'inactivityMs'>

  private constructor(limits: DefaultRollingPolicy['limits']) {
    this.limits = limits
  }

  /** Begins with Flink's own limits: 128 MiB, a minute, a minute. */
  static builder(): DefaultRollingPolicyBuilder {
    const limits = { maxPartSize: DEFAULT_PART_SIZE, rolloverMs: MINUTE_MS, inactivityMs: MINUTE_MS }
    return new DefaultRollingPolicyBuilder(limits, (set) => new DefaultRollingPolicy(set))
  }
}

/** Sets a rolling policy's limits, one by one. */
export class DefaultRollingPolicyBuilder {
  readonly #limits: DefaultRollingPolicy['limits']
  readonly #make: (limits: DefaultRollingPolicy['limits']) => DefaultRollingPolicy

  constructor(
    limits: DefaultRollingPolicy['limits'],
    make: (set: DefaultRollingPolicy['limits']) => DefaultRollingPolicy,
  ) {
    this.#limits = limits
    this.#make = make
  }

  /** A part longer than so many characters is full. */
  withMaxPartSize(size: number): DefaultRollingPolicyBuilder {
    if (!Number.isSafeInteger(size) || size < 1) throw new LearnerError('PART_SIZE', { value: String(size) })
    return new DefaultRollingPolicyBuilder({ ...this.#limits, maxPartSize: size }, this.#make)
  }

  /** A part as old as this is full. */
  withRolloverInterval(interval: Duration | Time): DefaultRollingPolicyBuilder {
    const rolloverMs = durationMs(interval, 'withRolloverInterval', 1)
    return new DefaultRollingPolicyBuilder({ ...this.#limits, rolloverMs }, this.#make)
  }

  /** A part to which nothing was written for so long is full. */
  withInactivityInterval(interval: Duration | Time): DefaultRollingPolicyBuilder {
    const inactivityMs = durationMs(interval, 'withInactivityInterval', 1)
    return new DefaultRollingPolicyBuilder({ ...this.#limits, inactivityMs }, this.#make)
  }

  build(): DefaultRollingPolicy {
    return this.#make(this.#limits)
  }
}

/**
 * Writes rows of text into part files below a path. Parts are finished by the end of input (and by checkpoints); until
 * then they're in progress, or pending once they are full.
 *
 * ```ts
 * stream.sinkTo(FileSink.forRowFormat('/out', new SimpleStringEncoder<string>()).build())
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/filesystem/#file-sink
 */
export class FileSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec
  override readonly functions: Readonly<Record<string, unknown>>

  private constructor(file: FileSinkSpec, functions: Readonly<Record<string, unknown>>) {
    super()
    this.spec = { kind: 'file', identifier: null, isCommitting: true, file }
    this.functions = functions
  }

  /** Begins with a folder per hour and Flink's own rolling policy. */
  static forRowFormat<T>(
    path: string,
    encoder: SimpleStringEncoder<T> | Encoder<T> | ((value: T) => string),
  ): FileSinkBuilder<T> {
    const isSimple = encoder instanceof SimpleStringEncoder
    if (!isSimple) requireFunction(encoder, 'encode', 'forRowFormat')
    const spec: FileSinkSpec = {
      path: plainPath(path),
      bucket: 'hour',
      encoder: isSimple ? 'text' : 'custom',
      ...DefaultRollingPolicy.builder().build().limits,
      checkMs: MINUTE_MS,
      prefix: 'part',
      suffix: '',
    }
    return new FileSinkBuilder<T>(
      spec,
      isSimple ? {} : { encoder },
      (set, functions) => new FileSink<T>(set, functions),
    )
  }
}

type MakeFileSink<T> = (spec: FileSinkSpec, functions: Readonly<Record<string, unknown>>) => FileSink<T>

/** Sets what a FileSink is made of, one by one. */
export class FileSinkBuilder<T> {
  readonly #spec: FileSinkSpec
  readonly #functions: Readonly<Record<string, unknown>>
  readonly #make: MakeFileSink<T>

  constructor(spec: FileSinkSpec, functions: Readonly<Record<string, unknown>>, make: MakeFileSink<T>) {
    this.#spec = spec
    this.#functions = functions
    this.#make = make
  }

  withBucketAssigner(
    assigner:
      | DateTimeBucketAssigner
      | BasePathBucketAssigner
      | BucketAssigner<T>
      | ((value: T, context: BucketContext) => string),
  ): FileSinkBuilder<T> {
    if (assigner instanceof DateTimeBucketAssigner || assigner instanceof BasePathBucketAssigner) {
      return this.#with({ bucket: assigner.kind })
    }
    requireFunction(assigner, 'getBucketId', 'withBucketAssigner')
    return this.#with({ bucket: 'custom' }, { bucket: assigner })
  }

  withRollingPolicy(policy: DefaultRollingPolicy): FileSinkBuilder<T> {
    if (!(policy instanceof DefaultRollingPolicy)) throw new LearnerError('ROLLING_POLICY', { value: String(policy) })
    return this.#with(policy.limits)
  }

  /** How often ages are looked at: every minute unless given. */
  withBucketCheckInterval(interval: Duration | Time | number): FileSinkBuilder<T> {
    const duration = typeof interval === 'number' ? Duration.ofMillis(interval) : interval
    return this.#with({ checkMs: durationMs(duration, 'withBucketCheckInterval', 1) })
  }

  build(): FileSink<T> {
    return this.#make(this.#spec, this.#functions)
  }

  #with(spec: Partial<FileSinkSpec>, functions: Readonly<Record<string, unknown>> = {}): FileSinkBuilder<T> {
    return new FileSinkBuilder<T>({ ...this.#spec, ...spec }, { ...this.#functions, ...functions }, this.#make)
  }
}
