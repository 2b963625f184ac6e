// Where the meanings of terms unfold: below the paragraph that they stand in, so that no sentence is torn apart.
import { getContext, setContext } from 'svelte'

export class TermPlace {
  readonly id: string
  /** The term that is open. */
  open = $state<string | null>(null)

  constructor(id: string) {
    this.id = id
  }
}

const KEY = Symbol('term place')

export function makeTermPlace(id: string): TermPlace {
  return setContext(KEY, new TermPlace(id))
}

export function termPlace(): TermPlace | undefined {
  return getContext<TermPlace | undefined>(KEY)
}
