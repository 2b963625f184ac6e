// Arguments of a command, read as Node's parseArgs reads them, and refused in our own words: everything here that finds a
// mistake throws a LearnerError, with the option as it was written.

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { LearnerError } from '../base/diagnostic.ts'
import { nearest } from '../base/nearest.ts'
import type { Command } from './command-text.ts'

type OptionsConfig = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>
>

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly index: number
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** Options and names of this command, or of none yet. */
export function readOptions<const O extends OptionsConfig>(
  args: readonly string[],
  command: Command | null,
  options: O,
): Parsed<O> {
  const config = { args: [...args], options, allowPositionals: true } as const
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'option') requireFitting(token, { written: args[token.index] ?? '', command, options })
  }
  return parseArgs(config)
}

/** Throws LearnerError for what isn't a whole number within the bounds. */
export function wholeNumber(
  option: string,
  value: string,
  bounds: { readonly least?: number; readonly most?: number } = {},
): number {
  const number = numberIn(value)
  const { least = -Infinity, most = Infinity } = bounds
  if (Number.isSafeInteger(number) && number >= least && number <= most) return number
  throw new LearnerError('COMMAND_NUMBER', { option, value, ...bounds })
}

/** A virtual time in ms. */
export function virtualTime(option: string, value: string): number {
  const ms = numberIn(value)
  if (Number.isFinite(ms) && ms >= 0) return ms
  throw new LearnerError('COMMAND_TIME', { option, value })
}

/** Real seconds, at least a little. */
export function positiveSeconds(option: string, value: string): number {
  const seconds = numberIn(value)
  if (Number.isFinite(seconds) && seconds > 0) return seconds
  throw new LearnerError('COMMAND_SECONDS', { option, value })
}

/** One of these words, in whichever case it's written. */
export function choice<const W extends string>(option: string, value: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase())
  if (word !== undefined) return word
  throw new LearnerError('COMMAND_CHOICE', { option, value, choices: words.join(', ') })
}

/** Both parts of a value, neither of them empty, as `form` shows it: `<job>@<ms>`. The second has the rest. */
export function pair(option: string, value: string, form: string): readonly [string, string] {
  const separator = /[@:=]/.exec(form)?.[0] ?? ''
  const at = value.indexOf(separator)
  if (at > 0 && at < value.length - 1) return [value.slice(0, at), value.slice(at + 1)]
  throw new LearnerError('COMMAND_FORM', { option, value, form })
}

/** The name most like what was written, if one is at all like it: letters change places easily, which is two slips. */
export function probablyMeant(word: string, names: readonly string[]): string | null {
  return nearest(word, names, Math.max(2, Math.floor(word.length / 3)))
}

function numberIn(text: string): number {
  return text.trim() === '' ? NaN : Number(text)
}

/** What parseArgs refuses in strict mode, of one option. `written`: the argument that it stands in. */
function requireFitting(
  { name, rawName: option, value, inlineValue = false }: OptionToken,
  {
    written,
    command,
    options,
  }: { readonly written: string; readonly command: Command | null; readonly options: OptionsConfig },
): void {
  const spec = Object.hasOwn(options, name) ? options[name] : undefined
  const [word = ''] = written.split('=')
  // `-seed 7` would be `-s` with the value `eed`.
  const isLongWithOneHyphen = /^-[^-]./.test(word) && Object.hasOwn(options, word.slice(1))
  if (spec === undefined || isLongWithOneHyphen) {
    const meant = probablyMeant(word.replace(/^-+/, ''), Object.keys(options))
    throw new LearnerError('COMMAND_OPTION_UNKNOWN', {
      option: word,
      ...(command !== null && { command }),
      ...(meant !== null && { nearest: `--${meant}` }),
    })
  }
  if (spec.type === 'boolean') {
    if (value !== undefined) throw new LearnerError('COMMAND_OPTION_WITH_VALUE', { option, value })
  } else if (value === undefined) {
    throw new LearnerError('COMMAND_OPTION_WITHOUT_VALUE', { option })
  } else if (!inlineValue && /^-./.test(value)) {
    throw new LearnerError('COMMAND_OPTION_WITHOUT_VALUE', { option, next: value })
  }
}
