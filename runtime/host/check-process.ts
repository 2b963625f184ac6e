// Starts the process that checks, and ends it when it takes too long or too much memory. It gets no environment, may read
// no file but its own program (where Node can hold it to that), and answers on its standard output.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { CheckReport } from './check-report.ts'
import type { CheckRequest } from './check-realm.ts'

/** The bundles that bin/streambed.mjs made. */
export interface CheckBundles {
  readonly root: string
  readonly child: string
  readonly realm: string
  readonly types: string
}

export interface CheckLimits {
  readonly seconds: number
  readonly megabytes: number
}

/** What the limits leave for the checker itself. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
const LOOK_AFTER_MS = 100

/** The report, or why there is none. */
export function checkInProcess(
  request: CheckRequest,
  { root, child, realm }: CheckBundles,
  limits: CheckLimits,
): Promise<CheckReport | Diagnostic> {
  const heap = `--max-old-space-size=${limits.megabytes}`
  const args = [heap, '--disallow-code-generation-from-strings', '--no-warnings', ...permissions(root), child, realm]
  return new Promise((resolve) => {
    const started = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {}, cwd: root })
    let [answer, complaint] = ['', '']
    let stopped: Diagnostic | null = null
    const stop = (code: string, params: Diagnostic['params']): void => {
      stopped ??= { code, params, span: null }
      started.kill('SIGKILL')
    }
    const timer = setTimeout(() => stop('CHECK_TIME_LIMIT', { seconds: limits.seconds }), limits.seconds * 1000)
    const watch = setInterval(() => {
      // Arrays of numbers lie outside of the heap that Node limits.
      if (residentMegabytes(started.pid) > limits.megabytes * 2) stop('CHECK_MEMORY_LIMIT', megabytesOf(limits))
    }, LOOK_AFTER_MS)
    started.stdout.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8')
      if (answer.length > LONGEST_ANSWER_BYTES) stop('CHECK_MEMORY_LIMIT', megabytesOf(limits))
    })
    started.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-4000)))
    started.stdin.on('error', () => undefined)
    started.stdin.end(JSON.stringify(request))
    started.on('close', () => {
      clearTimeout(timer)
      clearInterval(watch)
      resolve(stopped ?? read(answer, complaint, limits))
    })
  })
}

function read(answer: string, complaint: string, limits: CheckLimits): CheckReport | Diagnostic {
  if (/heap out of memory|Array buffer allocation failed/.test(complaint)) {
    return { code: 'CHECK_MEMORY_LIMIT', params: megabytesOf(limits), span: null }
  }
  try {
    return JSON.parse(answer) as CheckReport
  } catch {
    const error = (answer.startsWith('!') ? answer.slice(1) : complaint).trim().split('\n')[0] ?? ''
    return { code: 'CHECK_CRASHED', params: { error }, span: null }
  }
}

function megabytesOf({ megabytes }: CheckLimits): Diagnostic['params'] {
  return { megabytes }
}

/** Node's permission model, under its name in this version. */
function permissions(root: string): string[] {
  const known = process.allowedNodeEnvironmentFlags
  const flag = ['--permission', '--experimental-permission'].find((name) => known.has(name))
  return flag === undefined ? [] : [flag, `--allow-fs-read=${root}/*`]
}

/** 0 where it can't be told. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return (pages * 4096) / 1024 / 1024
  } catch {
    return 0
  }
}
