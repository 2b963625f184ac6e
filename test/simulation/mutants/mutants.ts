// Mistakes that could be in the engine, as data: in which file what text stands, and what stands there in the mutant. The
// text must occur once in the file, so that a mutant that no longer fits is noticed. The schedules of faults must catch
// each; `npm run sim -- --mutants` says by which invariant.

/** A mistake. */
export interface Mutant {
  readonly name: string
  /** One of those that notice it: tried first. */
  readonly seed: number
  readonly file: string
  readonly find: string
  readonly replace: string
}

const mutant = (seed: number, name: string, file: string, find: string, replace: string): Mutant => {
  return { seed, name, file: `runtime/${file}`, find, replace }
}

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  // Checkpoints.
  mutant(
    1,
    'barriers block no channel',
    'network/barrier-alignment.ts',
    'return this.isBlocking && this.hasCome[channel] === true',
    'return false && this.hasCome[channel] === true',
  ),
  mutant(
    26,
    'a snapshot waits for all channels but one',
    'network/barrier-alignment.ts',
    'const isComplete = this.hasCome.every((has, i) => has || this.hasEnded[i])',
    'const isComplete = this.hasCome.filter((has, i) => !has && !this.hasEnded[i]).length <= 1',
  ),
  mutant(
    20,
    'a checkpoint is complete with one subtask missing',
    'cluster/checkpoint-coordinator.ts',
    'if (pending.waitingFor.size > 0) return',
    'if (pending.waitingFor.size > 1) return',
  ),
  mutant(
    20,
    'a snapshot shares its chunks with the running state',
    'state/column.ts',
    'this.owned.fill(false)\n    return',
    'return',
  ),
  mutant(
    20,
    'a snapshot shares its packed values with the running state',
    'state/packed-cells.ts',
    'if (block?.cells === this.cells)',
    'if (block === undefined)',
  ),
  mutant(
    10,
    'committed before the checkpoint is complete',
    'operators/committer.ts',
    "if (committables.length > 0) this.context.commitNoted('prepared'",
    "this.commitUpTo(checkpointId)\n    if (committables.length > 0) this.context.commitNoted('prepared'",
  ),
  // Restoring.
  mutant(
    20,
    'keyed state isn’t restored',
    'state/keyed-backend.ts',
    'for (const [name, value] of entry.states) this.set(',
    'for (const [name, value] of entry.states.slice(entry.states.length)) this.set(',
  ),
  mutant(
    40,
    'timers aren’t restored',
    'state/keyed-backend.ts',
    'for (const time of entry.eventTimers) this.registerTimer(',
    'for (const time of entry.eventTimers.slice(entry.eventTimers.length)) this.registerTimer(',
  ),
  mutant(
    44,
    'a subtask restores one key group too few',
    'record/key-groups.ts',
    'start: Math.ceil((subtask * maxParallelism) / parallelism),',
    'start: Math.ceil((subtask * maxParallelism) / parallelism) + 1,',
  ),
  mutant(
    20,
    'the last key group of a range is left out',
    'record/key-groups.ts',
    'end: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),',
    'end: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism) - 1,',
  ),
  mutant(
    16,
    'a source begins again from the beginning',
    'connectors/source-operator.ts',
    'const isRestored = context.restoredCheckpointId !== null',
    'const isRestored = context.restoredCheckpointId === -1',
  ),
  mutant(
    16,
    'a source goes on one record too far',
    'connectors/index-reader.ts',
    'return this.stretches.map(({ id, position, end }) => ({ id, position, end:',
    'return this.stretches.map(({ id, position, end }) => ({ id, position: position + 1, end:',
  ),
  mutant(
    5,
    'a source reads its last record again',
    'connectors/index-reader.ts',
    'return this.stretches.map(({ id, position, end }) => ({ id, position, end:',
    'return this.stretches.map(({ id, position, end }) => ({ id, position: Math.max(0, position - 1), end:',
  ),
  // The network.
  mutant(
    1,
    'a buffer overtakes another',
    'network/channel.ts',
    'const buffer = this.onTheWay.shift() as Buffer',
    'const buffer = this.onTheWay.pop() as Buffer',
  ),
  mutant(
    1,
    'credit comes back twice',
    'network/channel.ts',
    'this.inFlight -= before - this.returning.length',
    'this.inFlight -= 2 * (before - this.returning.length)',
  ),
  mutant(
    1,
    'a consumed buffer gives no credit back',
    'network/channel.ts',
    'this.returning.push(dueUs)',
    'if (this.consumedElements % 7 !== 3) this.returning.push(dueUs)',
  ),
  mutant(
    1,
    'keys go to the next subtask',
    'network/partitioner.ts',
    'return subtaskOf(keyGroupOf(hash, this.maxParallelism), this.channels, this.maxParallelism)',
    'return (subtaskOf(keyGroupOf(hash, this.maxParallelism), this.channels, this.maxParallelism) + 1) % this.channels',
  ),
  mutant(
    1,
    'a full buffer loses its last record',
    'network/channel.ts',
    'this.seal()\n      buffer = this.openBuffer()\n    }\n    buffer.add(value, timestamp)',
    'this.seal()\n      buffer = this.openBuffer()\n      return\n    }\n    buffer.add(value, timestamp)',
  ),
  // Time.
  mutant(
    1,
    'the watermark is the highest of the channels',
    'network/watermark-valve.ts',
    'lowest = Math.min(lowest, this.watermarks[i] as number)',
    'lowest = Math.max(lowest === Infinity ? -Infinity : lowest, this.watermarks[i] as number)',
  ),
  mutant(
    1,
    'the watermark of two inputs is the higher',
    'operators/combined-watermark.ts',
    'const combined = allIdle ? highest : lowest',
    'const combined = highest',
  ),
  mutant(
    1,
    'timers fire before their time',
    'state/timer-queue.ts',
    'if (this.isLive(slot, time)) return time',
    'if (this.isLive(slot, time)) return time - 5',
  ),
  mutant(
    1,
    'a timer set twice fires twice',
    'state/timer-queue.ts',
    'if (before === timestamp) return false',
    'if (before === timestamp) this.order.push(timestamp, slot)',
  ),
  mutant(
    1,
    'a fired timer stays',
    'state/timer-queue.ts',
    'order.remove(head)\n    this.delete(slot, time)\n    return slot',
    'order.remove(head)\n    return slot',
  ),
  // Failing over.
  mutant(
    10,
    'what was on its way to the last attempt arrives in the next',
    'kernel/simulation.ts',
    'this.unschedule(ids)\n    this.freeIds',
    'this.freeIds',
  ),
  mutant(
    2,
    'only half of a region is made anew',
    'cluster/deployment.ts',
    'this.create((other) => other === region)',
    'this.create((other) => other === region + 1)',
  ),
  mutant(
    6,
    'nobody waits for the slots of a TaskManager that is lost',
    'cluster/resource-manager.ts',
    'manager.isRegistered = false\n',
    '',
  ),
  mutant(
    1,
    'broadcast state isn’t restored',
    'state/operator-state.ts',
    'for (const { name, entries, keyType } of snapshot.broadcasts) {',
    'for (const { name, entries, keyType } of snapshot.broadcasts.slice(snapshot.broadcasts.length)) {',
  ),
  mutant(
    25,
    'committables are missing from the checkpoint',
    'operators/committer.ts',
    'this.remembered.update(kept)',
    'this.remembered.update(kept.slice(kept.length))',
  ),
  mutant(
    9,
    'an ended channel is waited for',
    'network/barrier-alignment.ts',
    'const isComplete = this.hasCome.every((has, i) => has || this.hasEnded[i])',
    'const isComplete = this.hasCome.every((has) => has)',
  ),
  mutant(
    6,
    'a generator’s watermark goes back',
    'operators/event-time.ts',
    'if (!(timestampMs > this.currentWatermark)) return refuseWatermark(timestampMs)',
    'if (timestampMs === this.currentWatermark) return refuseWatermark(timestampMs)',
  ),
  mutant(
    1,
    'the watermark of a split goes back',
    'operators/watermark-multiplexer.ts',
    'if (!(timestampMs > partial.watermark)) {',
    'if (timestampMs === partial.watermark) {',
  ),
  mutant(
    8,
    'tasks of a failed attempt run on',
    'cluster/job-execution.ts',
    'for (const other of lost) other.cancel()\n    for (const region',
    'for (const region',
  ),
  mutant(
    10623,
    'a job that failed while it stopped is started again',
    'cluster/failover.ts',
    "error.code === 'STOP_UNFINISHED'",
    "error.code === 'STOP_UNHEARD_OF'",
  ),
  // Barriers that overtake.
  mutant(
    4,
    'what barriers overtake isn’t captured',
    'network/in-flight.ts',
    'into.push({ kind: RECORD, value: cloneValue(buffer.valueAt(at)), timestamp: buffer.timestampAt(at) })',
    'if (at < 0) into.push({ kind: RECORD, value: cloneValue(buffer.valueAt(at)), timestamp: buffer.timestampAt(at) })',
  ),
]
