// check.yaml, read into checks: every mistake of its author is said with line and remedy, unknown keys included. What the
// keys mean is said in CONTRIBUTING.md.

import { LineCounter, parseDocument, type YAMLMap } from 'yaml'
import type { Bilingual, Check, CheckInput } from '../check/exercise-check.ts'
import { Problems, suggestion, type Problem } from './problem.ts'

/** What check.yaml says. */
export interface ExerciseRules {
  /** The job's entry file, in start/. */
  readonly job: string
  /** The files that the learner writes; all others are given. */
  readonly edit: readonly string[]
  /** What files must export. */
  readonly exports: ReadonlyMap<string, readonly string[]>
  readonly checks: readonly Check[]
  /** By name of a wrong answer: the check that it fails first. */
  readonly wrong: ReadonlyMap<string, string>
}

const KEYS = ['job', 'edit', 'exports', 'checks', 'wrong']
const CHECK_KEYS = [
  ...['id', 'says', 'inputs', 'orders', 'keep', 'parallelism', 'until', 'sink', 'rows', 'columns', 'order', 'leaves'],
  'holds',
]
const ALL_PARALLELISMS = [1, 2, 3, 4]

type Fields = Readonly<Record<string, unknown>>

/** Reads the text. `inputs` are those of the exercise's folder, `files` the names in start/. */
export function readExerciseYaml(
  file: string,
  text: string,
  { inputs, files }: { readonly inputs: readonly CheckInput[]; readonly files: readonly string[] },
): { readonly rules: ExerciseRules; readonly problems: readonly Problem[] } {
  const problems = new Problems(file)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  for (const error of document.errors) {
    problems.add(error.linePos?.[0].line ?? 1, `This isn’t YAML: ${error.message.split('\n')[0]}.`, 'Correct the line.')
  }
  const root = (document.errors.length > 0 ? {} : (document.toJS() as Fields | null)) ?? {}
  const lineOf = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true) as YAMLMap | undefined
    return node?.range ? lines.linePos(node.range[0]).line : 1
  }
  const reader = new Reader(problems, lineOf, { inputs, files })
  return { rules: reader.rules(root), problems: problems.found }
}

class Reader {
  readonly #problems: Problems
  readonly #lineOf: (path: readonly (string | number)[]) => number
  readonly #inputs: readonly CheckInput[]
  readonly #files: readonly string[]

  constructor(
    problems: Problems,
    lineOf: (path: readonly (string | number)[]) => number,
    { inputs, files }: { readonly inputs: readonly CheckInput[]; readonly files: readonly string[] },
  ) {
    this.#problems = problems
    this.#lineOf = lineOf
    this.#inputs = inputs
    this.#files = files
  }

  rules(root: Fields): ExerciseRules {
    this.#knownKeys(root, KEYS, [])
    const job = this.#file(root['job'], ['job'])
    const edit = this.#names(root['edit'], ['edit']).filter((name, i) => this.#isFile(name, ['edit', i]))
    if (edit.length === 0) this.#say(['edit'], 'Nothing is to be edited.', 'List the files that the learner writes.')
    const exported = (root['exports'] ?? {}) as Fields
    const exports = Object.entries(exported).map(([name, names]) => {
      this.#isFile(name, ['exports', name])
      return [name, this.#names(names, ['exports', name])] as const
    })
    const list = Array.isArray(root['checks']) ? (root['checks'] as Fields[]) : []
    if (list.length === 0) this.#say(['checks'], 'There are no checks.', 'List at least one under checks:.')
    const checks = list.map((fields, i) => this.#check(fields, ['checks', i]))
    const ids = checks.map(({ id }) => id)
    for (const [i, id] of ids.entries()) {
      if (ids.indexOf(id) !== i) this.#say(['checks', i, 'id'], `Two checks are called "${id}".`, 'Rename one.')
    }
    const wrong = Object.entries((root['wrong'] ?? {}) as Fields).map(([name, check]) => {
      if (!ids.includes(String(check))) {
        this.#say(['wrong', name], `"${name}" names the check "${String(check)}".`, suggestion(String(check), ids))
      }
      return [name, String(check)] as const
    })
    return { job, edit, exports: new Map(exports), checks, wrong: new Map(wrong) }
  }

  #check(fields: Fields, at: readonly (string | number)[]): Check {
    this.#knownKeys(fields, CHECK_KEYS, at)
    const says = fields['says'] as Partial<Bilingual> | undefined
    if (typeof says?.en !== 'string' || typeof says.zh !== 'string') {
      this.#say(
        [...at, 'says'],
        'The check doesn’t say in both languages what must hold.',
        'Write says: { en: …, zh: … }.',
      )
    }
    const { rows } = fields
    if (!Array.isArray(rows) && rows !== 'solution') {
      this.#say([...at, 'rows'], 'The check has no rows.', 'List the rows that must come out, or write rows: solution.')
    }
    const inputs = this.#checkInputs(fields['inputs'], [...at, 'inputs'])
    const untilMs = this.#number(fields['until'], [...at, 'until'], 1, null)
    if (inputs.length === 0 && untilMs === null) {
      this.#say(at, 'The job reads its own data and may not end.', 'Give until: in virtual ms, or inputs:.')
    }
    const leaves = (fields['leaves'] ?? {}) as Fields
    this.#knownKeys(leaves, ['state', 'timers'], [...at, 'leaves'])
    return {
      id: this.#text(fields['id'], [...at, 'id']),
      says: { en: says?.en ?? '', zh: says?.zh ?? '' },
      inputs,
      orders: this.#number(fields['orders'], [...at, 'orders'], 1, 1) ?? 1,
      keep: this.#keep(fields, at),
      parallelism: this.#parallelism(fields['parallelism'], [...at, 'parallelism']),
      untilMs,
      sink: this.#text(fields['sink'], [...at, 'sink']),
      rows: Array.isArray(rows) ? (rows as unknown[]) : 'solution',
      columns: fields['columns'] === undefined ? null : this.#names(fields['columns'], [...at, 'columns']),
      isOrdered: this.#oneOf(fields['order'] ?? 'none', ['none', 'exact'], [...at, 'order']) === 'exact',
      leaves: {
        state: this.#number(leaves['state'], [...at, 'leaves', 'state'], 0, null),
        timers: this.#number(leaves['timers'], [...at, 'leaves', 'timers'], 0, null),
      },
      holds: this.#number(fields['holds'], [...at, 'holds'], 1, 0) ?? 0,
    }
  }

  #checkInputs(value: unknown, at: readonly (string | number)[]): CheckInput[] {
    const known = this.#inputs.map(({ name }) => name)
    return this.#names(value ?? [], at).flatMap((name, i) => {
      const input = this.#inputs.find((candidate) => candidate.name === name)
      if (input === undefined) this.#say([...at, i], `There is no inputs/${name}.jsonl.`, suggestion(name, known))
      return input ?? []
    })
  }

  /** Without it an order would be meaningless: whose records may change places? */
  #keep(fields: Fields, at: readonly (string | number)[]): string | null {
    const { keep, orders } = fields
    if (keep === undefined && orders !== undefined && orders !== 1) {
      this.#say(at, 'Several orders, but nothing says what stays in order.', 'Give keep: a field, or keep: nothing.')
    }
    return typeof keep === 'string' && keep !== 'nothing' ? keep : null
  }

  #parallelism(value: unknown, at: readonly (string | number)[]): readonly number[] {
    if (value === undefined) return ALL_PARALLELISMS
    const list = Array.isArray(value) ? (value as unknown[]) : [value]
    const isRight = list.length > 0 && list.every((item) => Number.isInteger(item) && (item as number) > 0)
    if (!isRight) this.#say(at, 'This is no parallelism.', 'List whole numbers from 1 on: [1, 2, 4].')
    return isRight ? (list as number[]) : [1]
  }

  #number(value: unknown, at: readonly (string | number)[], least: number, otherwise: number | null): number | null {
    if (value === undefined) return otherwise
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
    this.#say(at, `${String(at.at(-1))} isn’t a whole number of at least ${least}.`, 'Write a number.')
    return otherwise
  }

  #oneOf(value: unknown, names: readonly string[], at: readonly (string | number)[]): string {
    if (typeof value === 'string' && names.includes(value)) return value
    this.#say(at, `${String(at.at(-1))} is "${String(value)}".`, suggestion(String(value), names))
    return names[0] as string
  }

  #text(value: unknown, at: readonly (string | number)[]): string {
    if (typeof value === 'string' && value !== '') return value
    this.#say(at, `${String(at.at(-1))} is missing.`, 'Every check has one.')
    return ''
  }

  #names(value: unknown, at: readonly (string | number)[]): string[] {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
    this.#say(at, `${String(at.at(-1))} isn’t a list of names.`, 'Write [one, another].')
    return []
  }

  #file(value: unknown, at: readonly (string | number)[]): string {
    const name = typeof value === 'string' ? value : ''
    this.#isFile(name, at)
    return name
  }

  #isFile(name: string, at: readonly (string | number)[]): boolean {
    if (this.#files.includes(name)) return true
    this.#say(at, `There is no start/${name}.`, suggestion(name, this.#files))
    return false
  }

  #knownKeys(fields: Fields, known: readonly string[], at: readonly (string | number)[]): void {
    for (const key of Object.keys(fields)) {
      if (!known.includes(key)) this.#say([...at, key], `There is no key "${key}" here.`, suggestion(key, known))
    }
  }

  #say(at: readonly (string | number)[], what: string, remedy: string): void {
    // A key that isn't there has no line: that of what it's missing from.
    const line = Array.from(at.keys())
      .map((i) => this.#lineOf(at.slice(0, at.length - i)))
      .find((candidate) => candidate > 1)
    this.#problems.add(line ?? 1, what, remedy)
  }
}
