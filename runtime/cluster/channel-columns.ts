// All channels of a moment and the elements in them as columns: hundreds of them cross to the page as a few arrays and
// strings, sixty times a second, and an old moment keeps next to no memory busy.

/** By channel of the topology. */
export interface ChannelColumns {
  /** Buffers on the way or waiting. */
  readonly used: Int32Array
  /** Buffers that it may have on the way and waiting; 0 for as many as there are. */
  readonly credits: Int32Array
  /** Records ever written into it. */
  readonly records: Float64Array
  /** Where its elements, the first 200, begin in the columns; one more entry says where the last channel's end. */
  readonly begins: Int32Array
  readonly elements: ElementColumns
}

/** By element: channel after channel, within each in order, the next to be consumed first. As in ElementMoment. */
export interface ElementColumns {
  readonly ids: Float64Array
  /** Indices into ELEMENT_KINDS. */
  readonly kinds: Uint8Array
  readonly progress: Float64Array
  readonly labels: TextColumn
  readonly texts: TextColumn
}

/** Texts one after the other; each begins where the one before ends. */
export interface TextColumn {
  readonly text: string
  readonly ends: Int32Array
}

export const ELEMENT_KINDS = ['record', 'watermark', 'idle', 'active', 'end', 'barrier'] as const

/** A record or control element between two tasks. */
export interface ElementMoment {
  /** Number in its channel, from 0: stays the same from frame to frame. */
  readonly id: number
  readonly kind: (typeof ELEMENT_KINDS)[number]
  /** The key on a HASH channel, otherwise the value cut short; of a watermark its time, of a barrier its checkpoint. */
  readonly label: string
  /** The whole value as Flink's print shows it; of many that move it's left out. */
  readonly text: string
  /** 0 in the sender's open buffer, up to 1 on the way, 1 once it has arrived and waits. */
  readonly progress: number
}

/** One of the texts. */
export function textAt({ text, ends }: TextColumn, index: number): string {
  return text.slice(index === 0 ? 0 : ends[index - 1], ends[index])
}

/** What kind of element it is. */
export function kindAt({ kinds }: ElementColumns, index: number): ElementMoment['kind'] {
  return ELEMENT_KINDS[kinds[index] as number] ?? 'record'
}

function elementAt(elements: ElementColumns, index: number): ElementMoment {
  const { ids, progress, labels, texts } = elements
  return {
    id: ids[index] as number,
    kind: kindAt(elements, index),
    label: textAt(labels, index),
    text: textAt(texts, index),
    progress: progress[index] as number,
  }
}

/** The elements of one channel. */
export function elementsIn({ begins, elements }: ChannelColumns, channel: number): ElementMoment[] {
  const [begin, end] = [begins[channel] ?? 0, begins[channel + 1] ?? 0]
  const list: ElementMoment[] = []
  for (let i = begin; i < end; i++) list.push(elementAt(elements, i))
  return list
}

/** What is known of a channel beside its elements. */
export interface ChannelCounts {
  readonly used: number
  readonly credits: number
  readonly records: number
}

/** Columns of elements given channel by channel. */
export class ChannelColumnsWriter {
  readonly #counts: ChannelCounts[] = []
  readonly #begins: number[] = [0]
  readonly #ids: number[] = []
  readonly #kinds: number[] = []
  readonly #progress: number[] = []
  readonly #labels = new TextWriter()
  readonly #texts = new TextWriter()

  /** One more of the channel that `endChannel` will end. */
  element(id: number, kind: ElementMoment['kind'], progress: number, label: string, text: string): void {
    this.#ids.push(id)
    this.#kinds.push(ELEMENT_KINDS.indexOf(kind))
    this.#progress.push(progress)
    this.#labels.add(label)
    this.#texts.add(text)
  }

  endChannel(counts: ChannelCounts): void {
    this.#counts.push(counts)
    this.#begins.push(this.#ids.length)
  }

  columns(): ChannelColumns {
    return {
      used: Int32Array.from(this.#counts, ({ used }) => used),
      credits: Int32Array.from(this.#counts, ({ credits }) => (Number.isFinite(credits) ? credits : 0)),
      records: Float64Array.from(this.#counts, ({ records }) => records),
      begins: Int32Array.from(this.#begins),
      elements: {
        ids: Float64Array.from(this.#ids),
        kinds: Uint8Array.from(this.#kinds),
        progress: Float64Array.from(this.#progress),
        labels: this.#labels.column(),
        texts: this.#texts.column(),
      },
    }
  }
}

class TextWriter {
  readonly #parts: string[] = []
  readonly #ends: number[] = []
  #end = 0

  add(text: string): void {
    this.#parts.push(text)
    this.#end += text.length
    this.#ends.push(this.#end)
  }

  column(): TextColumn {
    return { text: this.#parts.join(''), ends: Int32Array.from(this.#ends) }
  }
}
