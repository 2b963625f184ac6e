// streambed run <job.ts> | streambed plan <job.ts>: jobs without a page, for grading and for scripts. Rows go to standard
// output in the order in which the sinks got them, everything said about the job to standard error.

import { sinkName } from '../cluster/job-observer.ts'
import { createJobGraph } from '../graph/job-graph.ts'
import type { Plan } from '../graph/plan.ts'
import { render } from '../messages/index.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import { checkCommand } from './check-command.ts'
import { languageOf, report, understood, usageOf } from './command-text.ts'
import { compileFile, nodeHost } from './node.ts'
import type { Frame, SinkRow } from './protocol.ts'
import { readCommand, readRunArguments, type RunOptions } from './run-arguments.ts'
import { savepointCommand, writeSavepoints, writeText } from './savepoint-command.ts'
import { EngineSession } from './session.ts'

/** Exit codes: 0 the job did what it was asked, 1 it failed, 2 the command wasn't understood. */
async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    process.stderr.write(usageOf(null, languageOf(args)))
    return 2
  }
  const asked = understood({ args, command: null }, () => readCommand(args))
  if (typeof asked === 'number') return asked
  const { command, rest } = asked
  if (command === 'savepoint') return savepointCommand(rest)
  if (command === 'check') return checkCommand(rest)
  const parsed = understood({ args: rest, command }, () => readRunArguments(rest, command))
  if (typeof parsed === 'number') return parsed
  const { file, others, options } = parsed
  const job = compile(file, options)
  const jobs = others.map(({ file: other, atMs }) => ({ job: compile(other, options), atMs }))
  if (job === null || !areCompiled(jobs)) return 1
  const session = new EngineSession(nodeHost, { shortensValues: false, traces: false })
  return command === 'run'
    ? run(session, job, { ...options, settings: { ...options.settings, jobs } })
    : plan(session, job, options)
}

async function run(session: EngineSession, job: CompiledJob, options: RunOptions): Promise<number> {
  // A row's prefix depends on its sink's parallelism, which only the plan tells.
  const { jobs = [] } = options.settings
  const prefixes = options.json ? [] : await prefixesOf(session, [job, ...jobs.map((other) => other.job)], options)
  const prefixOf = (row: SinkRow): string => {
    const prefix = prefixes[(row.job ?? 1) - 1]?.(row) ?? ''
    return jobs.length > 0 ? `${row.job ?? 1}: ${prefix}` : prefix
  }
  const onFrame = (frame: Frame): Promise<void> => {
    for (const { text, cause } of frame.logs) {
      process.stderr.write(`${text}${cause === undefined ? '' : `: ${render(cause, options.language).what}`}\n`)
    }
    const lines = frame.rows.map((row) =>
      options.json ? jsonLine(row, jobs.length > 0) : `${prefixOf(row)}${row.text}`,
    )
    return write(lines)
  }
  const outcome = await session.run(job, options.settings, onFrame)
  const failures = writeSavepoints(outcome, {
    folder: options.savepointPath,
    startedFrom: options.settings.savepoint?.file,
  })
  // A run that never began has no outside to keep.
  const isKept = options.outside !== undefined && outcome.plan !== null
  const unkept = isKept ? writeText(options.outside, await session.outside()) : null
  if (unkept !== null) failures.push(unkept)
  report(failures, options.language)
  if (outcome.state === 'failed') {
    report(outcome.diagnostics, options.language)
    return 1
  }
  report(
    outcome.lateRecords.map(({ operator, dropped, at }) => ({
      code: 'LATE_RECORDS_DROPPED',
      params: { operator, dropped },
      span: at,
    })),
    options.language,
  )
  if (options.files) {
    await write(outcome.files.flatMap(({ path, state, text }) => [`${path} (${state})`, text.replace(/\n$/, '')]))
  }
  if (options.hash) await write([JSON.stringify({ hash: outcome.hash })])
  return failures.length > 0 ? 1 : 0
}

async function plan(session: EngineSession, job: CompiledJob, options: RunOptions): Promise<number> {
  const result = await session.plan(job, options.settings)
  if (result.plan === null) {
    report(result.diagnostics, options.language)
    return 1
  }
  await write([options.json ? JSON.stringify(result.plan, null, 2) : planText(result.plan)])
  return 0
}

function compile(file: string, options: RunOptions): CompiledJob | null {
  try {
    const { job, diagnostics } = compileFile(file)
    report(diagnostics, options.language)
    return job
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error
    report(
      [{ code: 'FILE_UNREADABLE', params: { file, error: (error as Error).message }, span: null }],
      options.language,
    )
    return null
  }
}

function jsonLine({ job, sink, kind, subtask, timestamp, value }: SinkRow, hasJobs: boolean): string {
  const number = hasJobs ? `"job":${job ?? 1},` : ''
  const change = kind === '+I' ? '' : `"kind":"${kind}",`
  // The value is JSON already.
  return `{${number}"sink":${JSON.stringify(sink)},${change}"subtask":${subtask},"timestamp":${timestamp},"value":${value}}`
}

/** What Flink's print puts before a row: identifier and subtask, as far as there are any. */
function printPrefix(planned: Plan): (row: SinkRow) => string {
  // Of vertices, since in batch mode the plan doesn't know how many subtasks there will be.
  const sinks = new Map(
    createJobGraph(planned).vertices.flatMap(({ nodes, parallelism }) =>
      nodes.flatMap((node) => {
        if (node.spec.kind !== 'sink') return []
        const { identifier } = node.spec.sink
        return [[sinkName(node, node.spec.sink), { identifier, isParallel: parallelism > 1 }] as const]
      }),
    ),
  )
  return ({ sink, subtask }) => {
    const { identifier = null, isParallel = false } = sinks.get(sink) ?? {}
    if (isParallel) return identifier === null ? `${subtask + 1}> ` : `${identifier}:${subtask + 1}> `
    return identifier === null ? '' : `${identifier}> `
  }
}

function planText(planned: Plan): string {
  const lines = planned.nodes.map((node) => {
    const inputs = node.inputs.map(({ node: id, partitioner }) => `${partitioner} ${id}`).join(', ')
    return `${node.id}  ${node.kind} "${node.name}" ×${node.parallelism}${inputs === '' ? '' : ` ← ${inputs}`}`
  })
  return [`${planned.name}  ${planned.hash}`, ...lines].join('\n')
}

/** Waits for a slow reader, so that an endless job doesn't fill memory. */
function write(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    process.stdout.write(`${lines.join('\n')}\n`, () => resolve())
  })
}

/** By job: what a row of it begins with. */
function prefixesOf(
  session: EngineSession,
  jobs: readonly CompiledJob[],
  options: RunOptions,
): Promise<((row: SinkRow) => string)[]> {
  return Promise.all(
    jobs.map(async (job) => {
      const { plan: planned } = await session.plan(job, options.settings)
      return planned === null ? () => '' : printPrefix(planned)
    }),
  )
}

function areCompiled(
  jobs: readonly { readonly job: CompiledJob | null; readonly atMs: number }[],
): jobs is readonly { readonly job: CompiledJob; readonly atMs: number }[] {
  return jobs.every(({ job }) => job !== null)
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: { code?: string }) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// Local time is UTC in every run, wherever it runs.
process.env['TZ'] = 'UTC'
process.exitCode = await main(process.argv.slice(2))
