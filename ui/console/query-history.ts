// Queries that were asked before, the newest last, and the way back to them with the arrow keys.

const MOST_QUERIES = 50

export class QueryHistory {
  #queries: readonly string[]
  /** Which one is shown; as many as there are stand for what is being written. */
  #at: number
  #draft = ''

  constructor(text: string | null) {
    this.#queries = parse(text)
    this.#at = this.#queries.length
  }

  /** Notes a query that is asked; one that repeats the last isn't noted twice. */
  add(query: string): void {
    if (query.trim() !== '' && this.#queries.at(-1) !== query) {
      this.#queries = [...this.#queries, query].slice(-MOST_QUERIES)
    }
    this.#at = this.#queries.length
  }

  /** The one before (-1) or after (1) what is shown; null where there's none. `written` comes back after the last. */
  go(by: -1 | 1, written: string): string | null {
    const to = this.#at + by
    if (to < 0 || to > this.#queries.length) return null
    if (this.#at === this.#queries.length) this.#draft = written
    this.#at = to
    return this.#queries[to] ?? this.#draft
  }

  /** As text, to be kept. */
  text(): string {
    return JSON.stringify(this.#queries)
  }
}

function parse(text: string | null): readonly string[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(kept) ? kept.filter((query) => typeof query === 'string') : []
  } catch {
    return []
  }
}
