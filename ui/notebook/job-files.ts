// The files of a job as a value: every operation gives a new one, so that undo is keeping the old one.

export interface JobFile {
  readonly name: string
  readonly text: string
}

export interface JobFiles {
  readonly files: readonly JobFile[]
  /** Name of the file with which a run starts. */
  readonly entry: string
}

const FILE_NAME = /^[A-Za-z0-9_-]+\.ts$/

export type NameFault = 'form' | 'taken' | null

/** What speaks against giving a file this name. `current` is the name it has now, if any. */
export function faultOfName(job: JobFiles, name: string, current: string | null): NameFault {
  if (!FILE_NAME.test(name)) return 'form'
  // Names that differ in case only would be one file on many systems.
  const isTaken = job.files.some((file) => file.name !== current && file.name.toLowerCase() === name.toLowerCase())
  return isTaken ? 'taken' : null
}

/** The job that starts at this file: it and the files it imports, directly or not. */
export function jobFrom(files: readonly JobFile[], entry: string): JobFiles {
  const found = new Set<string>()
  const take = (name: string): void => {
    const file = files.find((candidate) => candidate.name === name)
    if (file === undefined || found.has(name)) return
    found.add(name)
    for (const match of file.text.matchAll(/(?:from|import)\s*['"]\.\/([\w-]+)(?:\.ts)?['"]/g)) take(`${match[1]}.ts`)
  }
  take(entry)
  return { files: files.filter(({ name }) => found.has(name)), entry }
}

/** A name nobody has yet, for a file that is being added. */
export function freshName(job: JobFiles): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'NewFile.ts' : `NewFile${n}.ts`
    if (faultOfName(job, name, null) === null) return name
  }
}

export function withText(job: JobFiles, name: string, text: string): JobFiles {
  return { ...job, files: job.files.map((file) => (file.name === name ? { name, text } : file)) }
}

export function withFile(job: JobFiles, file: JobFile): JobFiles {
  return { ...job, files: [...job.files, file] }
}

/** Renames a file, and in the other files the imports that name it. */
export function withName(job: JobFiles, from: string, to: string): JobFiles {
  const files = job.files.map((file) => ({
    name: file.name === from ? to : file.name,
    text: renameImports(file.text, from, to),
  }))
  return { files, entry: job.entry === from ? to : job.entry }
}

export function withoutFile(job: JobFiles, name: string): JobFiles {
  return { ...job, files: job.files.filter((file) => file.name !== name) }
}

export function sameJob(a: JobFiles, b: JobFiles): boolean {
  return (
    a.entry === b.entry &&
    a.files.length === b.files.length &&
    a.files.every((file, i) => file.name === b.files[i]?.name && file.text === b.files[i]?.text)
  )
}

function renameImports(text: string, from: string, to: string): string {
  const stem = from.replace(/\.ts$/, '')
  const specifier = new RegExp(`((?:from|import)\\s*)(['"])\\./${escape(stem)}(\\.ts)?\\2`, 'g')
  return text.replace(specifier, (_, keyword: string, quote: string, extension = '') => {
    return `${keyword}${quote}./${to.replace(/\.ts$/, '')}${extension}${quote}`
  })
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&')
}
