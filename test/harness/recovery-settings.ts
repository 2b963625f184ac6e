// A job with the checkpoints and the restart strategy that a schedule has drawn.

import {
  Configuration,
  ExternalizedCheckpointRetention,
  RestartStrategyOptions as Options,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import type { CheckpointPlan, FaultSchedule, RestartPlan } from './fault-schedule.ts'
import type { Build } from './run-job.ts'

export function withRecovery(build: Build, { checkpoints, restart }: FaultSchedule): Build {
  const configuration = restartConfiguration(restart)
  return (env) => {
    if (checkpoints !== null) configure(env, checkpoints)
    env.configure(configuration)
    build(env)
  }
}

function configure(env: StreamExecutionEnvironment, checkpoints: CheckpointPlan): void {
  env.enableCheckpointing(checkpoints.intervalMs, checkpoints.mode)
  const config = env
    .getCheckpointConfig()
    .setMinPauseBetweenCheckpoints(checkpoints.minPauseMs)
    .setCheckpointTimeout(checkpoints.timeoutMs)
    .setMaxConcurrentCheckpoints(checkpoints.maxConcurrent)
    .setTolerableCheckpointFailureNumber(checkpoints.tolerated)
    .setExternalizedCheckpointRetention(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
  if (checkpoints.overtakesAfterMs !== null) {
    config.enableUnalignedCheckpoints().setAlignedCheckpointTimeout(checkpoints.overtakesAfterMs)
  }
}

function restartConfiguration({ kind, limit, delayMs }: RestartPlan): Configuration {
  const configuration = new Configuration().set(Options.RESTART_STRATEGY, kind)
  switch (kind) {
    case 'none':
      return configuration
    case 'fixed-delay':
      return configuration
        .set(Options.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, limit)
        .set(Options.RESTART_STRATEGY_FIXED_DELAY_DELAY, `${delayMs} ms`)
    case 'failure-rate':
      return configuration
        .set(Options.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL, limit)
        .set(Options.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL, '10 s')
        .set(Options.RESTART_STRATEGY_FAILURE_RATE_DELAY, `${delayMs} ms`)
    case 'exponential-delay':
      return configuration
        .set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, `${delayMs} ms`)
        .set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, '2 s')
        .set(Options.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD, '10 s')
  }
}
