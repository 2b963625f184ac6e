// What the compiler or the engine says of the learner's code, as a problem in the list.
import type { Diagnostic } from '../../runtime/host/protocol.ts'
import { render } from '../i18n/engine-messages.svelte.ts'
import type { LanguageName } from '../i18n/language.svelte.ts'
import type { Problem } from './problems.ts'

export function problemOf(diagnostic: Diagnostic, lang: LanguageName, isError: boolean): Problem {
  const { what, todo } = render(diagnostic, lang)
  return { isError, span: diagnostic.span, what, todo, code: diagnostic.code, source: 'streambed' }
}

/** Whether both stand at the same place. */
export function samePlace(a: Problem, b: Problem): boolean {
  return (
    a.span !== null &&
    b.span !== null &&
    a.span.file === b.span.file &&
    a.span.line === b.span.line &&
    a.span.column === b.span.column
  )
}
