// streambed check <exercise> <dir|file>: the answer compiled and its types checked here, its runs made in a process that
// doesn't trust it. Says what the page would say, as text or as Exercism's results.json v3.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import type { Language } from '../messages/index.ts'
import type { SourceText } from '../sandbox/compile.ts'
import { checkInProcess, type CheckBundles } from './check-process.ts'
import type { CheckReport } from './check-report.ts'
import { reportAsResults, reportAsText } from './check-text.ts'
import { typeErrors } from './check-types.ts'
import { choice, positiveSeconds, readOptions, wholeNumber } from './command-arguments.ts'
import { languageOf, report, requireKnownLanguage, understood } from './command-text.ts'
import { compileExercise, exerciseNames, readExercise, type Exercise } from './exercise-folder.ts'

/** As parseArgs takes them. */
export const CHECK_OPTIONS = {
  format: { type: 'string', default: 'text' },
  lang: { type: 'string' },
  seed: { type: 'string', default: '1' },
  timeout: { type: 'string', default: '60' },
  memory: { type: 'string', default: '512' },
  hash: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const FORMATS = ['text', 'json'] as const
const LEAST_MEGABYTES = 64

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

/** Runs the command; gives its exit status. */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const parsed = understood({ args, command: 'check' }, () => readArguments(args))
  if (typeof parsed === 'number') return parsed
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
  const checked = await checkInProcess(request, bundles, options)
  if ('code' in checked) return refuse(name, options, [checked])
  return conclude(checked, explanationOf(checked, bundles.root, options.language), options)
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
  const error: CheckReport = { exercise, verdict: 'error', checks: [], explanation: null, hash: '', diagnostics }
  if (options.format === 'json') {
    process.stdout.write(`${JSON.stringify(reportAsResults(error, null, options.language), null, 2)}\n`)
  } else {
    report(diagnostics, options.language)
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

function readArguments(args: readonly string[]): CheckArguments | null {
  requireKnownLanguage(args)
  const { values, positionals } = readOptions(args, 'check', CHECK_OPTIONS)
  if (values.help) return null
  const [exercise, answer, ...rest] = positionals
  if (exercise === undefined || answer === undefined || rest.length > 0) {
    throw new LearnerError('COMMAND_CHECK_NAMES', { count: positionals.length })
  }
  const options = {
    format: choice('--format', values.format, FORMATS),
    language: languageOf(args),
    seed: wholeNumber('--seed', values.seed),
    seconds: positiveSeconds('--timeout', values.timeout),
    megabytes: wholeNumber('--memory', values.memory, { least: LEAST_MEGABYTES }),
    hash: values.hash,
  }
  return { exercise, answer, options }
}
