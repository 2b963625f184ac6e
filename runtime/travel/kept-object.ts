// What an object holds at a moment, and how it's given that again: the same object, so that whoever knows it (a learner's
// function its handles, an operator the next one) still does. A kind for fields, lists, Maps, Sets, numbers in typed arrays
// and dates; what an object refers to is looked into by whoever asks. Long ones are kept in blocks, and a block that hasn't
// changed is kept once.

/** An object that is looked after. */
export interface Tracked {
  readonly object: object
  readonly kind: Kind
  /** What it held when it was looked at last. */
  kept: Kept | null
  /** The number of the last look. */
  seen: number
}

/** What an object held. Never changes. */
export interface Kept {
  readonly of: Tracked
  /** Only the kind understands it. */
  readonly values: unknown
  /** What it refers to and is to be looked into. */
  readonly inside: readonly (readonly Tracked[])[]
  /** In bytes, as estimated: of what isn't shared with what it held before. */
  readonly bytes: number
}

/** Finds who looks after a value; null for what never changes. Throws NotKeptError for what can't be kept. */
export type Look = (value: object) => Tracked | null

/** Whether two values are the same, or objects that hold the same. */
export type IsSame = (value: unknown, other: unknown, name: string | number) => boolean

/** A way of holding things. */
export interface Kind<V = unknown> {
  /** What the object holds now; `before` itself if it's the same. */
  take(of: Tracked, before: Kept | null, look: Look): Kept
  /** Gives the object what it held. */
  put(object: object, values: V): void
  /** Where it differs from what it, or another object like it, held at another moment: the name of that; null nowhere. */
  differ(values: V, others: V, isSame: IsSame): string | null
  /** What it consists of that another moment may have in common with it, with the bytes each takes. */
  pieces(values: V): readonly (readonly [piece: object, bytes: number])[]
}

/** Somebody holds what has a course of its own: an iterator under way, a promise. */
export class NotKeptError extends Error {
  readonly what: string

  constructor(what: string) {
    super(`${what} can't be kept`)
    this.what = what
  }
}

/** A stretch of a long list. */
interface Block {
  readonly items: ArrayLike<unknown>
  readonly inside: readonly Tracked[]
}

interface Blocks {
  readonly length: number
  readonly blocks: readonly Block[]
}

/** Fields and what they hold. */
export interface Fields {
  readonly names: readonly string[]
  readonly items: readonly unknown[]
}

const BLOCK = 256
const NOTHING: readonly Tracked[] = []
const WORD = 8

/** Fields that are special. */
export interface FieldRules {
  /** What they refer to isn't looked into: it never changes, or whoever changes it makes it anew. */
  readonly shared?: readonly string[]
  /** Lists whose elements never change. */
  readonly lists?: readonly string[]
  /** Not kept: they stay as they are. */
  readonly left?: readonly string[]
}

/** Objects with fields, of classes or none. */
export function fieldsKind({ shared = [], lists = [], left = [] }: FieldRules = {}): Kind<Fields> {
  const isRuled = shared.length + lists.length + left.length > 0
  const namesOf = (object: object): string[] =>
    left.length === 0 ? Object.keys(object) : Object.keys(object).filter((name) => !left.includes(name))
  return {
    take(of, before, look) {
      const object = of.object as Record<string, unknown>
      const names = namesOf(object)
      if (before !== null && isSame(object, names, before.values as Fields)) return before
      const items = names.map((name) => object[name])
      const inside: Tracked[] = []
      items.forEach((item, i) => {
        if (typeof item !== 'object' || item === null) return
        const name = names[i] as string
        if (isRuled && shared.includes(name)) return
        const tracked = isRuled && lists.includes(name) ? flatList(item, look) : look(item)
        if (tracked !== null) inside.push(tracked)
      })
      return kept(of, { names, items } satisfies Fields, [inside], (names.length + 4) * WORD)
    },
    put(object, { names, items }) {
      const target = object as Record<string, unknown>
      const now = namesOf(object)
      if (now.length !== names.length) for (const name of now) if (!names.includes(name)) delete target[name]
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as string
        if (!Object.is(target[name], items[i])) target[name] = items[i]
      }
    },
    differ: differentField,
    pieces: piecesOfFields,
  }
}

/** Whoever looks at it looks after the list, not its elements. */
function flatList(item: object, look: Look): Tracked | null {
  const tracked = look(item)
  if (tracked !== null) (tracked as { kind: Kind<never> }).kind = FLAT_LIST
  return tracked
}

/** Fields of an object some of which are computed: those aren't asked. */
export const GUARDED_FIELDS: Kind<Fields> = {
  take(of, before, look) {
    const descriptors = Object.entries(Object.getOwnPropertyDescriptors(of.object))
    const own = descriptors.filter(([, descriptor]) => 'value' in descriptor && descriptor.enumerable === true)
    const items = own.map(([, descriptor]) => descriptor.value as unknown)
    const names = own.map(([name]) => name)
    return takeFields(of, before, look, { names, items })
  },
  put(object, { names, items }) {
    const target = object as Record<string, unknown>
    names.forEach((name, i) => {
      if (!Object.is(target[name], items[i])) target[name] = items[i]
    })
  },
  differ: differentField,
  pieces: piecesOfFields,
}

/** What somebody has read from the object by himself. */
export function takeFields(of: Tracked, before: Kept | null, look: Look, fields: Fields): Kept {
  const { names, items } = fields
  const was = before?.values as Fields | undefined
  const isKnown = was?.names.length === names.length && names.every((name, i) => name === was.names[i])
  if (before !== null && isKnown && items.every((item, i) => Object.is(item, was?.items[i]))) return before
  return kept(of, fields, [insideOf(items, look)], (names.length + 4) * WORD)
}

function differentField({ names, items }: Fields, others: Fields, isSame: IsSame): string | null {
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    if (name !== others.names[i] || !isSame(items[i], others.items[i], name)) return name
  }
  return others.names[names.length] ?? null
}

function differentItem({ length, blocks }: Blocks, others: Blocks, isSame: IsSame): string | null {
  if (length !== others.length) return 'length'
  for (const [b, block] of blocks.entries()) {
    const other = others.blocks[b] as Block
    // What a block refers to may hold something else all the same.
    const isShared = block === other
    const [items, against] = isShared ? [block.inside, block.inside] : [block.items, other.items]
    for (let i = 0; i < items.length; i++) {
      const [one, two] = isShared ? [block.inside[i]?.object, block.inside[i]?.object] : [items[i], against[i]]
      if (!isSame(one, two, b * BLOCK + i)) return String(b * BLOCK + i)
    }
  }
  return null
}

function piecesOfFields(fields: Fields): readonly (readonly [object, number])[] {
  return [[fields, (fields.names.length + 4) * WORD]]
}

function piecesOfBlocks({ blocks }: Blocks): readonly (readonly [object, number])[] {
  return blocks.map((block) => [block, block.items.length * WORD + 4 * WORD])
}

function listKind(isLookedInto: boolean): Kind<Blocks> {
  return {
    take: (of, before, look) => takeBlocks(of, of.object as unknown[], before, isLookedInto ? look : null),
    put(object, { length, blocks }) {
      const list = object as unknown[]
      if (list.length !== length) list.length = length
      blocks.forEach(({ items }, b) => {
        for (let i = 0; i < items.length; i++) {
          const at = b * BLOCK + i
          if (!Object.is(list[at], items[i])) list[at] = items[i]
        }
      })
    },
    differ: differentItem,
    pieces: piecesOfBlocks,
  }
}

export const LIST = listKind(true)
/** A list whose elements never change. */
const FLAT_LIST = listKind(false)

/** Maps: keys and values in turn, in their order. */
export const MAP: Kind<Blocks> = {
  take: (of, before, look) => takeBlocks(of, flatEntries(of.object as Map<unknown, unknown>), before, look),
  put(object, values) {
    const map = object as Map<unknown, unknown>
    const wanted = Array.from(itemsOf(values))
    const now = flatEntries(map)
    if (now.length === wanted.length && now.every((item, i) => Object.is(item, wanted[i]))) return
    map.clear()
    for (let i = 0; i < wanted.length; i += 2) map.set(wanted[i], wanted[i + 1])
  },
  differ: differentItem,
  pieces: piecesOfBlocks,
}

export const SET: Kind<Blocks> = {
  take: (of, before, look) => takeBlocks(of, Array.from(of.object as Set<unknown>), before, look),
  put(object, values) {
    const set = object as Set<unknown>
    set.clear()
    for (const item of itemsOf(values)) set.add(item)
  },
  differ: differentItem,
  pieces: piecesOfBlocks,
}

export const DATE: Kind<number> = {
  take: (of, before) => {
    const time = (of.object as Date).getTime()
    return before !== null && Object.is(before.values, time) ? before : kept(of, time, [], WORD * 4)
  },
  put: (object, time) => void (object as Date).setTime(time),
  differ: (time, other) => (Object.is(time, other) ? null : 'time'),
  pieces: () => [],
}

/** Numbers: by their bits, so that whatever stands there stands there again. */
export const NUMBERS: Kind<Blocks> = {
  take(of, before) {
    const bits = bitsOf(of.object)
    const was = before?.values as Blocks | undefined
    const blocks: Block[] = []
    let [isKnown, bytes] = [was?.length === bits.length, 0]
    for (let at = 0; at < bits.length; at += BLOCK) {
      const block = was?.blocks[at / BLOCK]
      const end = Math.min(at + BLOCK, bits.length)
      if (block !== undefined && block.items.length === end - at && isSameBits(bits, at, block.items)) {
        blocks.push(block)
        continue
      }
      isKnown = false
      const items = bits.slice(at, end)
      bytes += items.byteLength
      blocks.push({ items, inside: NOTHING })
    }
    if (before !== null && isKnown) return before
    return kept(of, { length: bits.length, blocks } satisfies Blocks, [], bytes + (blocks.length + 4) * WORD)
  },
  put(object, { blocks }) {
    const bits = bitsOf(object)
    blocks.forEach(({ items }, b) => bits.set(items as ArrayLike<number>, b * BLOCK))
  },
  differ: differentItem,
  pieces: piecesOfBlocks,
}

function isSameBits(bits: Int32Array | Uint8Array, from: number, items: ArrayLike<unknown>): boolean {
  for (let i = 0; i < items.length; i++) if (bits[from + i] !== items[i]) return false
  return true
}

function bitsOf(object: object): Int32Array | Uint8Array {
  if (object instanceof ArrayBuffer) return new Uint8Array(object)
  const { buffer, byteOffset, byteLength } = object as ArrayBufferView
  const isWords = byteOffset % 4 === 0 && byteLength % 4 === 0
  return isWords ? new Int32Array(buffer, byteOffset, byteLength / 4) : new Uint8Array(buffer, byteOffset, byteLength)
}

function takeBlocks(of: Tracked, list: readonly unknown[], before: Kept | null, look: Look | null): Kept {
  const was = before?.values as Blocks | undefined
  const blocks: Block[] = []
  let [isKnown, bytes] = [was?.length === list.length, 0]
  for (let at = 0; at < list.length; at += BLOCK) {
    const block = was?.blocks[at / BLOCK]
    if (block !== undefined && isSameBlock(list, at, block.items)) {
      blocks.push(block)
      continue
    }
    isKnown = false
    const items = list.slice(at, at + BLOCK)
    bytes += items.length * WORD
    blocks.push({ items, inside: look === null ? NOTHING : insideOf(items, look) })
  }
  if (before !== null && isKnown) return before
  const inside = blocks.map((block) => block.inside).filter(({ length }) => length > 0)
  return kept(of, { length: list.length, blocks } satisfies Blocks, inside, bytes + (blocks.length + 4) * WORD)
}

function isSameBlock(list: readonly unknown[], from: number, items: ArrayLike<unknown>): boolean {
  if (Math.min(BLOCK, list.length - from) !== items.length) return false
  for (let i = 0; i < items.length; i++) if (!Object.is(list[from + i], items[i])) return false
  return true
}

/** Who looks after the objects among these. */
export function insideOf(items: readonly unknown[], look: Look): readonly Tracked[] {
  let inside: Tracked[] | null = null
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue
    const tracked = look(item)
    if (tracked !== null) (inside ??= []).push(tracked)
  }
  return inside ?? NOTHING
}

function* itemsOf({ blocks }: Blocks): Generator<unknown> {
  for (const { items } of blocks) for (let i = 0; i < items.length; i++) yield items[i]
}

function flatEntries(map: ReadonlyMap<unknown, unknown>): unknown[] {
  const flat: unknown[] = []
  for (const [key, value] of map) flat.push(key, value)
  return flat
}

function isSame(object: Record<string, unknown>, names: readonly string[], was: Fields): boolean {
  if (names.length !== was.names.length) return false
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    if (name !== was.names[i] || !Object.is(object[name], was.items[i])) return false
  }
  return true
}

/** A new Kept. */
export function kept(of: Tracked, values: unknown, inside: readonly (readonly Tracked[])[], bytes: number): Kept {
  return { of, values, inside, bytes }
}
