// Swarm: one seed draws a job, a cluster and the data. The job is data, read twice: build-random-job.ts makes it through the
// API, random-model.ts computes with plain arrays what it must give, whatever the parallelism, the buffers and the latency.
// TigerBeetle's swarm testing, over a small grammar.

import { RandomStream } from '../../runtime/base/random.ts'
import { DEFAULT_CLUSTER } from '../../runtime/cluster/cluster-settings.ts'
import { hasSecond, type JobNode, type Placed, type RandomJob } from './job-nodes.ts'
import { modelOf } from './random-model.ts'

const MOST_RECORDS = 1500

export function drawJob(seed: number): RandomJob {
  const random = new RandomStream(seed, 'swarm')
  const below = (bound: number): number => random.nextBelow(bound)
  const pick = <T>(...options: readonly T[]): T => options[below(options.length)] as T
  const placed = (): Placed => ({
    parallelism: below(3) === 0 ? 1 + below(4) : 0,
    chaining: pick('always', 'always', 'always', 'head', 'never'),
  })
  const isLoose = below(3) === 0
  const nodes: JobNode[] = []
  const sources = 1 + below(2)
  for (let i = 0; i < sources; i++) {
    const watermarks = pick('periodic', 'perRecord', 'bounded')
    nodes.push({
      op: 'source',
      count: below(120),
      keys: 1 + below(12),
      step: below(4),
      rate: pick(null, null, 2000, 50),
      watermarks,
      jitter: isLoose ? below(60) : 0,
      idlenessMs: isLoose ? pick(null, 1, 15, 60) : null,
      ...placed(),
    })
  }
  const operations = 1 + below(7)
  for (let i = 0; i < operations; i++) {
    const from = below(nodes.length)
    // What a join finds of late records depends on watermarks.
    const join = isLoose ? 'union' : 'intervalJoin'
    const op = pick(
      'map',
      'filter',
      'flatMap',
      'rebalance',
      'rescale',
      'shuffle',
      'global',
      'union',
      'process',
      'process',
      'connect',
      'broadcast',
      join,
    )
    const parts = {
      plus: 1 + below(5),
      divisor: 2 + below(3),
      most: 1 + below(2),
      with: below(nodes.length),
      delay: below(60),
      clock: isLoose ? 'processing' : 'event',
      lower: below(20) - 15,
      upper: 5 + below(20),
    }
    nodes.push({ op, from, ...parts, ...placed() } as JobNode)
    if ((op === 'process' || op === 'connect') && below(2) === 0)
      nodes.push({ op: 'side', from: nodes.length - 1, ...placed() })
    const records = modelOf(nodes).outputs.reduce((sum, output) => sum + output.length, 0)
    if (records > MOST_RECORDS) nodes.splice(nodes.length - (nodes.at(-1)?.op === 'side' ? 2 : 1))
  }
  const read = new Set(
    nodes.flatMap((node) => (hasSecond(node) ? [node.from, node.with] : 'from' in node ? [node.from] : [])),
  )
  const ends = nodes.map((_, i) => i).filter((i) => !read.has(i) || below(4) === 0)
  for (const from of ends) {
    if (below(2) === 0) nodes.push({ op: 'sum', from, name: `sum ${from}`, ...placed() })
    nodes.push({ op: 'collect', from, name: `all ${from}`, ...placed() })
  }
  const cluster = {
    ...DEFAULT_CLUSTER,
    bufferRecords: pick(1, 2, 3, 8, 64),
    sourceRecords: pick(1, 2, 16, 64),
    credits: 1 + below(4),
    latencyUs: pick(0, 1, 100, 30_000),
    bufferTimeoutUs: pick(0, 1000, 100_000),
    recordUs: pick(1, 10, 700),
    turnUs: pick(0, 1, 50),
    uploadUs: 1000,
    uploadBytesPerMs: 100_000,
  }
  const records = modelOf(nodes).outputs.reduce((sum, output) => sum + output.length, 0)
  return { isLoose, nodes, parallelism: 1 + below(4), intervalMs: pick(0, 1, 20, 200), cluster, records }
}
