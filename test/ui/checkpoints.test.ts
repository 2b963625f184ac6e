// The view of checkpoints from plain data: bars over the checkpoint's time, and the steps of a commit.
import { describe, expect, it } from 'vitest'
import type { CheckpointDetail, CheckpointMoment, Topology } from '../../runtime/host/protocol.ts'
import { layoutCheckpoint } from '../../ui/stage/views/checkpoints/checkpoint-layout.ts'
import { commitSequences } from '../../ui/stage/views/checkpoints/commit-sequence.ts'
import { msText, sizeText } from '../../ui/stage/views/checkpoints/figures-text.ts'

const node = (name: string, kind = 'map') => ({ id: name, name, kind, isKeyed: false, at: null })
const vertex = (id: string, parallelism: number, nodes: readonly ReturnType<typeof node>[]) => ({
  id,
  name: nodes.map(({ name }) => name).join(' -> '),
  parallelism,
  maxParallelism: 128,
  nodes,
  inputs: [],
})

const TOPOLOGY: Topology = {
  vertices: [
    vertex('a', 1, [node('Source: clicks', 'source')]),
    vertex('b', 2, [node('count'), node('out: Writer', 'sink'), node('out: Committer', 'committer')]),
  ],
  tasks: [],
  channels: [],
}

const CHECKPOINT: CheckpointMoment = {
  id: 2,
  isSavepoint: false,
  status: 'COMPLETED',
  triggeredUs: 1_000_000,
  endedUs: 1_100_000,
  subtaskCount: 3,
  stateSize: 300,
  persistedRecords: 0,
  processedRecords: 0,
  failure: null,
  isDiscarded: false,
  acknowledged: 3,
}

const stats = (name: string, subtask: number, [startedMs, takenMs, ackMs]: readonly [number, number, number]) => ({
  vertex: name,
  subtask,
  startedUs: 1_000_000 + startedMs * 1000,
  alignmentUs: (takenMs - startedMs) * 1000,
  snapshotUs: 1_000_000 + takenMs * 1000,
  heldRecords: takenMs > startedMs ? 4 : 0,
  processedRecords: 0,
  persistedRecords: 0,
  isUnaligned: false,
  stateSize: 100,
  asyncUs: (ackMs - takenMs) * 1000,
  ackUs: 1_000_000 + ackMs * 1000,
})

const commit = {
  vertex: 'b',
  subtask: 0,
  operator: 'out: Committer',
  checkpoint: 2,
  count: 1,
  repeats: 0,
  lostUs: null,
}
const DONE: CheckpointDetail = {
  id: 2,
  // In the order in which they came.
  subtasks: [stats('b', 1, [20, 20, 30]), stats('a', 0, [0, 0, 40]), stats('b', 0, [10, 50, 100])],
  unfinished: [],
  commits: [
    { ...commit, preparedUs: 1_050_000, committedUs: 1_101_000 },
    { ...commit, subtask: 1, preparedUs: 1_020_000, committedUs: 1_102_000 },
  ],
}

describe('bars of a checkpoint', () => {
  const { rows, ticks } = layoutCheckpoint(TOPOLOGY, CHECKPOINT, DONE, 5_000_000)

  it('has a row per subtask, in the order of the job', () =>
    expect(rows.map(({ name, place }) => `${name} ${place}`)).toEqual(['clicks 1/1', 'count 1/2', 'count 2/2']))

  it('places barrier, alignment, snapshot and writing by their times', () => {
    const [, first] = rows
    const shares = [first?.barrier, first?.aligning, first?.snapshot, first?.writing].map((part) => [
      part?.from,
      part?.to,
    ])
    expect(shares).toEqual([
      [0.1, 0.1],
      [0.1, 0.5],
      [0.5, 0.5],
      [0.5, 1],
    ])
    expect(first).toMatchObject({ heldRecords: 4, isHandedIn: true, barrier: { atUs: 1_010_000 } })
    expect(rows[0]?.aligning).toBeNull()
  })

  it('has round steps on its line', () => {
    expect(ticks.map(({ ms }) => ms)).toEqual([0, 20, 40, 60, 80, 100])
    expect(ticks.at(-1)?.share).toBe(1)
  })

  it('goes on to now while it is under way, with who waits for what', () => {
    const underWay = { ...CHECKPOINT, status: 'IN_PROGRESS' as const, endedUs: null, acknowledged: 1 }
    const detail = {
      ...DONE,
      subtasks: [stats('a', 0, [0, 0, 2])],
      unfinished: [
        {
          vertex: 'b',
          subtask: 0,
          startedUs: 1_010_000,
          snapshotUs: null,
          blockedChannels: 1,
          heldRecords: 3,
          stateSize: 0,
        },
        {
          vertex: 'b',
          subtask: 1,
          startedUs: null,
          snapshotUs: null,
          blockedChannels: 0,
          heldRecords: 0,
          stateSize: 0,
        },
      ],
    }
    const figure = layoutCheckpoint(TOPOLOGY, underWay, detail, 1_020_000)
    expect(figure.rows[1]).toMatchObject({ snapshot: null, writing: null, blockedChannels: 1, isHandedIn: false })
    expect(figure.rows[1]?.aligning).toEqual({ from: 0.5, to: 1, atUs: 1_010_000 })
    expect(figure.rows[2]).toMatchObject({ barrier: null, aligning: null })
  })

  it.each([1, 3, 7, 40, 999, 123_456])('has at most seven steps for %i ms', (ms) => {
    const long = layoutCheckpoint(TOPOLOGY, { ...CHECKPOINT, endedUs: 1_000_000 + ms * 1000 }, DONE, 0)
    expect(long.ticks.length).toBeGreaterThan(2)
    expect(long.ticks.length).toBeLessThanOrEqual(7)
  })
})

describe('the two phases of a commit', () => {
  const states = (checkpoint: CheckpointMoment, detail: CheckpointDetail) =>
    commitSequences(TOPOLOGY, checkpoint, detail)[0]?.steps.map(({ kind, state, done }) => `${kind} ${state} ${done}`)

  it('are all done once every committer has committed', () => {
    const [sequence] = commitSequences(TOPOLOGY, CHECKPOINT, DONE)
    expect(sequence).toMatchObject({ sink: 'out', subtasks: 2, count: 2 })
    expect(sequence?.steps.map(({ atUs }) => atUs)).toEqual([1_020_000, 1_050_000, 1_100_000, 1_100_000, 1_102_000])
  })

  it('wait for the subtask that is last', () => {
    const half = {
      ...DONE,
      commits: DONE.commits.map((one, i) => ({ ...one, committedUs: i === 0 ? one.committedUs : null })),
    }
    expect(states(CHECKPOINT, half)?.at(-1)).toBe('commit waiting 1')
  })

  it('never come to an end with a checkpoint that was given up', () => {
    const failed = { ...CHECKPOINT, status: 'FAILED' as const, failure: 'CHECKPOINT_EXPIRED' as const }
    const detail = {
      ...DONE,
      subtasks: DONE.subtasks.slice(0, 2),
      commits: DONE.commits.map((one) => ({ ...one, committedUs: null })),
    }
    expect(states(failed, detail)).toEqual([
      'barrier never 1',
      'prepare never 1',
      'acknowledge never 1',
      'complete never 0',
      'commit never 0',
    ])
  })

  it('have nothing to commit where nothing was written', () =>
    expect(states(CHECKPOINT, { ...DONE, commits: [] })?.at(-1)).toBe('commit done 1'))

  it('are none without such a sink', () => {
    const vertices = TOPOLOGY.vertices.map((one) => ({ ...one, nodes: one.nodes.slice(0, 1) }))
    expect(commitSequences({ ...TOPOLOGY, vertices }, CHECKPOINT, DONE)).toEqual([])
  })
})

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1234, '1.23 KB'],
  [5_600_000, '5.60 MB'],
])('%i bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))

it.each([
  [0, '0'],
  [1250, '1.25'],
  [88_000, '88'],
  [123_456, '123'],
])('%i µs are %s ms', (us, text) => expect(msText(us)).toBe(text))
