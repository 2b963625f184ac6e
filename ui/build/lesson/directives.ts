// The closed list of directives: how each is written, and which attributes it takes. What isn't here is an error.

export interface DirectiveRule {
  /** `::name` leaf, `:::name` container, `:name` in a sentence. */
  readonly form: 'leaf' | 'container' | 'text'
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

export const DIRECTIVES: Readonly<Record<string, DirectiveRule>> = {
  cell: { form: 'leaf', required: ['file'], optional: [] },
  view: { form: 'leaf', required: ['name'], optional: [] },
  run: { form: 'leaf', required: ['id', 'job'], optional: ['input', 'parallelism', 'until', 'view'] },
  predict: { form: 'container', required: ['id', 'run', 'sink'], optional: ['row'] },
  quiz: { form: 'container', required: ['id'], optional: [] },
  hint: { form: 'container', required: [], optional: [] },
  note: { form: 'container', required: [], optional: [] },
  term: { form: 'text', required: ['name'], optional: [] },
  exercise: { form: 'leaf', required: ['name'], optional: [] },
  compare: { form: 'leaf', required: ['left', 'right'], optional: [] },
  stage: { form: 'text', required: [], optional: ['view', 'node'] },
}

const COLONS = { text: ':', leaf: '::', container: ':::' }

/** How a directive is written, for messages. */
export function formOf(name: string): string {
  const rule = DIRECTIVES[name]
  return rule === undefined ? name : `${COLONS[rule.form]}${name}`
}
