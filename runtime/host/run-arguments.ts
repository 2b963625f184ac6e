// The arguments of `streambed run` and `streambed plan`: the job files, what is printed, and the settings of the run with
// the files that they name. A mistake is thrown as a LearnerError, and so is a file that can't be read.

import { parseArgs } from 'node:util'
import { LearnerError } from '../base/diagnostic.ts'
import type { Language } from '../messages/index.ts'
import { pair, probablyMeant, readOptions, virtualTime, wholeNumber } from './command-arguments.ts'
import { COMMANDS, languageOf, requireKnownLanguage, type Command } from './command-text.ts'
import type { InputRecord, RunSettings } from './protocol.ts'
import { MOST_PARALLELISM, RUN_SAVEPOINT_OPTIONS, savepointSettings, textOf } from './savepoint-command.ts'

/** What is printed, where files go, and how the jobs run. */
export interface RunOptions {
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

export interface RunArguments {
  readonly file: string
  /** Submitted to the first one's cluster. */
  readonly others: readonly { readonly file: string; readonly atMs: number }[]
  readonly options: RunOptions
}

/** As parseArgs takes them. */
export const RUN_OPTIONS = {
  json: { type: 'boolean', default: false },
  hash: { type: 'boolean', default: false },
  parallelism: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  until: { type: 'string' },
  'submit-at': { type: 'string', multiple: true, default: [] as string[] },
  cancel: { type: 'string', multiple: true, default: [] as string[] },
  slots: { type: 'string' },
  input: { type: 'string', multiple: true, default: [] as string[] },
  file: { type: 'string', multiple: true, default: [] as string[] },
  files: { type: 'boolean', default: false },
  lang: { type: 'string' },
  ...RUN_SAVEPOINT_OPTIONS,
  help: { type: 'boolean', default: false },
} as const

/** The command, and the arguments without it; null where the usage is asked for. */
export function readCommand(
  args: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | null {
  requireKnownLanguage(args)
  const config = { args: [...args], options: RUN_OPTIONS, strict: false, allowPositionals: true, tokens: true } as const
  const first = parseArgs(config).tokens.find(({ kind }) => kind === 'positional')
  if (first === undefined) {
    const { values } = readOptions(args, null, RUN_OPTIONS)
    if (values.help) return null
    throw new LearnerError('COMMAND_MISSING', { commands: COMMANDS.join(', ') })
  }
  const word = args[first.index] ?? ''
  const command = COMMANDS.find((name) => name === word)
  if (command === undefined) {
    // What isn't known before it may have taken its own value for the command.
    readOptions(args.slice(0, first.index), null, RUN_OPTIONS)
    const meant = probablyMeant(word, COMMANDS)
    throw new LearnerError('COMMAND_UNKNOWN', {
      command: word,
      commands: COMMANDS.join(', '),
      ...(meant !== null && { nearest: meant }),
    })
  }
  // The others have options of their own, which may take values.
  const isOfRun = command === 'run' || command === 'plan'
  if (first.index > 0 && !isOfRun) throw new LearnerError('COMMAND_LATE', { command })
  return { command, rest: args.filter((_, index) => index !== first.index) }
}

/** Reads what comes with the command; null where only its usage is asked for. */
export function readRunArguments(args: readonly string[], command: 'run' | 'plan'): RunArguments | null {
  requireKnownLanguage(args)
  const { values, positionals } = readOptions(args, command, RUN_OPTIONS)
  if (values.help) return null
  const [file, ...rest] = positionals
  if (file === undefined) throw new LearnerError('COMMAND_JOB_FILE', { command })
  if (command === 'plan' && rest.length > 0) throw new LearnerError('COMMAND_PLAN_JOBS', { count: positionals.length })
  const slots = values.slots === undefined ? null : wholeNumber('--slots', values.slots, { least: 1 })
  const settings = {
    parallelism: wholeNumber('--parallelism', values.parallelism, { least: 1, most: MOST_PARALLELISM }),
    seed: wholeNumber('--seed', values.seed),
    untilMs: values.until === undefined ? null : virtualTime('--until', values.until),
    speed: null,
    cancelsAt: values.cancel.map((value) => readCancel(value, positionals.length)),
    ...(slots === null ? {} : { cluster: { slotsPerTaskManager: slots } }),
    inputs: Object.fromEntries(values.input.map(readInput)),
    files: Object.fromEntries(values.file.map(readVirtualFile)),
    ...savepointSettings(values),
  }
  requireReached(settings)
  const { json, hash, files, savepointPath, outside } = values
  const times = values['submit-at'].map((value) => virtualTime('--submit-at', value))
  const others = rest.map((other, i) => ({ file: other, atMs: times[i] ?? 0 }))
  return { file, others, options: { json, hash, files, savepointPath, outside, language: languageOf(args), settings } }
}

/** What is to be done at a time that the run doesn't reach: nothing would come of it, without a word. */
function requireReached(settings: Pick<RunSettings, 'savepointsAt' | 'rescalesAt' | 'untilMs'>): void {
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

/** `1@5000` */
function readCancel(value: string, count: number): { readonly job: number; readonly atMs: number } {
  const [number, ms] = pair('--cancel', value, '<job>@<ms>')
  const job = wholeNumber('--cancel', number, { least: 1 })
  if (job > count) throw new LearnerError('COMMAND_CANCEL_JOB', { value, count })
  return { job, atMs: virtualTime('--cancel', ms) }
}

/** `name=file.jsonl`; a first line that only says what the file is (as in lessons) is passed over. */
function readInput(value: string): [string, InputRecord[]] {
  const [source, file] = pair('--input', value, '<source>=<file.jsonl>')
  const lines = textOf(file).split('\n').entries()
  const records = Array.from(lines).flatMap(([index, line]): InputRecord[] => {
    if (line.trim() === '') return []
    const record = recordIn(line)
    if (record === null) throw new LearnerError('COMMAND_INPUT_LINE', { file, line: index + 1 })
    return index === 0 && 'source' in record && !('value' in record) ? [] : [record]
  })
  return [source, records]
}

/** Null for what isn't an object in JSON. */
function recordIn(line: string): InputRecord | null {
  try {
    const record = JSON.parse(line) as InputRecord | null
    return typeof record === 'object' ? record : null
  } catch {
    return null
  }
}

/** `/path/in/the/run=local-file`. */
function readVirtualFile(value: string): [string, string] {
  const [virtual, file] = pair('--file', value, '</path>=<file>')
  return [virtual, textOf(file)]
}
