// A notation for what goes into an operator and what comes out, and the regimes each case goes through.
//
//   in    a@1 a=2@7 a=2=x@7   records 'a', ['a', 2], ['a', 2, 'x'] with a timestamp; `@-` for none; 5@1 the number 5
//         W5 WMAX  P100       a watermark; the clock set to 100
//         idle active end
//         1:a@1 2:b@2 W2:5 idle1 active1    with two inputs: which of them it comes by
//   out   the same; late(a@3) is a side output, row(a@3) a row of a sink; `,` in place of a space inside brackets
//
// `check` runs a case (1) plainly; (2) with snapshot and restore after every element, and with snapshots that are written
// only when the next element has gone in; (3) split over 1, 2, 3 subtasks and, half-way, merged and split over 1, 2, 3
// others; (4) with the keys between two control elements in another order; and (5) looks whether state and timers are
// empty at the end. Outputs of (3) and (4) are compared as multisets between
// control elements. Jet's TestSupport, on Flink's harness.

import { expect } from 'vitest'
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../../runtime/base/time.ts'
import { keyGroupOf, subtaskOf } from '../../runtime/record/key-groups.ts'
import { KeyReader } from '../../runtime/record/key.ts'
import { OperatorHarness, rescaled, type OperatorUnderTest, type Output } from './operator-harness.ts'

/** What a case says of itself where it isn't like the others. */
export interface CaseOptions {
  /** Entries of state and timers left at the end. Default: none. */
  readonly leaves?: { readonly state?: number; readonly timers?: number }
  /** False where what the operator remembers isn't in a snapshot, as watermarks aren't in Flink. */
  readonly restores?: boolean
  /** False where what a control element sets off comes in another order after a restore, as windows of several keys do. */
  readonly isOrdered?: boolean
  /** False where subtasks or keys aren't independent of one another. */
  readonly splits?: boolean
  /** True where the order between the two inputs changes nothing: then each goes first, between two control elements. */
  readonly interleaves?: boolean
}

type InputNumber = 1 | 2

type Input =
  | { readonly kind: 'record'; readonly value: unknown; readonly timestamp: number; readonly input: InputNumber }
  | { readonly kind: 'watermark'; readonly timestamp: number; readonly input: InputNumber }
  | { readonly kind: 'clock'; readonly timestamp: number }
  | { readonly kind: 'idle' | 'active'; readonly input: InputNumber }
  | { readonly kind: 'end' }

/** Runs the case through all regimes. */
export function check(subject: OperatorUnderTest, input: string, expected: string, options: CaseOptions = {}): void {
  const inputs = input.split(/\s+/).filter(Boolean).map(readInput)
  const plain = new OperatorHarness(subject)
  const outputs = inputs.map((element) => feed(plain, element))
  expect(outputs.flat().map(show).join(' ')).toBe(expected.split(/\s+/).filter(Boolean).join(' '))
  const left = plain.backend
  const leaves = { state: left?.entryCount() ?? 0, timers: timersOf(plain) }
  expect(leaves, 'left at the end').toEqual({ state: 0, timers: 0, ...options.leaves })

  if (options.restores !== false) {
    const [got, late, wanted] = [restoring(subject, inputs), restoringLate(subject, inputs), outputs.map(texts)]
    if (options.isOrdered === false) for (const texts of [...got, ...late, ...wanted]) texts.sort()
    expect(got, 'with restores').toEqual(wanted)
    expect(late, 'with snapshots written late').toEqual(wanted)
  }
  if (options.splits === false) return
  const wanted = segments(inputs, outputs)
  for (const from of [1, 2, 3])
    for (const to of [1, 2, 3]) {
      const merged = split(subject, inputs, from, to)
      expect(segments(inputs, merged), `${from} subtasks, then ${to}`).toEqual(wanted)
    }
  const orders = [reordered(inputs, byKey(subject), 1), reordered(inputs, byKey(subject), -1)]
  if (options.interleaves === true) orders.push(reordered(inputs, byInput, 1), reordered(inputs, byInput, -1))
  for (const order of orders) {
    const again = new OperatorHarness(subject)
    const got = order.map((element) => feed(again, element))
    expect(segments(order, got), 'in another order').toEqual(wanted)
  }
}

/** Reads `a=2@7`, `2:b@7`, `W5`, `W2:5`, `P100`, `idle1`. */
export function readInput(token: string): Input {
  if (token === 'end') return { kind: token }
  const status = /^(idle|active)([12]?)$/.exec(token)
  if (status !== null) return { kind: status[1] as 'idle' | 'active', input: inputNumber(status[2]) }
  const watermark = /^W(?:([12]):)?(MAX|MIN|-?\d+)$/.exec(token)
  if (watermark !== null) {
    return { kind: 'watermark', timestamp: readTime(watermark[2] as string), input: inputNumber(watermark[1]) }
  }
  if (/^P-?\d+$/.test(token)) return { kind: 'clock', timestamp: Number(token.slice(1)) }
  const [, input, value = '', time = ''] = /^(?:([12]):)?(.*)@([^@]*)$/.exec(token) ?? []
  return { kind: 'record', value: readValue(value), timestamp: readTime(time), input: inputNumber(input) }
}

function inputNumber(text: string | undefined): InputNumber {
  return text === '2' ? 2 : 1
}

function readTime(text: string): number {
  if (text === '-') return NaN
  return text === 'MAX' ? MAX_TIMESTAMP : text === 'MIN' ? MIN_TIMESTAMP : Number(text)
}

function readValue(text: string): unknown {
  const parts = text.split('=').map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : part))
  return parts.length === 1 ? parts[0] : parts
}

/** An output in the notation. */
export function show(output: Output): string {
  switch (output[0]) {
    case 'record':
      return showRecord(output[1], output[2])
    case 'side':
      return `${output[1]}(${showRecord(output[2], output[3])})`
    case 'row':
      return `row(${showRecord(output[1], output[2])})`
    case 'watermark':
      return `W${showTime(output[1])}`
    default:
      return output[0]
  }
}

function showRecord(value: unknown, timestamp: number): string {
  return `${Array.isArray(value) ? value.join('=') : String(value)}@${showTime(timestamp)}`
}

function showTime(timestamp: number): string {
  if (Number.isNaN(timestamp)) return '-'
  return timestamp === MAX_TIMESTAMP ? 'MAX' : timestamp === MIN_TIMESTAMP ? 'MIN' : String(timestamp)
}

function texts(outputs: readonly Output[]): string[] {
  return outputs.map(show)
}

function timersOf({ backend }: OperatorHarness): number {
  return backend === null ? 0 : backend.timerCount(true) + backend.timerCount(false)
}

function feed(harness: OperatorHarness, input: Input): Output[] {
  switch (input.kind) {
    case 'record':
      harness.record(input.value, input.timestamp, input.input)
      break
    case 'watermark':
      harness.watermark(input.timestamp, input.input)
      break
    case 'clock':
      harness.setProcessingTime(input.timestamp)
      break
    case 'end':
      harness.end()
      break
    default:
      harness.status(input.kind === 'idle', input.input)
  }
  return harness.take()
}

function restoring(subject: OperatorUnderTest, inputs: readonly Input[]): string[][] {
  const harness = new OperatorHarness(subject)
  return inputs.map((element) => {
    const out = texts(feed(harness, element))
    harness.snapshotRestore()
    return out
  })
}

/**
 * Before every element a snapshot is taken, and written only after the element went in; from it a fresh operator gets the
 * element again. What the first one changed meanwhile, in place too, mustn't show.
 */
function restoringLate(subject: OperatorUnderTest, inputs: readonly Input[]): string[][] {
  const harness = new OperatorHarness(subject)
  return inputs.map((element) => {
    const { nowMs } = harness
    const write = harness.beginSnapshot()
    feed(harness, element)
    harness.nowMs = nowMs
    harness.snapshotRestore(write())
    return texts(feed(harness, element))
  })
}

/** Outputs per element of `from` subtasks up to the middle, and of `to` restored from them after it. */
function split(subject: OperatorUnderTest, inputs: readonly Input[], from: number, to: number): Output[][] {
  const middle = Math.ceil(inputs.length / 2)
  let harnesses = Array.from(
    { length: from },
    (_, subtask) => new OperatorHarness(subject, { subtask, parallelism: from, restored: null }),
  )
  return inputs.map((element, i) => {
    if (i === middle) harnesses = rescaled(harnesses, to)
    const isBroadcast = element.kind === 'record' && element.input === 2 && subject.secondKey === null
    if (element.kind === 'record' && !isBroadcast)
      return feed(harnesses[placeOf(subject, element, harnesses.length, i)] as OperatorHarness, element)
    const all = harnesses.map((harness) => feed(harness, element))
    // Every subtask passes a control element on; downstream counts it once.
    const [first = []] = all
    return [...all.flat().filter(isData), ...first.filter((output) => !isData(output))]
  })
}

function placeOf(
  { key, secondKey = key, maxParallelism = 128 }: OperatorUnderTest,
  { value, input }: Input & { readonly kind: 'record' },
  parallelism: number,
  i: number,
): number {
  const own = input === 1 ? key : secondKey
  if (key === null || own === null) return i % parallelism
  const group = keyGroupOf(new KeyReader(key.type).hash(own.select(value)), maxParallelism)
  return subtaskOf(group, parallelism, maxParallelism)
}

function isData([kind]: Output): boolean {
  return kind === 'record' || kind === 'side' || kind === 'row'
}

/** Outputs between two control inputs, data sorted. */
function segments(inputs: readonly Input[], outputs: readonly (readonly Output[])[]): string[][] {
  const found: string[][] = [[]]
  inputs.forEach((element, i) => {
    if (element.kind !== 'record') found.push([])
    found.at(-1)?.push(...texts(outputs[i] ?? []))
  })
  return found.map((segment) => segment.sort())
}

type Name = (element: Input & { readonly kind: 'record' }, index: number) => string

function byKey({ key, secondKey = key }: OperatorUnderTest): Name {
  return ({ value, input }, i) => {
    const own = input === 1 ? key : secondKey
    return String(own === null ? i : own.select(value))
  }
}

const byInput: Name = ({ input }) => String(input)

/** Sorts the records between two control elements by name, those of one name keeping their order. */
function reordered(inputs: readonly Input[], nameOf: Name, direction: number): Input[] {
  let segment = 0
  const placed = inputs.map((element, i) => {
    if (element.kind !== 'record') segment += 2
    const at = element.kind === 'record' ? segment + 1 : segment
    return { element, at, name: element.kind === 'record' ? nameOf(element, i) : '' }
  })
  const byName = (a: string, b: string): number => (a === b ? 0 : a < b ? -direction : direction)
  return placed.sort((a, b) => a.at - b.at || byName(a.name, b.name)).map(({ element }) => element)
}
