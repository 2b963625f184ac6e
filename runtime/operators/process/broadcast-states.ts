// The broadcast states of one operator as its function gets them: to write on the broadcast side, to read on the other.
// Differs from Flink: there "read-only" is a type that a cast undoes; here writing from the wrong side is refused, since
// it would make the copies of the subtasks differ for ever.

import { LearnerError } from '../../base/diagnostic.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { MapStateDescriptor } from '../../state/descriptors.ts'
import type { BroadcastState } from '../../state/map-state.ts'
import type { OperatorStateBackend } from '../../state/operator-state.ts'
import type { CallProbe } from '../call-probe.ts'

type AnyState = BroadcastState<unknown, unknown>

/** What `broadcast` declared, by name, from one side. */
export class BroadcastStates {
  private readonly states = new Map<string, AnyState>()
  private readonly operator: string

  /** `canWrite`: whether it's the broadcast side. */
  constructor(options: {
    readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[]
    readonly backend: OperatorStateBackend
    readonly canWrite: boolean
    readonly operator: string
    readonly probe: CallProbe | null
  }) {
    const { descriptors, backend, canWrite, operator, probe } = options
    this.operator = operator
    for (const descriptor of descriptors) {
      const { name } = descriptor
      const state = backend.getBroadcastState(descriptor)
      const seen = probe === null ? state : new ProbedBroadcastState(state, name, probe)
      this.states.set(name, canWrite ? seen : new ReadOnlyState(seen, name, operator))
    }
  }

  /** The state with this descriptor's name. Throws LearnerError for one that `broadcast` wasn't given. */
  get<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    const name = (descriptor as MapStateDescriptor<K, V> | undefined)?.name
    const state = this.states.get(name ?? '')
    if (state !== undefined) return state as BroadcastState<K, V>
    throw new LearnerError('BROADCAST_STATE_UNDECLARED', {
      operator: this.operator,
      state: String(name),
      declared: Array.from(this.states.keys()).join(', '),
    })
  }
}

/** Broadcast state seen from the side that isn't broadcast. */
class ReadOnlyState implements AnyState {
  private readonly state: AnyState
  private readonly name: string
  private readonly operator: string

  constructor(state: AnyState, name: string, operator: string) {
    this.state = state
    this.name = name
    this.operator = operator
  }

  get(key: unknown): unknown {
    return this.state.get(key)
  }

  contains(key: unknown): boolean {
    return this.state.contains(key)
  }

  immutableEntries(): Iterable<readonly [unknown, unknown]> {
    // Not the map itself, which could be written.
    return { [Symbol.iterator]: () => this.state.iterator() }
  }

  put(): void {
    this.#refuse('put')
  }

  putAll(): void {
    this.#refuse('putAll')
  }

  remove(): void {
    this.#refuse('remove')
  }

  clear(): void {
    this.#refuse('clear')
  }

  entries(): Iterable<[unknown, unknown]> {
    return this.#refuse('entries')
  }

  iterator(): Iterator<[unknown, unknown]> {
    return this.#refuse('iterator')
  }

  #refuse(method: string): never {
    throw new LearnerError('BROADCAST_READ_ONLY', { operator: this.operator, state: this.name, method })
  }
}

/** Broadcast state that tells what it's asked. */
class ProbedBroadcastState implements AnyState {
  private readonly state: AnyState
  private readonly name: string
  private readonly probe: CallProbe

  constructor(state: AnyState, name: string, probe: CallProbe) {
    this.state = state
    this.name = name
    this.probe = probe
  }

  get(key: unknown): unknown {
    const value = this.state.get(key)
    this.#told('read', () => `${toPrintText(key)} ${toPrintText(value)}`)
    return value
  }

  contains(key: unknown): boolean {
    const isThere = this.state.contains(key)
    this.#told('read', () => `${toPrintText(key)} ${isThere}`)
    return isThere
  }

  immutableEntries(): Iterable<readonly [unknown, unknown]> {
    return this.entries()
  }

  entries(): Iterable<[unknown, unknown]> {
    const entries = this.state.entries()
    this.#told('read', () => toPrintText(new Map(entries)))
    return entries
  }

  iterator(): Iterator<[unknown, unknown]> {
    return this.entries()[Symbol.iterator]()
  }

  put(key: unknown, value: unknown): void {
    this.state.put(key, value)
    this.#told('update', () => `${toPrintText(key)} ${toPrintText(value)}`)
  }

  putAll(entries: Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of entries) this.put(key, value)
  }

  remove(key: unknown): void {
    this.state.remove(key)
    this.#told('clear', () => toPrintText(key))
  }

  clear(): void {
    this.state.clear()
    this.#told('clear', () => '')
  }

  #told(kind: 'read' | 'update' | 'clear', text: () => string): void {
    this.probe.called(kind, this.name, text)
  }
}
