// Which code runs which kind of vector. What has no entry is reported as not yet run, never as passed.

import { runBroadcastProcess } from './broadcast-vectors.ts'
import { runKeyedCoProcess } from './co-vectors.ts'
import { runAsync } from './async-vectors.ts'
import {
  runConfiguredStrategy,
  runKeyGroupRanges,
  runMaxParallelism,
  runOptionDefault,
  runRedistribution,
  runRestartStrategy,
} from './checkpoint-vectors.ts'
import { runCep } from './cep-vectors.ts'
import { runIntervalJoin, runWindowPair } from './join-vectors.ts'
import type { Vector, Verdict } from './format.ts'
import { notYetRun } from './format.ts'
import { runGraph } from './graph-vectors.ts'
import { runPrintedJob } from './job-vectors.ts'
import { runDefaultMaxParallelism, runKeyGroups, runMurmur, runOperatorIds, runRanges } from './keygroup-vectors.ts'
import { runLifecycle } from './lifecycle-vectors.ts'
import { runMultiplexer } from './multiplexer-vectors.ts'
import { runExchange, runPartitioner, runValve } from './network-vectors.ts'
import { runGenerator, runKeyedProcess, runReduce, runWatermarkOperator } from './operator-vectors.ts'
import { runRescaledList, runRescaledProcess, runRescaledWindow } from './rescale-vectors.ts'
import { runRestoreRule } from './restore-vectors.ts'
import { runWindow } from './window-vectors.ts'

type Run = (vector: Vector) => Verdict

const BY_KIND: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'restart-strategies': { '*': runRestartStrategy },
  'restart-strategy-from-configuration': { '*': runConfiguredStrategy },
  'key-group-ranges': { '*': runKeyGroupRanges },
  'default-max-parallelism': { '*': runMaxParallelism },
  'operator-state-redistribution': { '*': runRedistribution },
  lifecycle: { '*': runLifecycle },
  'option-defaults': { '*': runOptionDefault },
  'restore-rules': { '*': runRestoreRule },
  cep: { cep: runCep },
  keygroups: {
    keyGroup: runKeyGroups,
    murmur: runMurmur,
    keyGroupRanges: runRanges,
    defaultMaxParallelism: runDefaultMaxParallelism,
  },
  'operator-ids': { uid: runOperatorIds },
  partitioners: { '*': runPartitioner },
  async: { async: runAsync },
  jobs: { '*': runPrintedJob },
  graph: { '*': runGraph },
  exchanges: { '*': runExchange },
  'watermark-valve': { valve: runValve },
  'watermark-generators': { generator: runGenerator },
  'watermark-multiplexer': { multiplexer: runMultiplexer },
  'watermark-operator': { assignTimestampsAndWatermarks: runWatermarkOperator },
  timers: { keyedProcess: runKeyedProcess },
  state: { keyedProcess: runKeyedProcess },
  rescale: {
    operatorListState: runRescaledList,
    operatorUnionState: runRescaledList,
    keyedProcess: runRescaledProcess,
    window: runRescaledWindow,
  },
  'windows-event': { window: runWindow, windowAll: runWindow },
  'windows-session': { window: runWindow, windowAll: runWindow },
  'windows-global-count': { window: runWindow, windowAll: runWindow },
  'windows-processing': { window: runWindow, windowAll: runWindow },
  broadcast: { keyedBroadcastProcess: runBroadcastProcess, broadcastProcess: runBroadcastProcess },
  joins: { intervalJoin: runIntervalJoin, windowJoin: runWindowPair, coGroup: runWindowPair },
  process: {
    keyedCoProcess: runKeyedCoProcess,
    ...{ reduce: runReduce, sum: runReduce, min: runReduce, max: runReduce, minBy: runReduce, maxBy: runReduce },
  },
}

/** Runs a vector of a family. An error of ours is a failure of the vector. */
export function runVector(family: string, vector: Vector): Verdict {
  const kinds = BY_KIND[family]
  const run = kinds?.[vector.operator?.kind ?? ''] ?? kinds?.['*']
  if (run === undefined) return notYetRun(`family ${family}, ${vector.operator?.kind ?? 'no operator'}`)
  try {
    return run(vector)
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
