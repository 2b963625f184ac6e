// Names for the states of an automaton: the step's own for its first state, then `step:0`, `step:1` and so on. Flink's
// NFAStateNameHandler; the compiler goes by these names where Flink's does.

/** Gives out each name once. */
export class StateNames {
  readonly used = new Set<string>()

  unique(base: string): string {
    let name = base
    for (let i = 0; this.used.has(name); i++) name = `${base}:${i}`
    this.used.add(name)
    return name
  }
}
