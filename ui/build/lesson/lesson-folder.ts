// The lessons on disk: chapters in the order of their numbers, each lesson with its texts, files and inputs. Read when the
// page is built and when content is tested; problems come with it instead of being thrown.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseYaml } from 'yaml'
import type {
  Bilingual,
  Catalogue,
  ExerciseEntry,
  LessonBundle,
  LessonEntry,
  LessonInput,
} from '../../lesson/lesson-model.ts'
import { readExercise } from '../../../runtime/host/exercise-folder.ts'
import { readInputFile } from '../../../runtime/host/input-file.ts'
import type { Problem } from '../../../runtime/host/problem.ts'
import { readExplanation } from './read-explanation.ts'
import { readLesson, skeletonDifference, type ReadLesson } from './read-lesson.ts'

export type Glossary = Readonly<Record<string, { readonly name: Bilingual; readonly text: Bilingual }>>

export interface Lessons {
  readonly catalogue: Catalogue
  readonly bundles: readonly LessonBundle[]
  readonly glossary: Glossary
  readonly problems: readonly Problem[]
}

/** The hash that a translation carries of its original. */
export function originalHash(markdown: string): string {
  return createHash('sha256').update(markdown).digest('hex').slice(0, 12)
}

export function readLessons(root: string): Lessons {
  const lessons = path.join(root, 'lessons')
  const problems: Problem[] = []
  const glossary = readGlossary(root, problems)
  const exercises = numbered(path.join(root, 'exercises'))
  const bundles: LessonBundle[] = []
  const chapters = numbered(lessons).map((chapter) => {
    const title = readTitle(root, path.join(lessons, chapter, 'chapter.yaml'), problems)
    const entries = numbered(path.join(lessons, chapter)).map((name): LessonEntry => {
      const id = `${withoutNumber(chapter)}/${withoutNumber(name)}`
      const folder = path.join(lessons, chapter, name)
      const bundle = readBundle({ root, folder, id, exercises, terms: Object.keys(glossary) }, problems)
      bundles.push(bundle)
      const { en, zh } = bundle.texts
      const own = en.blocks.flatMap((block) => (block.kind === 'exercise' ? [block.name] : []))
      const runs = en.blocks.filter(({ kind }) => kind === 'run').length
      return { id, title: { en: en.title, zh: zh.title }, minutes: en.minutes, runs, exercises: own }
    })
    return { id: withoutNumber(chapter), title, lessons: entries }
  })
  const tasks = exercises.map((name) => readTask({ root, name, exercises, terms: Object.keys(glossary) }, problems))
  const entries = tasks.map(({ id, texts: { en, zh } }, i): ExerciseEntry => {
    return { name: exercises[i] as string, id, title: { en: en.title, zh: zh.title }, minutes: en.minutes }
  })
  checkNeeds([...bundles, ...tasks], problems)
  return { catalogue: { chapters, exercises: entries }, bundles: [...bundles, ...tasks], glossary, problems }
}

/** Names like `01-fraud-detection`, in order. */
export function numbered(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
    .map(({ name }) => name)
    .sort()
}

export function withoutNumber(name: string): string {
  return name.replace(/^\d\d-/, '')
}

interface LessonPlace {
  readonly root: string
  readonly folder: string
  readonly id: string
  readonly exercises: readonly string[]
  readonly terms: readonly string[]
}

function readBundle({ root, folder, id, exercises, terms }: LessonPlace, problems: Problem[]): LessonBundle {
  const files = filesOf(path.join(folder, 'start'), '.ts').map((name) => ({
    name,
    text: readFileSync(path.join(folder, 'start', name), 'utf8'),
  }))
  const inputs = filesOf(path.join(folder, 'inputs'), '.jsonl').map((name) =>
    readInput(root, path.join(folder, 'inputs', name), problems),
  )
  const texts = readTexts(root, path.join(folder, 'lesson'), { files, inputs, exercises, terms }, problems)
  return { id, texts, files, inputs, exercise: null }
}

/** The page of an exercise: its task read like a lesson, and what checking it takes. */
function readTask(
  { root, name, exercises, terms }: Omit<LessonPlace, 'folder' | 'id'> & { readonly name: string },
  problems: Problem[],
): LessonBundle {
  const exercise = readExercise(root, name)
  problems.push(...exercise.problems)
  const { files, inputs, rules, jobs, solution, wrong } = exercise
  const folder = path.join(root, 'exercises', name)
  const texts = readTexts(root, path.join(folder, 'task'), { files, inputs, exercises, terms }, problems)
  const explanations = wrong.map((answer) => {
    const read = (language: 'en' | 'zh') =>
      readExplanation(root, path.join(folder, 'wrong', answer, `why.${language}.md`), terms, problems)
    return [answer, { en: read('en'), zh: read('zh') }] as const
  })
  const part =
    jobs === null ? null : { name, job: rules.job, jobs, solution, explanations: Object.fromEntries(explanations) }
  return { id: `exercise/${withoutNumber(name)}`, texts, files, inputs, exercise: part }
}

/** Both languages of `<stem>.en.md`, held against each other. */
function readTexts(
  root: string,
  stem: string,
  parts: {
    readonly files: LessonBundle['files']
    readonly inputs: LessonBundle['inputs']
    readonly exercises: readonly string[]
    readonly terms: readonly string[]
  },
  problems: Problem[],
): LessonBundle['texts'] {
  const { files, inputs, exercises, terms } = parts
  const context = {
    files: files.map(({ name }) => name),
    jobs: files.filter(({ text }) => text.includes('env.execute(')).map(({ name }) => name),
    inputs: inputs.map(({ name }) => name),
    exercises,
    terms,
  }
  const read = (language: 'en' | 'zh'): { readonly lesson: ReadLesson; readonly markdown: string } => {
    const file = `${stem}.${language}.md`
    const name = path.relative(root, file)
    if (!existsSync(file)) {
      problems.push({ file: name, line: 1, what: 'The translation is missing.', remedy: 'Both languages are needed.' })
    }
    const markdown = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const lesson = readLesson(name, markdown, context)
    if (markdown !== '') problems.push(...lesson.problems)
    return { lesson, markdown }
  }
  const [en, zh] = [read('en'), read('zh')]
  const difference = skeletonDifference(en.lesson.text.blocks, zh.lesson.text.blocks)
  if (difference !== null && zh.markdown !== '') {
    const what = `The translation is built differently: ${difference}.`
    const file = path.relative(root, `${stem}.zh.md`)
    problems.push({ file, line: 1, what, remedy: 'Give both languages the same blocks in the same order.' })
  }
  const isStale = zh.lesson.original !== originalHash(en.markdown)
  return { en: en.lesson.text, zh: { ...zh.lesson.text, isStale } }
}

function readInput(root: string, file: string, problems: Problem[]): LessonInput {
  const read = readInputFile(path.basename(file, '.jsonl'), readFileSync(file, 'utf8'), path.relative(root, file))
  problems.push(...read.problems)
  return read.input
}

function readTitle(root: string, file: string, problems: Problem[]): Bilingual {
  const name = path.relative(root, file)
  const yaml = existsSync(file)
    ? (parseYaml(readFileSync(file, 'utf8')) as { title?: Partial<Bilingual> } | null)
    : null
  const { en, zh } = yaml?.title ?? {}
  if (en === undefined || zh === undefined) {
    const remedy = 'Write title: with en: and zh: beneath it.'
    problems.push({ file: name, line: 1, what: 'The chapter has no title in both languages.', remedy })
  }
  return { en: en ?? '', zh: zh ?? '' }
}

/** Both glossaries: `## id`, the term, and a paragraph about it. */
function readGlossary(root: string, problems: Problem[]): Glossary {
  const read = (language: string): ReadonlyMap<string, { readonly name: string; readonly text: string }> => {
    const file = path.join(root, 'lessons/glossary', `${language}.md`)
    if (!existsSync(file)) return new Map()
    const entries = readFileSync(file, 'utf8').split(/^## /m).slice(1)
    return new Map(
      entries.map((entry) => {
        const [id = '', name = '', ...text] = entry.split('\n').filter((line) => line.trim() !== '')
        return [id.trim(), { name: name.trim(), text: text.join(' ').trim() }]
      }),
    )
  }
  const [en, zh] = [read('en'), read('zh')]
  for (const id of new Set([...en.keys(), ...zh.keys()])) {
    const missing = en.has(id) ? (zh.has(id) ? null : 'zh') : 'en'
    if (missing !== null) {
      const file = `lessons/glossary/${missing}.md`
      problems.push({ file, line: 1, what: `The term "${id}" is missing.`, remedy: `Add ## ${id}, its name and text.` })
    }
  }
  const ids = Array.from(en.keys()).filter((id) => zh.has(id))
  const pick = (id: string, part: 'name' | 'text'): Bilingual => ({
    en: en.get(id)?.[part] ?? '',
    zh: zh.get(id)?.[part] ?? '',
  })
  return Object.fromEntries(ids.map((id) => [id, { name: pick(id, 'name'), text: pick(id, 'text') }]))
}

function checkNeeds(bundles: readonly LessonBundle[], problems: Problem[]): void {
  const ids = bundles.filter(({ exercise }) => exercise === null).map(({ id }) => id)
  for (const { id, texts } of bundles) {
    for (const need of texts.en.needs.filter((candidate) => !ids.includes(candidate))) {
      const remedy = `There is: ${ids.join(', ')}.`
      problems.push({ file: id, line: 1, what: `It needs the lesson "${need}", which isn’t there.`, remedy })
    }
  }
}

function filesOf(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .sort()
}
