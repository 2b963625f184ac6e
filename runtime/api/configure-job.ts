// What `env.configure` makes of a configuration: every option that is set goes where its own method would put it. All of
// them are read before the first is taken.

import { LearnerError } from '../base/diagnostic.ts'
import { nearest } from '../base/nearest.ts'
import { OPTIONS, PipelineOptions, readOption, StateBackendOptions, type ConfigOption } from '../graph/options.ts'
import { requireParallelism, type JobConfig } from '../graph/stream-graph.ts'
import type { Configuration } from './configuration.ts'

const MOST_SLIPS = 2

/** Throws LearnerError for an option that is nearly one of ours, and for what isn't a value of one; then nothing has changed. */
export function configureJob(config: JobConfig, configuration: Configuration): void {
  const values = new Map<string, unknown>()
  for (const key of configuration.keySet()) {
    const option = OPTIONS.find((known) => known.key === key || known.olderKeys.includes(key))
    if (option === undefined) {
      refuseSlip(key)
      continue
    }
    values.set(option.key, configuration.get<unknown>(key, null))
    readOption(values, option)
  }
  const taken = <T>(option: ConfigOption<T>, take: (value: T) => void): void => {
    if (values.has(option.key)) take(readOption(values, option))
    values.delete(option.key)
  }
  taken(StateBackendOptions.STATE_BACKEND, (kind) => (config.stateBackend = kind))
  taken(PipelineOptions.AUTO_WATERMARK_INTERVAL, (ms) => (config.autoWatermarkIntervalMs = ms))
  taken(PipelineOptions.OBJECT_REUSE, (isOn) => (config.isObjectReuseEnabled = isOn))
  taken(PipelineOptions.OPERATOR_CHAINING, (isOn) => (config.isChainingEnabled = isOn))
  taken(PipelineOptions.RUNTIME_MODE, (mode) => (config.runtimeMode = mode))
  taken(PipelineOptions.PARALLELISM, (parallelism) => (config.parallelism = requireParallelism(parallelism)))
  taken(PipelineOptions.MAX_PARALLELISM, (max) => (config.maxParallelism = max === -1 ? null : requireParallelism(max)))
  for (const [key, value] of values) config.options.set(key, value)
}

/** Options of a real cluster mean nothing here; a slip of the pen would mean the same, and nobody would see it. */
function refuseSlip(option: string): void {
  const keys = OPTIONS.flatMap(({ key, olderKeys }) => [key, ...olderKeys])
  const meant = nearest(option, keys, MOST_SLIPS)
  if (meant !== null) throw new LearnerError('OPTION_UNKNOWN', { option, nearest: meant })
}
