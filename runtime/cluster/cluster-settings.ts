// How the simulated cluster is made, where it can be chosen: costs, latency, sizes of buffers. Part of what fixes a run,
// so the defaults are what every lesson and every test means unless it says otherwise.

import type { Plan } from '../graph/plan.ts'
import type { ChannelSettings } from '../network/channel.ts'
import type { TaskCosts } from '../task/task-contract.ts'

/** What writing a snapshot takes: so long whatever its size, and so many bytes in a ms. */
export interface CheckpointCosts {
  readonly uploadUs: number
  readonly uploadBytesPerMs: number
}

/** How the simulated cluster is made. Part of what fixes a run. */
export interface ClusterSettings extends ChannelSettings, TaskCosts, CheckpointCosts {
  /** Records in a buffer. */
  readonly bufferRecords: number
  /** How many TaskManagers there are in the beginning, and how many slots each has; 0 for as many as the job asks for. */
  readonly taskManagers: number
  readonly slotsPerTaskManager: number
  /** Flink's heartbeat.interval and heartbeat.timeout. */
  readonly heartbeatIntervalMs: number
  readonly heartbeatTimeoutMs: number
  /** How long a job waits for slots. Flink's slot.request.timeout. */
  readonly slotRequestTimeoutMs: number
}

/** The cluster as a job has it: how long buffers wait is the job's to say, and in batch mode there's room for everything. */
export function settingsFor(
  { config: { runtimeMode, bufferTimeoutMs } }: Plan,
  settings: ClusterSettings,
): ClusterSettings {
  const own =
    bufferTimeoutMs === undefined
      ? settings
      : { ...settings, bufferTimeoutUs: bufferTimeoutMs === null ? Infinity : bufferTimeoutMs * 1000 }
  return runtimeMode === 'BATCH' ? { ...own, credits: Infinity } : own
}

/** Lessons set fewer records per buffer; nothing else changes. */
export const DEFAULT_CLUSTER: ClusterSettings = {
  bufferRecords: 64,
  sourceRecords: 64,
  credits: 4,
  latencyUs: 100,
  bufferTimeoutUs: 100_000,
  recordUs: 1,
  turnUs: 1,
  taskManagers: 1,
  slotsPerTaskManager: 0,
  heartbeatIntervalMs: 10_000,
  heartbeatTimeoutMs: 50_000,
  slotRequestTimeoutMs: 300_000,
  uploadUs: 1000,
  uploadBytesPerMs: 100_000,
}
