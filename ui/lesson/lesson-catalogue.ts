// Which lessons there are, and where each comes from: a file of its own, fetched when it's wanted. Everything here was made
// from the folder lessons/ when the page was built.
import * as built from 'virtual:streambed-lessons'
import type { Bilingual, Catalogue, LessonBundle, LessonEntry } from './lesson-model.ts'

export const catalogue = built.catalogue as Catalogue

export const glossary = built.glossary as Readonly<
  Record<string, { readonly name: Bilingual; readonly text: Bilingual }>
>

const loaders = built.loaders as Readonly<Record<string, () => Promise<{ readonly lesson: LessonBundle }>>>

export const lessonEntries: readonly LessonEntry[] = catalogue.chapters.flatMap(({ lessons }) => lessons)

/** Addresses of all pages that can be loaded: lessons, then exercises. */
export const pageIds: readonly string[] = [...lessonEntries, ...catalogue.exercises].map(({ id }) => id)

/** Fails when the file can't be fetched. */
export async function loadLesson(id: string): Promise<LessonBundle> {
  const load = loaders[id]
  if (load === undefined) throw new Error(`There is no lesson ${id}`)
  return (await load()).lesson
}
