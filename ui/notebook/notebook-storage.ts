// A notebook between visits: of every file that isn't the original's its text, and which files there are where that isn't
// as in the original. Files are kept one by one, so that two tabs that edit two files keep both edits.
import type { Keeper } from '../keep/keeper.ts'
import { fileOfKey, keys } from '../keep/keys.ts'
import { setAside, versionsOf, type FileVersion, type VersionOrigin } from '../keep/versions.ts'
import { sameJob, type JobFiles } from './job-files.ts'

export class NotebookStorage {
  readonly #page: string
  readonly #original: JobFiles
  readonly #keeper: Keeper
  readonly #nowMs: () => number

  constructor(page: string, original: JobFiles, keeper: Keeper, nowMs: () => number = () => Date.now()) {
    this.#page = page
    this.#original = original
    this.#keeper = keeper
    this.#nowMs = nowMs
  }

  /** The job as it was left; what was never touched is the original's. */
  load(): JobFiles {
    const { names, entry } = this.#layout()
    const files = names.map((name) => {
      const kept = this.#keeper.get(keys.file(this.#page, name))
      return { name, text: typeof kept === 'string' ? kept : (this.#originalText(name) ?? '') }
    })
    return { files, entry }
  }

  /** Keeps what became different from `before`. Done when it returns. */
  save(job: JobFiles, before: JobFiles): void {
    for (const { name, text } of job.files) {
      if (before.files.find((file) => file.name === name)?.text === text) continue
      this.#keeper.set(keys.file(this.#page, name), text === this.#originalText(name) ? null : text)
    }
    for (const { name } of before.files) {
      if (!job.files.some((file) => file.name === name)) this.#keeper.set(keys.file(this.#page, name), null)
    }
    const isOriginal = sameLayout(job, this.#original)
    if (sameLayout(job, before)) return
    const layout = { names: job.files.map(({ name }) => name), entry: job.entry }
    this.#keeper.set(keys.job(this.#page), isOriginal ? null : layout)
  }

  /** Calls back when another tab changed something. */
  watch(changed: () => void): void {
    this.#keeper.watch('', (key) => {
      if (key === keys.job(this.#page) || fileOfKey(key)?.page === this.#page) changed()
      else if (key.startsWith(`version/${this.#page}/`)) changed()
    })
  }

  versions(name: string): FileVersion[] {
    return versionsOf(this.#keeper, this.#page, name)
  }

  setAside(name: string, text: string, origin: VersionOrigin): void {
    if (text === this.#originalText(name)) return
    setAside(this.#keeper, { page: this.#page, name, text, atMs: this.#nowMs(), origin })
  }

  #originalText(name: string): string | undefined {
    return this.#original.files.find((file) => file.name === name)?.text
  }

  #layout(): { readonly names: readonly string[]; readonly entry: string } {
    const original = { names: this.#original.files.map(({ name }) => name), entry: this.#original.entry }
    const kept = this.#keeper.get(keys.job(this.#page)) as { names?: unknown; entry?: unknown } | null
    const names = Array.isArray(kept?.names) ? kept.names.filter((name) => typeof name === 'string') : []
    return typeof kept?.entry === 'string' && names.includes(kept.entry) ? { names, entry: kept.entry } : original
  }
}

function sameLayout(a: JobFiles, b: JobFiles): boolean {
  const bare = (job: JobFiles): JobFiles => ({ ...job, files: job.files.map(({ name }) => ({ name, text: '' })) })
  return sameJob(bare(a), bare(b))
}
