// Which step sent which element: elements are numbered in their channel, and a step sends those that are there after it
// and weren't before. Noted when the task's next step begins, or when somebody reads from the channel.

import { channelsOf, writtenElements } from '../../cluster/cluster-watcher.ts'
import type { Channel } from '../../network/channel.ts'
import type { Task } from '../../task/task.ts'
import type { RecordedStep } from './recorded-step.ts'

interface Sent {
  /** Number of the first element that nobody is noted for. */
  noted: number
  /** Ends of what was sent, and by which step; what has been read is gone. */
  readonly until: { readonly end: number; readonly step: RecordedStep | null }[]
  first: number
}

export class SentElements {
  readonly #byChannel = new Map<Channel, Sent>()
  readonly #channels = new Map<Task, readonly Channel[]>()

  /** All that the task has written since it was noted last, this step has sent. How many elements that are. */
  note(task: Task, step: RecordedStep | null): number {
    let count = 0
    let channels = this.#channels.get(task)
    if (channels === undefined) this.#channels.set(task, (channels = channelsOf(task)))
    for (const channel of channels) {
      let sent = this.#byChannel.get(channel)
      if (sent === undefined) this.#byChannel.set(channel, (sent = { noted: 0, until: [], first: 0 }))
      const written = writtenElements(channel)
      // A consumer that has sorted what came has left out what wasn't a record: its producer had ended.
      if (written <= sent.noted) continue
      count += written - sent.noted
      sent.noted = written
      sent.until.push({ end: written, step })
    }
    return count
  }

  /** Who sent the element with this number, whatever was asked for before. */
  anySenderOf(channel: Channel, id: number): RecordedStep | null {
    const until = this.#byChannel.get(channel)?.until ?? []
    let [low, high] = [0, until.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((until[middle]?.end ?? 0) <= id) low = middle + 1
      else high = middle
    }
    return until[low]?.step ?? null
  }

  /** Who sent the element with this number. They are asked for in order. */
  senderOf(channel: Channel, id: number): RecordedStep | null {
    const sent = this.#byChannel.get(channel)
    if (sent === undefined) return null
    while (sent.first < sent.until.length && (sent.until[sent.first]?.end ?? 0) <= id) sent.first++
    if (sent.first > 1024) {
      sent.until.splice(0, sent.first)
      sent.first = 0
    }
    return sent.until[sent.first]?.step ?? null
  }
}
