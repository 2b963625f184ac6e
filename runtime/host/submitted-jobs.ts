// Jobs that a run has beside its first: loaded before it begins, submitted to its cluster at their times, and told at the
// end. Each is compiled, planned and seeded as if it ran alone.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import { JobSubmissions } from '../cluster/job-submissions.ts'
import { withInputs, type Plan } from '../graph/plan.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import { failureDiagnostic } from './errors.ts'
import type { FrameWriter } from './frame-writer.ts'
import type { JobProgram } from './job-program.ts'
import type { JobOutcome, RunSettings } from './protocol.ts'
import { inputsWithoutSource } from './run-settings-check.ts'
import { leftovers, rescaleOutcomes, savepointOutcome } from './savepoints.ts'

/** A job that is ready to be submitted. */
export interface LoadedJob {
  readonly job: CompiledJob
  readonly plan: Plan
  readonly program: JobProgram
  readonly atUs: number
}

type Load = (
  job: CompiledJob,
  settings: RunSettings,
) => Promise<{ readonly program: JobProgram | null; readonly diagnostics: readonly Diagnostic[] }>

/** In the order of submission; the diagnostics of the first that can't be. */
export async function loadJobs(settings: RunSettings, first: Plan, load: Load): Promise<LoadedJob[] | Diagnostic[]> {
  const { jobs = [], seed = 1, files = {}, parallelism = 1 } = settings
  const loaded: LoadedJob[] = []
  for (const asked of jobs.slice().sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))) {
    const { job, atMs = 0, inputs = {} } = asked
    const own = { seed, files, inputs, parallelism: asked.parallelism ?? parallelism }
    const { program, diagnostics } = await load(job, own)
    if (program === null) return [...diagnostics]
    const built = await program.plan(() => undefined)
    if (built.plan === null) return [...built.diagnostics]
    const wrong = inputsWithoutSource(built.plan, own)
    if (wrong.length > 0) return wrong
    const { tables, database } = built.plan
    if ((tables !== undefined || database !== undefined) && database !== first.database) {
      return [{ code: 'JOB_DATABASE', params: { job: loaded.length + 2 }, span: null }]
    }
    loaded.push({ job, plan: withInputs(built.plan, new Map(Object.entries(inputs))), program, atUs: atMs * 1000 })
  }
  return loaded
}

/** They join the cluster of the first, now or when it's time; nobody hears of them without frames. */
export function submitJobs(
  { cluster }: JobExecution,
  jobs: readonly LoadedJob[],
  frames: FrameWriter | null,
): JobSubmissions {
  const submissions = jobs.map(({ atUs, plan, program }, i) => {
    const observer = frames?.observerOf(i + 2) ?? null
    return { atUs, parts: { plan, observer, instantiate: program.instantiate.bind(program) } }
  })
  return new JobSubmissions(cluster, submissions)
}

/** What became of all jobs. */
export function jobOutcomes(
  first: JobExecution,
  { submitted }: JobSubmissions,
  jobs: readonly LoadedJob[],
): JobOutcome[] {
  return [first, ...submitted].map((execution, i) => {
    const { id, plan, state, failure } = execution
    const { job } = jobs[i - 1] ?? { job: null }
    return {
      ...{ id, name: plan.name, state },
      diagnostics: failure === null || job === null ? [] : [failureDiagnostic(failure, job, execution)],
      checkpoints: i === 0 ? [] : leftovers(execution, endOf(state)).checkpoints,
      savepoints: i === 0 ? [] : execution.actions.savepoints.map((taken) => savepointOutcome(taken, execution)),
      rescales: i === 0 ? [] : rescaleOutcomes(execution),
    }
  })
}

function endOf(state: JobExecution['state']): 'finished' | 'failed' | 'stopped' {
  return state === 'FINISHED' ? 'finished' : state === 'FAILED' ? 'failed' : 'stopped'
}
