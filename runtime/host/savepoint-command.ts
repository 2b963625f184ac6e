// streambed savepoint <file>: what a savepoint holds, as a table or as JSON. And what `streambed run` does with savepoints:
// reads the one it starts from, and writes those that come of it.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import { choice, pair, readOptions, virtualTime, wholeNumber } from './command-arguments.ts'
import { languageOf, report, requireKnownLanguage, understood } from './command-text.ts'
import type { RunOutcome, RunSavepoint, RunSettings, SavepointFile } from './protocol.ts'
import { savepointText } from './savepoint-text.ts'
import { inspectSavepoint } from './savepoints.ts'

/** The options of `streambed run` that are about savepoints, as parseArgs takes them. */
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

/** Highest parallelism that a run can be given. */
export const MOST_PARALLELISM = 128
const CLAIM_MODES = ['CLAIM', 'NO_CLAIM'] as const

/** As parseArgs takes them. */
export const SAVEPOINT_OPTIONS = {
  rows: { type: 'string', default: '20' },
  json: { type: 'boolean', default: false },
  lang: { type: 'string' },
  help: { type: 'boolean', default: false },
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

/** What of a run's settings the options say. Throws LearnerError for what isn't understood or can't be read. */
export function savepointSettings(
  args: SavepointArguments,
): Pick<RunSettings, 'savepoint' | 'savepointsAt' | 'rescalesAt' | 'outside'> {
  const { fromSavepoint: file, allowNonRestoredState, 'stop-at': stopAt, outside } = args
  const taken = args['savepoint-at'].map((text) => ({
    atMs: virtualTime('--savepoint-at', text),
    stop: 'none' as const,
  }))
  const stop = args.drain ? ('drain' as const) : ('suspend' as const)
  const stopped = stopAt === undefined ? [] : [{ atMs: virtualTime('--stop-at', stopAt), stop }]
  if (args.drain && stopAt === undefined) throw new LearnerError('COMMAND_DRAIN')
  const claimMode = args.claimMode === undefined ? undefined : choice('--claimMode', args.claimMode, CLAIM_MODES)
  const savepoint: RunSavepoint | null =
    file === undefined
      ? null
      : {
          ...{ file, text: textOf(file) },
          ...(allowNonRestoredState === undefined ? {} : { allowNonRestoredState }),
          ...(claimMode === undefined ? {} : { claimMode }),
        }
  const rescalesAt = args['rescale-at'].map((text) => {
    const [ms, parallelism] = pair('--rescale-at', text, '<ms>:<n>')
    const atMs = virtualTime('--rescale-at', ms)
    return { atMs, parallelism: wholeNumber('--rescale-at', parallelism, { least: 1, most: MOST_PARALLELISM }) }
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

/** Runs `streambed savepoint`; gives its exit status. */
export function savepointCommand(args: readonly string[]): number {
  const parsed = understood({ args, command: 'savepoint' }, () => readArguments(args))
  if (typeof parsed === 'number') return parsed
  const { file, rows, json } = parsed
  const language = languageOf(args)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    report([{ code: 'FILE_UNREADABLE', params: { file, error: (error as Error).message }, span: null }], language)
    return 1
  }
  const { view, diagnostic } = inspectSavepoint({ file, text }, rows)
  if (diagnostic !== null) {
    report([diagnostic], language)
    return 1
  }
  process.stdout.write(`${json ? JSON.stringify(view, null, 2) : savepointText(view, language)}\n`)
  return 0
}

function readArguments(
  args: readonly string[],
): { readonly file: string; readonly rows: number; readonly json: boolean } | null {
  requireKnownLanguage(args)
  const { values, positionals } = readOptions(args, 'savepoint', SAVEPOINT_OPTIONS)
  if (values.help) return null
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) {
    throw new LearnerError('COMMAND_SAVEPOINT_FILE', { count: positionals.length })
  }
  return { file, rows: wholeNumber('--rows', values.rows, { least: 0 }), json: values.json }
}
