// streambed run <job.ts> | streambed plan <job.ts>: jobs without a page, for grading and for scripts. Rows go to standard
// output in the order in which the sinks got them, everything said about the job to standard error.

import { parseArgs } from 'node:util'
import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import { sinkName } from '../cluster/job-observer.ts'
import { createJobGraph } from '../graph/job-graph.ts'
import type { Plan } from '../graph/plan.ts'
import { render, type Language } from '../messages/index.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import { CHECK_USAGE, checkCommand } from './check-command.ts'
import { compileFile, nodeHost } from './node.ts'
import {
  numberOf,
  requireReached,
  RUN_SAVEPOINT_OPTIONS,
  RUN_SAVEPOINT_USAGE,
  SAVEPOINT_USAGE,
  savepointCommand,
  savepointSettings,
  textOf,
  writeSavepoints,
  writeText,
} from './savepoint-command.ts'
import type { Frame, InputRecord, RunSettings, SinkRow } from './protocol.ts'
import { EngineSession } from './session.ts'

const USAGE = `Usage: streambed run <job.ts>… [options]   run a job and print what its sinks get; several run on one cluster
       streambed plan <job.ts> [options]   print the job's plan
       streambed check <exercise> <dir|file> [options]   check an answer to an exercise
       streambed savepoint <file> [options]   print what a savepoint holds

  --json              rows as JSON lines {"sink","subtask","timestamp","value"}, and a "kind" where one changes
                      or deletes another; of several jobs with "job" in front; for plan: the plan document
  --hash              a last line {"hash":"…"} over the whole run
  --parallelism <n>   default parallelism, 1 unless given
  --seed <n>          seed of the simulation, 1 unless given
  --until <ms>        end the job at this virtual time
  --submit-at <ms>    of several jobs: when the second is submitted, given again for the third, …; 0 unless given
  --cancel <job@ms>   cancel a job, counted from 1 in the order of submission, at this virtual time
  --slots <n>         the cluster has one TaskManager with so many slots; unless given as many as are asked for
  --input <s=file>    the source named s reads this file's lines {"value","atMs","timestamp"} instead of its own data
  --file <path=file>  the run's virtual file system has this file under this path, which begins with /
  --files             at the end also what file sinks have written, each file after a line with its path and state
  --lang <en|zh>      language of messages, from LANG unless given

Savepoints of run:

${RUN_SAVEPOINT_USAGE}
Of check:

${CHECK_USAGE}
Of savepoint:

${SAVEPOINT_USAGE}`

interface Options {
  readonly json: boolean
  readonly hash: boolean
  readonly files: boolean
  readonly language: Language
  /** Where savepoints are written. */
  readonly savepointPath: string
  /** Where the outside is kept at the end. */
  readonly outside: string | undefined
  readonly settings: RunSettings
}

/** Exit codes: 0 the job did what it was asked, 1 it failed, 2 the command wasn't understood. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'savepoint')
    return savepointCommand(args.slice(1), (found, lang) => report(found, usedLanguage(lang ?? langIn(args))))
  if (args[0] === 'check') return checkCommand(args.slice(1), languageOf)
  const parsed = readArguments(args)
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed === '' ? '' : `${parsed}\n\n`}${USAGE}`)
    return 2
  }
  if (parsed instanceof LearnerError) {
    report([{ code: parsed.code, params: parsed.params, span: null }], usedLanguage(langIn(args)))
    return 2
  }
  const { command, file, others, options } = parsed
  const job = compile(file, options)
  const jobs = others.map(({ file: other, atMs }) => ({ job: compile(other, options), atMs }))
  if (job === null || !areCompiled(jobs)) return 1
  const session = new EngineSession(nodeHost, { shortensValues: false, traces: false })
  return command === 'run'
    ? run(session, job, { ...options, settings: { ...options.settings, jobs } })
    : plan(session, job, options)
}

async function run(session: EngineSession, job: CompiledJob, options: Options): Promise<number> {
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

async function plan(session: EngineSession, job: CompiledJob, options: Options): Promise<number> {
  const result = await session.plan(job, options.settings)
  if (result.plan === null) {
    report(result.diagnostics, options.language)
    return 1
  }
  await write([options.json ? JSON.stringify(result.plan, null, 2) : planText(result.plan)])
  return 0
}

function compile(file: string, options: Options): CompiledJob | null {
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

function report(diagnostics: readonly Diagnostic[], language: Language): void {
  for (const diagnostic of diagnostics) {
    const { span } = diagnostic
    const place = span === null ? '' : `${span.file}:${span.line}:${span.column}: `
    const { what, todo } = render(diagnostic, language)
    process.stderr.write(`${place}${what}${todo === '' ? '' : `\n  ${todo}`}  [${diagnostic.code}]\n`)
  }
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
  options: Options,
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

interface ReadArguments {
  readonly command: 'run' | 'plan'
  readonly file: string
  /** Submitted to the first one's cluster. */
  readonly others: readonly { readonly file: string; readonly atMs: number }[]
  readonly options: Options
}

function readArguments(args: readonly string[]): ReadArguments | LearnerError | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        hash: { type: 'boolean', default: false },
        parallelism: { type: 'string' },
        seed: { type: 'string' },
        until: { type: 'string' },
        'submit-at': { type: 'string', multiple: true, default: [] },
        cancel: { type: 'string', multiple: true, default: [] },
        slots: { type: 'string' },
        input: { type: 'string', multiple: true, default: [] },
        file: { type: 'string', multiple: true, default: [] },
        files: { type: 'boolean', default: false },
        lang: { type: 'string' },
        ...RUN_SAVEPOINT_OPTIONS,
        help: { type: 'boolean', default: false },
      },
    })
    const [command, file, ...rest] = positionals
    if (values.help || command === undefined) return ''
    if (command !== 'run' && command !== 'plan') return new LearnerError('COMMAND_UNKNOWN', { command })
    if (file === undefined || (command === 'plan' && rest.length > 0))
      return new LearnerError('COMMAND_JOB_FILE', { command })
    const settings = {
      parallelism: numberOf(values.parallelism ?? '1', 'parallelism'),
      seed: numberOf(values.seed ?? '1', 'seed'),
      untilMs: values.until === undefined ? null : numberOf(values.until, 'until'),
      speed: null,
      cancelsAt: values.cancel.map(readCancel),
      ...(values.slots === undefined ? {} : { cluster: { slotsPerTaskManager: numberOf(values.slots, 'slots') } }),
      inputs: Object.fromEntries(values.input.map(readInput)),
      files: Object.fromEntries(values.file.map(readVirtualFile)),
      ...savepointSettings(values),
    }
    requireReached(settings)
    const { json, hash, files, savepointPath, outside } = values
    const language = usedLanguage(values.lang)
    const others = rest.map((other, i) => ({ file: other, atMs: numberOf(values['submit-at'][i] ?? '0', 'submit-at') }))
    return { command, file, others, options: { json, hash, files, savepointPath, outside, language, settings } }
  } catch (error) {
    // A file that can't be read isn't a mistaken command: no usage helps.
    return error instanceof LearnerError ? error : (error as Error).message
  }
}

/** `1@5000` */
function readCancel(option: string): { readonly job: number; readonly atMs: number } {
  const [, job, at] = /^(\d+)@(\d+)$/.exec(option) ?? []
  if (job === undefined) throw new LearnerError('COMMAND_FORM', { option: '--cancel', value: option, form: '1@5000' })
  return { job: Number(job), atMs: Number(at) }
}

/** `name=file.jsonl`; a first line that only says what the file is (as in lessons) is passed over. */
function readInput(option: string): [string, InputRecord[]] {
  const [source = '', ...rest] = option.split('=')
  const file = rest.join('=')
  if (source === '' || file === '')
    throw new LearnerError('COMMAND_FORM', { option: '--input', value: option, form: 'payments=silence.jsonl' })
  const lines = textOf(file).split('\n').entries()
  const records = Array.from(lines).flatMap(([index, line]): InputRecord[] => {
    if (line.trim() === '') return []
    try {
      const record = JSON.parse(line) as InputRecord
      return index === 0 && 'source' in record && !('value' in record) ? [] : [record]
    } catch {
      throw new LearnerError('COMMAND_INPUT_LINE', { file, line: index + 1 })
    }
  })
  return [source, records]
}

/** `/path/in/the/run=local-file`. */
function readVirtualFile(option: string): [string, string] {
  const [virtual = '', ...rest] = option.split('=')
  const file = rest.join('=')
  if (virtual === '' || file === '')
    throw new LearnerError('COMMAND_FORM', { option: '--file', value: option, form: '/data/words.txt=words.txt' })
  return [virtual, textOf(file)]
}

/** What `--lang` says, before the arguments could be read. */
function langIn(args: readonly string[]): string | undefined {
  return parseArgs({ args: [...args], options: { lang: { type: 'string' } }, strict: false }).values.lang as
    string | undefined
}

function usedLanguage(lang: string | undefined): Language {
  return languageOf(lang ?? process.env['LC_ALL'] ?? process.env['LANG'] ?? '')
}

function languageOf(tag: string): Language {
  return tag.startsWith('zh') ? 'zh' : 'en'
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: { code?: string }) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// Local time is UTC in every run, wherever it runs.
process.env['TZ'] = 'UTC'
process.exitCode = await main(process.argv.slice(2))
