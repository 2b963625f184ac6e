// streambed savepoint <file>: what a savepoint holds, as a table or as JSON. And what `streambed run` does with savepoints:
// reads the one it starts from, and writes those that come of it.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import type { RecoveryClaimMode } from '../graph/options.ts'
import type {
  RunOutcome,
  RunSavepoint,
  RunSettings,
  SavepointFile,
  SavepointOperatorView,
  SavepointView,
} from './protocol.ts'
import { inspectSavepoint } from './savepoints.ts'

/** The options of `streambed savepoint`. */
export const SAVEPOINT_USAGE = `  <file>              a savepoint that a run has written
  --rows <n>          at most so many rows of keyed state of each operator, 20 unless given
  --json              the same as JSON
`

/** The options of `streambed run` that are about savepoints. */
export const RUN_SAVEPOINT_USAGE = `  -s, --fromSavepoint <file>       start from this savepoint; virtual time goes on from where it was taken
  --claimMode <CLAIM|NO_CLAIM>     CLAIM deletes its file once the job needs it no more; NO_CLAIM unless given
  -n, --allowNonRestoredState      leave state behind that no operator claims
  --savepoint-at <ms>              take a savepoint at this virtual time; can be given several times
  --stop-at <ms>                   stop with a savepoint at this virtual time
  --drain                          stop so that windows and timers in event time fire first
  --rescale-at <ms>:<n>            change the parallelism at this virtual time; can be given several times
  --savepointPath <folder>         where savepoints and retained checkpoints are written, the current folder unless given
  --outside <file>                 topics, tables and written files live on: taken from this file if it's there, kept in it at the end
`

/** As parseArgs takes them. */
export const RUN_SAVEPOINT_OPTIONS = {
  fromSavepoint: { type: 'string', short: 's' },
  allowNonRestoredState: { type: 'boolean', short: 'n' },
  claimMode: { type: 'string' },
  'savepoint-at': { type: 'string', multiple: true, default: [] as string[] },
  'stop-at': { type: 'string' },
  'rescale-at': { type: 'string', multiple: true, default: [] as string[] },
  drain: { type: 'boolean', default: false },
  savepointPath: { type: 'string', default: '.' },
  outside: { type: 'string' },
} as const

interface SavepointArguments {
  readonly fromSavepoint?: string | undefined
  readonly allowNonRestoredState?: boolean | undefined
  readonly claimMode?: string | undefined
  readonly 'savepoint-at': readonly string[]
  readonly 'stop-at'?: string | undefined
  readonly 'rescale-at': readonly string[]
  readonly drain: boolean
  readonly outside?: string | undefined
}

/** What of a run's settings the options say. Throws what reading the file throws. */
export function savepointSettings(
  args: SavepointArguments,
): Pick<RunSettings, 'savepoint' | 'savepointsAt' | 'rescalesAt' | 'outside'> {
  const { fromSavepoint: file, allowNonRestoredState, 'stop-at': stopAt, outside } = args
  const taken = args['savepoint-at'].map((text) => ({ atMs: millis(text, 'savepoint-at'), stop: 'none' as const }))
  const stop = args.drain ? ('drain' as const) : ('suspend' as const)
  const stopped = stopAt === undefined ? [] : [{ atMs: millis(stopAt, 'stop-at'), stop }]
  if (args.drain && stopAt === undefined) throw new LearnerError('COMMAND_DRAIN')
  const mode = args.claimMode === undefined ? undefined : claimMode(args.claimMode)
  const savepoint: RunSavepoint | null =
    file === undefined
      ? null
      : {
          ...{ file, text: textOf(file) },
          ...(allowNonRestoredState === undefined ? {} : { allowNonRestoredState }),
          ...(mode === undefined ? {} : { claimMode: mode }),
        }
  const rescalesAt = args['rescale-at'].map((text) => {
    const [, ms, parallelism] = /^(\d+):(\d+)$/.exec(text) ?? []
    if (ms === undefined)
      throw new LearnerError('COMMAND_FORM', { option: '--rescale-at', value: text, form: '5000:3' })
    return { atMs: Number(ms), parallelism: Number(parallelism) }
  })
  return {
    ...{ savepointsAt: [...taken, ...stopped], rescalesAt },
    ...(savepoint === null ? {} : { savepoint }),
    ...(outside === undefined || !existsSync(outside) ? {} : { outside: { file: outside, text: textOf(outside) } }),
  }
}

/** A file that a command line names. Throws LearnerError where it can't be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new LearnerError('FILE_UNREADABLE', { file, error: (error as Error).message })
  }
}

/** What an option says in digits. Throws LearnerError for what is no number. */
export function numberOf(text: string, option: string): number {
  const number = text.trim() === '' ? NaN : Number(text)
  if (Number.isNaN(number)) throw new LearnerError('COMMAND_NUMBER', { option: `--${option}`, value: text })
  return number
}

function millis(text: string, option: string): number {
  const ms = numberOf(text, option)
  if (ms < 0) throw new LearnerError('COMMAND_NUMBER', { option: `--${option}`, value: text })
  return ms
}

function claimMode(text: string): RecoveryClaimMode {
  const mode = text.toUpperCase()
  if (mode === 'CLAIM' || mode === 'NO_CLAIM') return mode
  throw new LearnerError('COMMAND_FORM', { option: '--claimMode', value: text, form: 'CLAIM, NO_CLAIM' })
}

/** What is to be done at a time that the run doesn't reach: nothing would come of it, without a word. */
export function requireReached(settings: Pick<RunSettings, 'savepointsAt' | 'rescalesAt' | 'untilMs'>): void {
  const until = settings.untilMs ?? Infinity
  const asked = [
    ...(settings.savepointsAt ?? []).map(({ atMs, stop }) => ({
      atMs,
      option: stop === 'none' ? 'savepoint' : 'stop',
    })),
    ...(settings.rescalesAt ?? []).map(({ atMs }) => ({ atMs, option: 'rescale' })),
  ]
  for (const { atMs, option } of asked) {
    if (atMs > until) throw new LearnerError('COMMAND_AFTER_UNTIL', { option: `--${option}-at`, at: atMs, until })
  }
}

/** Writes what was taken and what was retained, says where, and gives back what is to be said of the others. */
export function writeSavepoints(
  outcome: Pick<RunOutcome, 'savepoints' | 'rescales' | 'checkpoints' | 'isSavepointGone'>,
  { folder, startedFrom }: { readonly folder: string; readonly startedFrom: string | undefined },
): Diagnostic[] {
  const unwritten: Diagnostic[] = []
  const write = (what: string, file: SavepointFile): void => {
    const place = path.join(folder, `${file.path.replace(/^[a-z]+:(\/\/)?/, '').replace(/^\/+/, '')}.json`)
    const failed = writeText(place, file.text)
    if (failed === null) process.stderr.write(`${what}. Path: ${place}\n`)
    else unwritten.push(failed)
  }
  for (const { file } of outcome.savepoints) if (file !== null) write('Savepoint completed', file)
  for (const file of outcome.checkpoints) write('Checkpoint retained', file)
  if (outcome.isSavepointGone && startedFrom !== undefined) rmSync(startedFrom, { force: true })
  return [...unwritten, ...[...outcome.savepoints, ...outcome.rescales].flatMap(({ diagnostic }) => diagnostic ?? [])]
}

/** Writes a file that a command line names, in a folder that is made if it isn't there. Why it can't, or null. */
export function writeText(file: string, text: string): Diagnostic | null {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    return null
  } catch (error) {
    return { code: 'FILE_UNWRITABLE', params: { file, error: (error as Error).message }, span: null }
  }
}

/** Runs `streambed savepoint`; gives its exit status. `report` says a diagnostic in a language. */
export function savepointCommand(
  args: readonly string[],
  report: (diagnostics: readonly Diagnostic[], lang: string | undefined) => void,
): number {
  const parsed = readArguments(args)
  if (parsed instanceof LearnerError) {
    report([{ code: parsed.code, params: parsed.params, span: null }], undefined)
    return 2
  }
  if (typeof parsed === 'string') {
    const said = parsed === '' ? '' : `${parsed}\n\n`
    process.stderr.write(`${said}Usage: streambed savepoint <file> [options]\n\n${SAVEPOINT_USAGE}`)
    return 2
  }
  const { file, rows, json, lang } = parsed
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    report([{ code: 'FILE_UNREADABLE', params: { file, error: (error as Error).message }, span: null }], lang)
    return 1
  }
  const { view, diagnostic } = inspectSavepoint({ file, text }, rows)
  if (diagnostic !== null) {
    report([diagnostic], lang)
    return 1
  }
  process.stdout.write(`${json ? JSON.stringify(view, null, 2) : savepointText(view)}\n`)
  return 0
}

interface InspectedFile {
  readonly file: string
  readonly rows: number
  readonly json: boolean
  readonly lang: string | undefined
}

function readArguments(args: readonly string[]): InspectedFile | LearnerError | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rows: { type: 'string', default: '20' },
        json: { type: 'boolean', default: false },
        lang: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    const [file, ...rest] = positionals
    if (values.help) return ''
    if (file === undefined || rest.length > 0) return 'streambed savepoint takes one file.'
    const rows = Number(values.rows)
    if (!Number.isSafeInteger(rows) || rows < 0)
      return new LearnerError('COMMAND_NUMBER', { option: '--rows', value: values.rows })
    return { file, rows, json: values.json, lang: values.lang }
  } catch (error) {
    return (error as Error).message
  }
}

function savepointText({ kind, checkpointId, takenMs, jobName, operators }: SavepointView): string {
  const head = `${kind} ${checkpointId} of “${jobName}”, taken at ${takenMs} ms`
  return [head, ...operators.flatMap((operator) => ['', ...operatorText(operator)])].join('\n')
}

function operatorText(operator: SavepointOperatorView): string[] {
  const { name, uid, operatorId, parallelism, maxParallelism, states, keyType, keyCount } = operator
  const keyed = keyType === null ? '' : `, ${keyCount} keys of ${keyType}`
  const head = `${name}  ${uid === null ? `id ${operatorId}` : `uid ${uid}`}  ×${parallelism} of ${maxParallelism}${keyed}`
  if (!operator.hasState) return [`${head}, no state`]
  const table = operator.keyed.map(({ keyGroup, subtask, key, window, state, value, timers }) => {
    const held = state === null ? timerText(timers) : value
    return [String(keyGroup), String(subtask), key, window ?? '', state ?? 'timers', held]
  })
  return [
    head,
    ...states.map(({ name: state, type, expires }) => `  ${state}: ${type}${expires ? ', with a time to live' : ''}`),
    ...inColumns([['group', 'subtask', 'key', 'window', 'state', 'value'], ...table], table.length),
    ...operator.operator.map(
      ({ state, mode, subtask, value }) => `  ${state} (${mode}) of subtask ${subtask}: ${value}`,
    ),
  ]
}

function timerText(timers: readonly { readonly time: number; readonly isEventTime: boolean }[]): string {
  return timers.map(({ time, isEventTime }) => `${isEventTime ? 'event' : 'processing'} time ${time}`).join(', ')
}

/** Columns as wide as they need; nothing where there are no rows. */
function inColumns(rows: readonly (readonly string[])[], count: number): string[] {
  if (count === 0) return []
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
