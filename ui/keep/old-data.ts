// What earlier versions of the page left in localStorage, moved over once: settings, answers and notebooks, each under a
// key of its own. Anything written since counts as newer.
import type { JobFile, JobFiles } from '../notebook/job-files.ts'
import type { Keeper } from './keeper.ts'
import { keys } from './keys.ts'

const PREFIX = 'streambed.'
const SETTINGS = ['language', 'theme', 'share', 'run', 'lesson-run']

export function moveOldData(store: () => Storage, keeper: Keeper): void {
  try {
    const storage = store()
    const names = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '')
    for (const name of names.filter((candidate) => candidate.startsWith(PREFIX))) {
      const text = storage.getItem(name)
      const isMoved =
        text !== null && move(name.slice(PREFIX.length), text, (key, value) => keeper.takeOver(key, value))
      if (isMoved && keeper.isSafe) storage.removeItem(name)
    }
  } catch {
    // No storage, so nothing was left in it.
  }
}

/** Whether it was ours and is of no more use. */
function move(name: string, text: string, keep: Keep): boolean {
  if (SETTINGS.includes(name)) keep(keys.setting(name), text)
  else if (name.startsWith('answers.')) moveAnswers(name.slice(8), parse(text), keep)
  else if (name.startsWith('notebook.')) moveNotebook(name.slice(9), parse(text), keep)
  else return false
  return true
}

type Keep = (key: string, value: unknown) => void

function moveAnswers(page: string, kept: Record<string, unknown>, keep: Keep): void {
  for (const [id, value] of Object.entries(asObject(kept.predictions))) keep(keys.answer(page, 'predict', id), value)
  for (const [id, value] of Object.entries(asObject(kept.quizzes))) keep(keys.answer(page, 'quiz', id), value)
  for (const id of asTexts(kept.runs)) keep(keys.answer(page, 'run', id), true)
  for (const id of asTexts(kept.passed)) keep(keys.answer(page, 'passed', id), true)
}

function moveNotebook(page: string, record: Record<string, unknown>, keep: Keep): void {
  const job = record.job as Partial<JobFiles> | undefined
  const files: readonly JobFile[] = job?.files ?? []
  if (record.format !== 1 || files.length === 0) return
  keep(keys.job(page), { names: files.map(({ name }) => name), entry: job?.entry })
  for (const { name, text } of files) keep(keys.file(page, name), text)
}

function parse(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return {}
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
