// A run as somebody else can have it made: the page's files with what was changed in them, which run, its settings, what is
// done to it, and the run that gave the savepoint it starts from. All of it is plain data, and what fixes a run is in it.
import type { CheckInput, RunIntervention } from '../../runtime/host/protocol.ts'
import { faultOfName, type JobFile } from '../notebook/job-files.ts'
import { parseSettings, type PageSettings } from '../kernel/run-settings.ts'

export interface SharedRun {
  /** Files that differ from the page's own. */
  readonly files: readonly JobFile[]
  /** The file that the job starts in. */
  readonly entry: string
  /** Id of the lesson's run; null where a page has none. */
  readonly run: string | null
  /** Of a run that a check has made small: what its sources give. Null for any other. */
  readonly inputs: readonly SharedInput[] | null
  readonly settings: PageSettings
  /** What is done to the cluster; what is wrong with it the engine says. */
  readonly interventions: readonly RunIntervention[]
  /** Null for a run that starts with nothing. */
  readonly start: SharedStart | null
}

/** What one source gives. */
export type SharedInput = Pick<CheckInput, 'source' | 'records'>

/** A savepoint, or a checkpoint that outlived its job, told as the run that gives it: executed again, the same, to the byte. */
export interface SharedStart {
  readonly of: SharedRun
  readonly path: string
  /** A savepoint is there once it's complete, such a checkpoint once its run has ended. */
  readonly kind: 'savepoint' | 'checkpoint'
  /** Virtual ms at which it was complete. */
  readonly atMs: number
  readonly allowsLeftState: boolean
}

const NO_FILES = { files: [], entry: '' }
/** Runs that started from savepoints of runs that started from savepoints: at most so many. */
const MOST_STARTS = 8

/** Anybody can write a link, so nothing in it is taken for granted. Null for what is no run. */
export function sharedRunOf(value: unknown, depth = 0): SharedRun | null {
  const given = fieldsOf(value)
  const { files, entry, run, inputs = null, settings, interventions = [], start = null } = given
  if (typeof entry !== 'string' || !Array.isArray(files) || !files.every(isFile)) return null
  if (run !== null && typeof run !== 'string') return null
  if (!Array.isArray(interventions) || !interventions.every(isIntervention)) return null
  if (inputs !== null && !(Array.isArray(inputs) && inputs.every(isInput))) return null
  const started = start === null ? null : startOf(start, depth + 1)
  if (start !== null && started === null) return null
  return {
    files,
    entry,
    run,
    inputs,
    settings: parseSettings(JSON.stringify(settings)),
    interventions,
    start: started,
  }
}

function startOf(value: unknown, depth: number): SharedStart | null {
  const { of, path, kind, atMs, allowsLeftState } = fieldsOf(value)
  const run = depth > MOST_STARTS ? null : sharedRunOf(of, depth)
  if (run === null || typeof path !== 'string' || typeof atMs !== 'number') return null
  return {
    of: run,
    path,
    kind: kind === 'checkpoint' ? 'checkpoint' : 'savepoint',
    atMs,
    allowsLeftState: allowsLeftState === true,
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isIntervention(one: unknown): one is RunIntervention {
  const { event, action } = fieldsOf(one)
  return typeof event === 'number' && typeof action === 'object' && action !== null
}

function isInput(one: unknown): one is SharedInput {
  const { source, records } = fieldsOf(one)
  return typeof source === 'string' && Array.isArray(records)
}

function isFile(file: unknown): file is JobFile {
  const { name, text } = fieldsOf(file)
  return typeof name === 'string' && faultOfName(NO_FILES, name, null) === null && typeof text === 'string'
}
