// The learner's notebook while it is open: its files, which one is shown, and what can be taken back. Every change is
// saved at once; what another tab saved is either taken over (nothing changed here) or offered (both changed).
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
import type { NotebookRecord, NotebookStorage } from './notebook-storage.ts'

/** A large step that can be taken back with one click, and what it was. */
export interface Undoable {
  readonly before: JobFiles
  readonly activeName: string
  readonly step: { readonly kind: 'reset' } | { readonly kind: 'remove'; readonly name: string }
}

export class Notebook {
  readonly #original: JobFiles
  readonly #storage: NotebookStorage
  #job = $state.raw<JobFiles>({ files: [], entry: '' })
  #activeName = $state('')
  #undoable = $state.raw<Undoable | null>(null)
  #theirs = $state.raw<NotebookRecord | null>(null)
  #canSave = $state(true)
  #version = 0
  /** What the storage held when this tab last read or wrote it. */
  #saved: JobFiles | null = null

  constructor(original: JobFiles, storage: NotebookStorage) {
    this.#original = original
    this.#storage = storage
    const record = storage.load()
    this.#version = record?.version ?? 0
    this.#saved = record?.job ?? null
    this.#job = record?.job ?? original
    this.#activeName = this.#job.files.find((file) => file.name === 'FraudDetector.ts')?.name ?? this.#job.entry
    storage.watch((theirs) => this.#hearOf(theirs))
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
    this.#change(withText(this.#job, name, text))
    this.#undoable = { ...before, step: { kind: 'reset' } }
  }

  get isOriginal(): boolean {
    return sameJob(this.#job, this.#original)
  }

  get undoable(): Undoable | null {
    return this.#undoable
  }

  /** What another tab saved while this one had changes of its own. */
  get theirs(): NotebookRecord | null {
    return this.#theirs
  }

  get canSave(): boolean {
    return this.#canSave
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

  /** Settles a conflict with another tab. */
  settle(choice: 'mine' | 'theirs'): void {
    const theirs = this.#theirs
    if (!theirs) return
    this.#theirs = null
    if (choice === 'theirs') this.#adopt(theirs)
    else {
      this.#version = theirs.version
      this.#save()
    }
  }

  #change(job: JobFiles): void {
    this.#job = job
    this.#save()
  }

  #save(): void {
    // While a conflict is open nothing is written: the learner decides first.
    if (this.#theirs) return
    const result = this.#storage.save(this.#job, this.#version)
    this.#canSave = result.kind !== 'refused'
    if (result.kind === 'conflict') this.#theirs = result.theirs
    if (result.kind !== 'saved') return
    this.#version = result.version
    this.#saved = this.#job
  }

  #hearOf(theirs: NotebookRecord): void {
    if (theirs.version <= this.#version) return
    const isUnchangedHere = sameJob(this.#job, this.#saved ?? this.#original)
    if (isUnchangedHere || sameJob(this.#job, theirs.job)) this.#adopt(theirs)
    else this.#theirs = theirs
  }

  #adopt(theirs: NotebookRecord): void {
    this.#version = theirs.version
    this.#saved = theirs.job
    this.#job = theirs.job
    this.#theirs = null
  }
}
