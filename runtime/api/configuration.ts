// Settings by their names in Flink, for `env.configure`; and the older parameter of `open`, so that code from tutorials
// before Flink 2.0 runs as it is. There it holds nothing. Flink's Configuration.

import type { ConfigOption } from '../graph/options.ts'

/**
 * Settings by name or by option, for `env.configure(…)`: `configuration.set(RestartStrategyOptions.RESTART_STRATEGY,
 * 'fixed-delay')` or `configuration.set('restart-strategy.type', 'fixed-delay')`. Before Flink 2.0 `open` got one:
 * `open(parameters: Configuration)` still works.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/
 */
export class Configuration {
  readonly #values = new Map<string, unknown>()

  /** The value set under this key, or the default. */
  get<T>(key: string | ConfigOption<T>, defaultValue: T): T {
    return (this.#values.get(keyOf(key)) as T | undefined) ?? defaultValue
  }

  set(key: string | ConfigOption<unknown>, value: unknown): this {
    this.#values.set(keyOf(key), value)
    return this
  }

  keySet(): ReadonlySet<string> {
    return new Set(this.#values.keys())
  }
}

function keyOf(key: string | ConfigOption<unknown>): string {
  return typeof key === 'string' ? key : key.key
}
