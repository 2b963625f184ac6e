// Columns of channels made from lists and read as lists.
import { ChannelColumnsWriter } from '../../runtime/cluster/channel-columns.ts'
import { elementsIn, type ChannelColumns, type ElementMoment } from '../../runtime/host/protocol.ts'

/** Channels of 8 credits with these elements, each in a buffer of its own. */
export function channelsWith(lists: readonly (readonly ElementMoment[])[]): ChannelColumns {
  const writer = new ChannelColumnsWriter()
  for (const list of lists) {
    for (const { id, kind, progress, label, text } of list) writer.element(id, kind, progress, label, text)
    writer.endChannel({ used: list.length, credits: 8 })
  }
  return writer.columns()
}

/** By channel. */
export function listsOf(channels: ChannelColumns | undefined): ElementMoment[][] {
  return Array.from(channels?.used ?? [], (_, i) => elementsIn(channels as ChannelColumns, i))
}
