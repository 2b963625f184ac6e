// Where an operator's records go on to. Calls of one method on objects of many classes are slow, because none of them can
// be inlined; so the few classes that nearly every record passes through are each called from a place of their own. An
// interpreter's branch in the stead of a megamorphic call.

import { NOWHERE, type Receiver } from './receiver.ts'

/** One Receiver, called from the place for its class. Records only. */
export class Outlet {
  channel: Receiver | null = null
  run: Receiver | null = null
  sink: Receiver | null = null
  other: Receiver = NOWHERE

  constructor(receiver: Receiver) {
    if (receiver.place === undefined) this.other = receiver
    else this[receiver.place] = receiver
  }

  push(value: unknown, timestamp: number): void {
    if (this.channel !== null) this.channel.processElement(value, timestamp)
    else if (this.run !== null) this.run.processElement(value, timestamp)
    else if (this.sink !== null) this.sink.processElement(value, timestamp)
    else this.other.processElement(value, timestamp)
  }
}
