// The learner's notebook while it is open: its files, which one is shown, and what can be taken back. Every change is
// kept at once, and what another tab kept is taken over; where both changed a file the newer edit stands and the other
// is among the file's versions.
import type { FileVersion } from '../keep/versions.ts'
import {
  freshName,
  sameJob,
  withFile,
  withName,
  withoutFile,
  withText,
  type JobFile,
  type JobFiles,
} from './job-files.ts'
import type { NotebookStorage } from './notebook-storage.ts'

/** A large step that can be taken back with one click, and what it was. */
export interface Undoable {
  readonly before: JobFiles
  readonly activeName: string
  readonly step:
    { readonly kind: 'reset' | 'broughtBack' | 'shared' } | { readonly kind: 'remove'; readonly name: string }
}

export class Notebook {
  readonly #original: JobFiles
  readonly #storage: NotebookStorage
  #job = $state.raw<JobFiles>({ files: [], entry: '' })
  #activeName = $state('')
  #undoable = $state.raw<Undoable | null>(null)
  /** Counts what changed among the versions. */
  #versions = $state(0)

  constructor(original: JobFiles, storage: NotebookStorage) {
    this.#original = original
    this.#storage = storage
    this.#job = storage.load()
    this.#activeName = this.#job.files.find((file) => file.name === 'FraudDetector.ts')?.name ?? this.#job.entry
    storage.watch(() => this.#hear())
  }

  get job(): JobFiles {
    return this.#job
  }

  get files(): readonly JobFile[] {
    return this.#job.files
  }

  get entry(): string {
    return this.#job.entry
  }

  get active(): JobFile {
    const file = this.#job.files.find((candidate) => candidate.name === this.#activeName) ?? this.#job.files[0]
    if (!file) throw new Error('A notebook has at least one file')
    return file
  }

  /** The file of this name; the active one if there's none. */
  file(name: string): JobFile {
    return this.#job.files.find((candidate) => candidate.name === name) ?? this.active
  }

  /** Whether the file still has the text that the lesson gave it. */
  isFileOriginal(name: string): boolean {
    return this.#original.files.find((file) => file.name === name)?.text === this.file(name).text
  }

  resetFile(name: string): void {
    const text = this.#original.files.find((file) => file.name === name)?.text
    if (text === undefined) return
    const before = { before: this.#job, activeName: this.active.name }
    this.#setAside([name], 'reset')
    this.#change(withText(this.#job, name, text))
    this.#undoable = { ...before, step: { kind: 'reset' } }
  }

  get isOriginal(): boolean {
    return sameJob(this.#job, this.#original)
  }

  /** Files that the page itself doesn't have, or has with another text. */
  get changedFiles(): readonly JobFile[] {
    return this.files.filter(({ name }) => !this.isFileOriginal(name))
  }

  /** The page's own texts, whatever was made of them. */
  get originalTexts(): readonly string[] {
    return this.#original.files.flatMap(({ name, text }) => [name, text])
  }

  /** The page's own files but for these. */
  originalWith(files: readonly JobFile[], entry: string): JobFiles {
    const kept = this.#original.files.filter(({ name }) => !files.some((file) => file.name === name))
    return { files: [...kept, ...files], entry }
  }

  /** Takes over what somebody shared: the page's own files but for these. What was here is kept among the versions. */
  takeOver(files: readonly JobFile[], entry: string, shown: string | null): void {
    const before = { before: this.#job, activeName: this.active.name }
    this.#setAside(
      this.changedFiles.map(({ name }) => name),
      'import',
    )
    this.#change(this.originalWith(files, entry))
    if (shown !== null) this.#activeName = shown
    this.#undoable = { ...before, step: { kind: 'shared' } }
  }

  get undoable(): Undoable | null {
    return this.#undoable
  }

  /** Texts that the file once had and that another took the place of, the newest first. */
  versions(name: string): readonly FileVersion[] {
    void this.#versions
    return this.#storage.versions(name)
  }

  /** Makes this version the file's text again; the text that it had becomes a version. */
  bringBack(name: string, version: FileVersion): void {
    const before = { before: this.#job, activeName: this.active.name }
    this.#setAside([name], 'broughtBack')
    this.#change(withText(this.#job, name, version.text))
    this.#undoable = { ...before, step: { kind: 'broughtBack' } }
  }

  show(name: string): void {
    this.#activeName = name
  }

  write(name: string, text: string): void {
    if (this.#job.files.find((file) => file.name === name)?.text === text) return
    this.#change(withText(this.#job, name, text))
  }

  /** Adds an empty file, shows it and gives its name. */
  add(): string {
    const name = freshName(this.#job)
    // A file without import or export isn't a module, and its names would be everybody's.
    this.#change(withFile(this.#job, { name, text: 'export {}\n' }))
    this.#activeName = name
    return name
  }

  rename(from: string, to: string): void {
    if (from === to) return
    const isActive = this.active.name === from
    this.#change(withName(this.#job, from, to))
    if (isActive) this.#activeName = to
  }

  remove(name: string): void {
    if (name === this.#job.entry) return
    const before = { before: this.#job, activeName: this.active.name }
    this.#change(withoutFile(this.#job, name))
    if (before.activeName === name) this.#activeName = this.#job.entry
    this.#undoable = { ...before, step: { kind: 'remove', name } }
  }

  startAt(name: string): void {
    this.#change({ ...this.#job, entry: name })
  }

  reset(): void {
    const before = { before: this.#job, activeName: this.active.name }
    this.#setAside(
      this.files.map(({ name }) => name),
      'reset',
    )
    this.#change(this.#original)
    this.#undoable = { ...before, step: { kind: 'reset' } }
  }

  undo(): void {
    const undoable = this.#undoable
    if (!undoable) return
    this.#change(undoable.before)
    this.#activeName = undoable.activeName
    this.#undoable = null
  }

  forgetUndo(): void {
    this.#undoable = null
  }

  #setAside(names: readonly string[], origin: 'reset' | 'broughtBack' | 'import'): void {
    for (const name of names) this.#storage.setAside(name, this.file(name).text, origin)
    this.#versions++
  }

  #change(job: JobFiles): void {
    const before = this.#job
    this.#job = job
    this.#storage.save(job, before)
  }

  #hear(): void {
    this.#versions++
    const job = this.#storage.load()
    if (sameJob(job, this.#job)) return
    this.#job = job
    this.#undoable = null
  }
}
