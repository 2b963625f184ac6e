// Settings by their names in Flink, for `env.configure`; and the older parameter of `open`, so that code from tutorials
// before Flink 2.0 runs as it is. There it holds nothing. Flink's Configuration.

/**
 * Settings by name, for `env.configure(…)`. Before Flink 2.0 `open` got one: `open(parameters: Configuration)` still works.
 */
export class Configuration {
  readonly #values = new Map<string, unknown>()

  /** The value set under this key, or the default. */
  get<T>(key: string, defaultValue: T): T {
    return (this.#values.get(key) as T | undefined) ?? defaultValue
  }

  set(key: string, value: unknown): this {
    this.#values.set(key, value)
    return this
  }
}
