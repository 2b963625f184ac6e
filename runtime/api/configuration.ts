// The older parameter of `open`, so that code from tutorials before Flink 2.0 runs as it is. It holds nothing here: jobs
// get their settings from the environment. Flink's Configuration.

/** What `open` got before Flink 2.0: `open(parameters: Configuration)` still works. */
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
