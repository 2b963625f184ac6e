// Whether a directive is on the closed list, in its right form, with the attributes it takes.

import type { ContainerDirective, LeafDirective, TextDirective } from 'mdast-util-directive'
import { DIRECTIVES, formOf } from './directives.ts'
import { suggestion, type Problems } from '../../../runtime/host/problem.ts'

const FORMS = { textDirective: 'text', leafDirective: 'leaf', containerDirective: 'container' } as const

export function checkDirective(node: ContainerDirective | LeafDirective | TextDirective, problems: Problems): boolean {
  const line = node.position?.start.line ?? 1
  const rule = DIRECTIVES[node.name]
  if (rule === undefined) {
    problems.add(line, `There is no directive "${node.name}".`, suggestion(node.name, Object.keys(DIRECTIVES)))
    return false
  }
  if (rule.form !== FORMS[node.type]) {
    problems.add(line, `"${node.name}" is written ${formOf(node.name)}.`, 'Mind the number of colons.')
    return false
  }
  const given = Object.keys(node.attributes ?? {})
  const allowed = [...rule.required, ...rule.optional]
  for (const name of given.filter((candidate) => !allowed.includes(candidate))) {
    problems.add(line, `${formOf(node.name)} has no attribute "${name}".`, suggestion(name, allowed))
  }
  const missing = rule.required.filter((name) => !given.includes(name))
  if (missing.length > 0) {
    problems.add(line, `${formOf(node.name)} needs ${missing.join(', ')}.`, `Write ${missing[0]}=… in its braces.`)
  }
  return missing.length === 0
}
