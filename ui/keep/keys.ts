// What the keys of kept values look like. A page is a lesson or the playground; its id may have slashes, the last part of
// a key has none.

export const keys = {
  /** A small choice: a text. */
  setting: (name: string) => `setting/${name}`,
  /** The text of a file that isn't the original's. */
  file: (page: string, name: string) => `file/${page}/${name}`,
  /** Which files a job has, where that isn't as in the original. */
  job: (page: string) => `job/${page}`,
  /** Something the learner answered or did in a lesson. */
  answer: (page: string, kind: string, id: string) => `answer/${page}/${kind}/${id}`,
  /** A text of a file that another took the place of. */
  version: (page: string, name: string, stamp: string) => `version/${page}/${name}/${stamp}`,
}

const WORK = /^(setting|file|job|answer|version)\/./

/** Whether it's one of these: a file somebody opens may hold anything. */
export function isKey(text: unknown): text is string {
  return typeof text === 'string' && WORK.test(text)
}

/** The page and the name that a file's key is made of; null for another key. */
export function fileOfKey(key: string): { readonly page: string; readonly name: string } | null {
  const match = /^file\/(.+)\/([^/]+)$/.exec(key)
  return match ? { page: match[1] as string, name: match[2] as string } : null
}
