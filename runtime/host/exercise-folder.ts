// An exercise on disk: exercises/<NN-name>/ with check.yaml, start/, solution/, wrong/<name>/ and inputs/. Its jobs are
// compiled here, once, for the page's build as for the command line: both check with the same text, to the byte.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { blankSourceFile } from 'ts-blank-space'
import ts from 'typescript'
import { compileJob, type CompiledJob, type SourceText } from '../sandbox/compile.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { fillMessage, parseMessages } from '../messages/message-text.ts'
import type { ExerciseJobs } from './check-report.ts'
import { readExerciseYaml, type ExerciseRules } from './exercise-yaml.ts'
import { readInputFile, type InputFile } from './input-file.ts'
import { Problems, type Problem } from './problem.ts'

/** Everything of an exercise but its texts. */
export interface Exercise {
  /** The folder's name. */
  readonly name: string
  readonly rules: ExerciseRules
  /** The files of start/. */
  readonly files: readonly SourceText[]
  readonly inputs: readonly InputFile[]
  /** The files of solution/. */
  readonly solution: readonly SourceText[]
  /** Null where the solution doesn't compile. */
  readonly jobs: ExerciseJobs | null
  /** Names of the folders in wrong/. */
  readonly wrong: readonly string[]
  readonly problems: readonly Problem[]
}

/** Names of the exercises in a folder, in order. */
export function exerciseNames(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
    .map(({ name }) => name)
    .sort()
}

/** Reads the exercise of this name. `root` is the folder that exercises/ is in. */
export function readExercise(root: string, name: string): Exercise {
  const folder = path.join(root, 'exercises', name)
  const problems: Problem[] = []
  const inputs = namesIn(path.join(folder, 'inputs'), '.jsonl').map((file) => {
    const at = path.join(folder, 'inputs', file)
    const read = readInputFile(path.basename(file, '.jsonl'), readFileSync(at, 'utf8'), path.relative(root, at))
    problems.push(...read.problems)
    return read.input
  })
  const files = sourcesIn(path.join(folder, 'start'))
  const yaml = path.join(folder, 'check.yaml')
  const { rules, problems: found } = readExerciseYaml(
    path.relative(root, yaml),
    existsSync(yaml) ? readFileSync(yaml, 'utf8') : '',
    { inputs, files: files.map((file) => file.name) },
  )
  problems.push(...found)
  const wrong = foldersIn(path.join(folder, 'wrong'))
  problems.push(...wrongProblems(path.relative(root, yaml), rules, wrong))
  const compile = (part: string): CompiledJob | null => {
    const own = sourcesIn(path.join(folder, part))
    if (own.length === 0) {
      const file = path.relative(root, path.join(folder, part))
      problems.push({
        file,
        line: 1,
        what: 'There is no code here.',
        remedy: 'Write the files that differ from start/.',
      })
    }
    const { job, diagnostics } = compileExercise({ files, rules }, own)
    for (const diagnostic of diagnostics) {
      const { what, todo } = inWords(root, diagnostic)
      const file = path.relative(root, path.join(folder, part, diagnostic.span?.file ?? ''))
      problems.push({ file, line: diagnostic.span?.line ?? 1, what, remedy: todo })
    }
    return job
  }
  const solution = compile('solution')
  const answers = wrong.flatMap((answer) => {
    const job = compile(path.join('wrong', answer))
    return job === null ? [] : [{ name: answer, check: rules.wrong.get(answer) ?? '', job }]
  })
  const jobs = solution === null ? null : { name, checks: rules.checks, solution, wrong: answers }
  return { name, rules, files, inputs, solution: sourcesIn(path.join(folder, 'solution')), jobs, wrong, problems }
}

/** Compiles the job with the learner's files in the place of those of start/. */
export function compileExercise(
  { files, rules }: Pick<Exercise, 'files' | 'rules'>,
  own: readonly SourceText[],
): ReturnType<typeof compileJob> {
  const given = files.filter(({ name }) => !own.some((file) => file.name === name))
  const result = compileJob([...given, ...own], rules.job, { ts, blankSourceFile })
  // The job imports what the exercise asks for: said as what it is, at the file that lacks it.
  const diagnostics = result.diagnostics.map((diagnostic) => {
    const { file, name } = diagnostic.params as { readonly file?: string; readonly name?: string }
    const isAsked = diagnostic.code === 'EXPORT_NOT_FOUND' && rules.exports.get(file ?? '')?.includes(name ?? '')
    if (!isAsked || file === undefined || name === undefined) return diagnostic
    return { code: 'CHECK_EXPORT_MISSING', params: { file, name }, span: { file, line: 1, column: 1 } }
  })
  return { job: result.job, diagnostics }
}

/** Read from disk and not imported: the page's build reads exercises before anything can import a text. */
function inWords(root: string, { code, params }: Diagnostic): { readonly what: string; readonly todo: string } {
  const messages = parseMessages(readFileSync(path.join(root, 'runtime/messages/en.md'), 'utf8'))
  const message = messages.get(code)
  return message === undefined ? { what: `${code} ${JSON.stringify(params)}`, todo: '' } : fillMessage(message, params)
}

function wrongProblems(file: string, rules: ExerciseRules, folders: readonly string[]): Problem[] {
  const problems = new Problems(file)
  for (const name of folders) {
    if (rules.wrong.has(name)) continue
    problems.add(1, `No check is named for wrong/${name}.`, `Add ${name}: <check> under wrong:.`)
  }
  for (const name of rules.wrong.keys()) {
    if (!folders.includes(name))
      problems.add(1, `There is no wrong/${name}.`, 'Take the line away, or write the answer.')
  }
  return [...problems.found]
}

function sourcesIn(folder: string): SourceText[] {
  return namesIn(folder, '.ts').map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }))
}

function namesIn(folder: string, extension: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .sort()
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}
