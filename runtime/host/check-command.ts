// streambed check <exercise> <dir|file>: the answer compiled and its types checked here, its runs made in a process that
// doesn't trust it. Says what the page would say, as text or as Exercism's results.json v3.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Language } from '../messages/index.ts'
import type { SourceText } from '../sandbox/compile.ts'
import { checkInProcess, type CheckBundles } from './check-process.ts'
import type { CheckReport } from './check-report.ts'
import { diagnosticText, reportAsResults, reportAsText } from './check-text.ts'
import { typeErrors } from './check-types.ts'
import { compileExercise, exerciseNames, readExercise, type Exercise } from './exercise-folder.ts'

/** The options of `streambed check`. */
export const CHECK_USAGE = `  <exercise>          the folder's name under exercises/, like 01-fraud-flag
  <dir|file>          the answer: a folder with the files of start/ that it changes, or the one file to be written
  --format <text|json>  json is Exercism's results.json, version 3
  --seed <n>          draws other arrival orders and schedules, 1 unless given
  --timeout <s>       longest the check may take, 60 unless given
  --memory <mb>       most memory its process may use, 512 unless given
  --hash              a last line {"hash":"…"} over all runs, in text format

  Exit status: 0 passed, 1 failed, 2 couldn't be run.
`

interface CheckOptions {
  readonly format: 'text' | 'json'
  readonly language: Language
  readonly seed: number
  readonly seconds: number
  readonly megabytes: number
  readonly hash: boolean
}

interface CheckArguments {
  readonly exercise: string
  readonly answer: string
  readonly options: CheckOptions
}

/** Runs the command; gives its exit status. `languageOf` reads a language tag. */
export async function checkCommand(args: readonly string[], languageOf: (tag: string) => Language): Promise<number> {
  const parsed = readArguments(args, languageOf)
  if ('usage' in parsed) {
    const usage = `Usage: streambed check <exercise> <dir|file> [options]\n\n${CHECK_USAGE}`
    if (parsed.usage === 'asked for') process.stdout.write(usage)
    else process.stderr.write(`${parsed.usage}\n\n${usage}`)
    return parsed.usage === 'asked for' ? 0 : 2
  }
  const { exercise: name, answer, options } = parsed
  const bundles = JSON.parse(process.env['STREAMBED_CHECK'] ?? '{}') as CheckBundles
  const names = exerciseNames(path.join(bundles.root, 'exercises'))
  if (!names.includes(name))
    return refuse(name, options, [trouble('EXERCISE_UNKNOWN', { name, names: names.join(', ') })])
  const exercise = readExercise(bundles.root, name)
  const own = readAnswer(exercise, answer)
  if ('code' in own) return refuse(name, options, [own])
  const compiled = compileExercise(exercise, own)
  const types = ownFirst(typeErrors(answerFiles(exercise, own), readFileSync(bundles.types, 'utf8')), own)
  const diagnostics = [
    ...compiled.diagnostics,
    ...types.filter(({ span }) => !isSaid(compiled.diagnostics, span?.line)),
  ]
  if (compiled.job === null || exercise.jobs === null || diagnostics.length > 0) {
    return refuse(name, options, diagnostics.length > 0 ? diagnostics : [trouble('EXERCISE_BROKEN', { name })])
  }
  const request = { job: compiled.job, exercise: exercise.jobs, seed: options.seed }
  const report = await checkInProcess(request, bundles, options)
  if ('code' in report) return refuse(name, options, [report])
  return conclude(report, explanationOf(report, bundles.root, options.language), options)
}

function conclude(report: CheckReport, why: string | null, options: CheckOptions): number {
  const { language } = options
  const text =
    options.format === 'json'
      ? JSON.stringify(reportAsResults(report, why, language), null, 2)
      : reportAsText(report, why, language)
  process.stdout.write(`${text}\n`)
  if (options.hash && options.format === 'text') process.stdout.write(`${JSON.stringify({ hash: report.hash })}\n`)
  return { passed: 0, failed: 1, error: 2 }[report.verdict]
}

/** Says why nothing could be checked. */
function refuse(exercise: string, options: CheckOptions, diagnostics: readonly Diagnostic[]): number {
  const report: CheckReport = { exercise, verdict: 'error', checks: [], explanation: null, hash: '', diagnostics }
  if (options.format === 'json') {
    process.stdout.write(`${JSON.stringify(reportAsResults(report, null, options.language), null, 2)}\n`)
  } else {
    for (const diagnostic of diagnostics) process.stderr.write(`${diagnosticText(diagnostic, options.language)}\n`)
  }
  return 2
}

/** The words about the mistake that was recognised: wrong/<name>/why.<language>.md. */
function explanationOf({ exercise, explanation }: CheckReport, root: string, language: Language): string | null {
  if (explanation === null) return null
  const file = path.join(root, 'exercises', exercise, 'wrong', explanation, `why.${language}.md`)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null
}

/** A folder's TypeScript files, or one file, which stands for the one to be written if it has no name of start/. */
function readAnswer(exercise: Exercise, answer: string): readonly SourceText[] | Diagnostic {
  const { files, rules } = exercise
  const known = files.map(({ name }) => name)
  if (!existsSync(answer)) return trouble('ANSWER_NOT_THERE', { answer })
  if (statSync(answer).isDirectory()) {
    const names = readdirSync(answer).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    if (!names.some((name) => known.includes(name))) {
      return trouble('ANSWER_EMPTY', { answer, files: rules.edit.join(', ') })
    }
    return names.map((name) => ({ name, text: readFileSync(path.join(answer, name), 'utf8') }))
  }
  const base = path.basename(answer)
  const name = known.includes(base) ? base : rules.edit.length === 1 ? (rules.edit[0] as string) : null
  if (name === null) return trouble('ANSWER_FILE_UNKNOWN', { file: base, files: known.join(', ') })
  return [{ name, text: readFileSync(answer, 'utf8') }]
}

function answerFiles({ files }: Exercise, own: readonly SourceText[]): SourceText[] {
  return [...files.filter(({ name }) => !own.some((file) => file.name === name)), ...own]
}

/** What is wrong in the answer; what doesn't fit it elsewhere follows from that, and is said only where it's all there is. */
function ownFirst(errors: readonly Diagnostic[], own: readonly SourceText[]): readonly Diagnostic[] {
  const ofAnswer = errors.filter(({ span }) => own.some(({ name }) => name === span?.file))
  return ofAnswer.length > 0 ? ofAnswer : errors
}

function isSaid(diagnostics: readonly Diagnostic[], line: number | undefined): boolean {
  return diagnostics.some(({ span }) => span !== null && span.line === line)
}

function trouble(code: string, params: Diagnostic['params']): Diagnostic {
  return { code, params, span: null }
}

function readArguments(
  args: readonly string[],
  languageOf: (tag: string) => Language,
): CheckArguments | { readonly usage: string } {
  const usage = (why: string): { readonly usage: string } => ({ usage: why })
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'text' },
        lang: { type: 'string' },
        seed: { type: 'string', default: '1' },
        timeout: { type: 'string', default: '60' },
        memory: { type: 'string', default: '512' },
        hash: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const [exercise, answer, ...rest] = positionals
    if (values.help) return usage('asked for')
    if (exercise === undefined || answer === undefined || rest.length > 0) {
      return usage('streambed check takes an exercise and an answer to it.')
    }
    const { format } = values
    if (format !== 'text' && format !== 'json') return usage(`--format is text or json, not "${format}".`)
    const numbers = { seed: Number(values.seed), seconds: Number(values.timeout), megabytes: Number(values.memory) }
    if (!Number.isSafeInteger(numbers.seed)) return usage(`--seed takes a whole number, not "${values.seed}".`)
    if (!(numbers.seconds > 0)) return usage(`--timeout takes seconds, not "${values.timeout}".`)
    if (!(numbers.megabytes >= 64)) return usage(`--memory takes megabytes from 64 on, not "${values.memory}".`)
    const language = languageOf(values.lang ?? process.env['LC_ALL'] ?? process.env['LANG'] ?? '')
    return { exercise, answer, options: { format, language, hash: values.hash, ...numbers } }
  } catch (error) {
    return usage((error as Error).message)
  }
}
