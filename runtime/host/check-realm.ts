// The engine as a checking process has it: one script, evaluated in a fresh context where nothing of the host exists but
// the language. Texts go in, a text comes out, and no object of the host is ever seen from inside. The script's value is
// the door, and learner code has no name for it.

import type { CompiledJob } from '../sandbox/compiled-job.ts'
import { freezeIntrinsics } from '../sandbox/freeze-intrinsics.ts'
import type { CheckReport, ExerciseJobs } from './check-report.ts'
import { CheckSession } from './check-session.ts'
import type { HostPort } from './host-port.ts'

/** Microtasks after which whatever a job's building waits for has had its turn. */
const MICROTASKS = 32

/** What a check is asked, as JSON. */
export interface CheckRequest {
  readonly job: CompiledJob
  readonly exercise: ExerciseJobs
  readonly seed: number
}

const factories = new Map<string, unknown>()
let result: string | null = null

const host: HostPort = {
  importModule: async (code) => ({ default: factories.get(code) }),
  async yieldToHost() {
    for (let i = 0; i < MICROTASKS; i++) await Promise.resolve()
  },
  wallMs: () => 0,
  sleep: async () => undefined,
}

/** Says that this factory is what the module with this text exports. Before `start`. */
export function add(code: string, factory: unknown): void {
  factories.set(code, factory)
}

/** Begins to check; the request is JSON. */
export function start(request: string): void {
  const { stringify } = JSON
  const { job, exercise, seed } = JSON.parse(request) as CheckRequest
  freezeIntrinsics()
  const session = new CheckSession(job, exercise, host)
  session
    .check(seed, () => undefined)
    .then(
      (report: CheckReport) => (result = stringify(report)),
      (error: unknown) => (result = `!${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    )
}

/** The report as JSON; null while there is none, `!` and a message where the engine itself failed. */
export function read(): string | null {
  return result
}
