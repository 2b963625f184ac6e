// How busy a subtask is at one moment, and how full its buffers are: read from what is counted anyway, a turn at a time.
// Flink's TaskIOMetricGroup and buffer pool gauges.

import type { Channel } from '../network/channel.ts'
import type { Task } from '../task/task.ts'
import type { TaskLoad } from './moment.ts'

/** `nowUs`: the virtual time that is shown. */
export function loadOf(task: Task, nowUs: number): TaskLoad {
  const inputs = task.gate?.channels ?? []
  const outputs = task.writers.flatMap(({ channels }) => channels)
  return {
    ...task.time.at(nowUs),
    inPoolUsage: shareOf(inputs, ({ arrived }) => arrived.length),
    outPoolUsage: shareOf(outputs, (channel) => channel.unacknowledged() + (channel.open === null ? 0 : 1)),
    overdraftBuffers: outputs.reduce((sum, { overdraft }) => sum + overdraft, 0),
  }
}

/** Of all credits of the channels. */
function shareOf(channels: readonly Channel[], usedOf: (channel: Channel) => number): number {
  const credits = channels.reduce((sum, { settings }) => sum + settings.credits, 0)
  if (credits === 0 || credits === Infinity) return 0
  return channels.reduce((sum, channel) => sum + usedOf(channel), 0) / credits
}
