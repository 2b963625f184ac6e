// The names that a job module has besides the learner's: the step counter, the library, the module objects. They never
// clash with an identifier of any file, so learner code can neither see nor shadow them by accident.

/** Names that the compiler brings into a module. `live` is declared once per file, the others once per job. */
export interface OwnNames {
  readonly tick: string
  readonly privates: string
  readonly api: string
  readonly globals: string
  readonly file: string
  readonly byDefault: string
  readonly live: string
}

/** Names that clash with none of `used`: underscores are added until none of our names begins like anything the learner wrote. */
export function chooseOwnNames(used: readonly string[]): OwnNames {
  const bases = ['tick', 'privates', 'streambed', 'globals', 'file', 'default', 'live']
  let prefix = '__'
  while (used.some((name) => bases.some((base) => name.startsWith(prefix + base)))) prefix += '_'
  return {
    tick: `${prefix}tick`,
    privates: `${prefix}privates`,
    api: `${prefix}streambed`,
    globals: `${prefix}globals`,
    file: `${prefix}file`,
    byDefault: `${prefix}default`,
    live: `${prefix}live`,
  }
}
