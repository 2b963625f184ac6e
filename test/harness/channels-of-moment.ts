// Columns of channels made from lists and read as lists; and a cluster without a machine, for what doesn't look at them.
import { ChannelColumnsWriter } from '../../runtime/cluster/channel-columns.ts'
import {
  elementsIn,
  type ChannelColumns,
  type ElementMoment,
  type MachinesMoment,
} from '../../runtime/host/protocol.ts'

export const NO_MACHINES: MachinesMoment = { taskManagers: [], waiting: [], jobs: [] }

/** Channels of 8 credits with these elements, each in a buffer of its own. */
export function channelsWith(lists: readonly (readonly ElementMoment[])[]): ChannelColumns {
  const writer = new ChannelColumnsWriter()
  for (const list of lists) {
    for (const { id, kind, progress, label, text } of list) writer.element(id, kind, progress, label, text)
    writer.endChannel({ used: list.length, credits: 8, records: list.length })
  }
  return writer.columns()
}

/** By channel. */
export function listsOf(channels: ChannelColumns | undefined): ElementMoment[][] {
  return Array.from(channels?.used ?? [], (_, i) => elementsIn(channels as ChannelColumns, i))
}
