// What the command line says: how it's used, and what is wrong, in the language that the arguments or the environment ask
// for. The texts about arguments are its own (messages/command-line.*.md, usage.*.txt), so that the page doesn't carry
// them; all others are those of messages/.

import { parseArgs } from 'node:util'
import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import en from '../messages/command-line.en.md?raw'
import zh from '../messages/command-line.zh.md?raw'
import { render, type Language, type Message } from '../messages/index.ts'
import { fillMessage, parseMessages } from '../messages/message-text.ts'
import usageEn from '../messages/usage.en.txt?raw'
import usageZh from '../messages/usage.zh.txt?raw'

/** The commands, in the order in which they are named. */
export const COMMANDS = ['run', 'plan', 'check', 'savepoint'] as const
/** One of them. */
export type Command = (typeof COMMANDS)[number]

const LANGUAGES: readonly Language[] = ['en', 'zh']
const TABLES = { en: parseMessages(en), zh: parseMessages(zh) }
const USAGES = { en: usageEn, zh: usageZh }

/** How a command is used, or without one which commands there are. Ends with a line feed. */
export function usageOf(command: Command | null, language: Language): string {
  // Both are told of together: plan takes what run takes.
  const title = command === null ? 'streambed' : command === 'plan' ? 'run' : command
  const section = USAGES[language].split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? ''
  return `${section.slice(title.length).trim()}\n`
}

/** `file:line:column: what`, and in the next line `what to do [CODE]`. */
export function diagnosticText(diagnostic: Diagnostic, language: Language): string {
  const { span, code } = diagnostic
  const place = span === null ? '' : `${span.file}:${span.line}:${span.column}: `
  const { what, todo } = messageOf(diagnostic, language)
  return `${place}${what}${todo === '' ? '' : `\n  ${todo}`}  [${code}]`
}

/** Says them on standard error. */
export function report(diagnostics: readonly Diagnostic[], language: Language): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${diagnosticText(diagnostic, language)}\n`)
}

/**
 * What `read` makes of the arguments. Or an exit status: 2 after its LearnerError was said, 0 after the usage, where it gives
 * null since that is what's asked for.
 */
export function understood<T extends object>(
  { args, command }: { readonly args: readonly string[]; readonly command: Command | null },
  read: () => T | null,
): T | number {
  const language = languageOf(args)
  try {
    const found = read()
    if (found !== null) return found
    process.stdout.write(usageOf(command, language))
    return 0
  } catch (error) {
    if (!(error instanceof LearnerError)) throw error
    report([{ code: error.code, params: error.params, span: null }], language)
    return 2
  }
}

/** The language to speak: that of --lang, wherever it stands among arguments that may be mistaken, or the environment's. */
export function languageOf(args: readonly string[]): Language {
  const env = process.env['LC_ALL'] || process.env['LANG']
  return languageNamed(givenLanguage(args) ?? '') ?? languageNamed(env ?? '') ?? 'en'
}

/** Throws LearnerError for a --lang that isn't spoken here. */
export function requireKnownLanguage(args: readonly string[]): void {
  const value = givenLanguage(args)
  if (value === null || languageNamed(value) !== null) return
  throw new LearnerError('COMMAND_LANGUAGE_UNKNOWN', { value, choices: LANGUAGES.join(', ') })
}

function messageOf(diagnostic: Diagnostic, language: Language): Message {
  const own = TABLES[language].get(diagnostic.code)
  return own === undefined ? render(diagnostic, language) : fillMessage(own, diagnostic.params)
}

/** Null where there is none, or none after it. */
function givenLanguage(args: readonly string[]): string | null {
  const { lang } = parseArgs({ args: [...args], options: { lang: { type: 'string' } }, strict: false }).values
  return typeof lang === 'string' ? lang : null
}

/** `zh`, `zh-CN`, `zh_CN.UTF-8`: the language of a tag. */
function languageNamed(tag: string): Language | null {
  const [name] = tag.toLowerCase().split(/[-_.@]/)
  return LANGUAGES.find((language) => language === name) ?? null
}
