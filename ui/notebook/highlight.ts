// Colours for TypeScript as text, before the editor is there: a tokenizer of a page's length that knows words, strings,
// comments and numbers. Monaco takes over with the same colours (editor/colours.ts).

export type TokenKind = 'plain' | 'keyword' | 'string' | 'comment' | 'number' | 'type' | 'function'

export interface CodeToken {
  readonly kind: TokenKind
  readonly text: string
}

const KEYWORDS = new Set(
  `abstract as async await break case catch class const continue debugger default delete do else enum export extends
  false finally for from function if implements import in instanceof interface let new null of override private
  protected public readonly return satisfies static super switch this throw true try type typeof undefined var void
  while yield any bigint boolean never number object string symbol undefined unknown`.split(/\s+/),
)

// In order: comments, strings (templates with their substitutions as one piece), numbers, words, spaces, the rest.
const TOKEN =
  /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|`(?:\\[\s\S]|[^`\\])*`?)|(\b\d[\w.]*)|([A-Za-z_$#][\w$]*)|(\s+)|(.)/g

/** The lines of a file, each a list of tokens. Joined again they are the text, to the character. */
export function highlight(text: string): CodeToken[][] {
  const lines: CodeToken[][] = [[]]
  for (const match of text.matchAll(TOKEN)) {
    const kind = kindOf(match, text)
    match[0].split('\n').forEach((part, i) => {
      if (i > 0) lines.push([])
      if (part) lines.at(-1)?.push({ kind, text: part })
    })
  }
  return lines
}

function kindOf(match: RegExpExecArray, text: string): TokenKind {
  const [, comment, string, number, word] = match
  if (comment !== undefined) return 'comment'
  if (string !== undefined) return 'string'
  if (number !== undefined) return 'number'
  if (word === undefined) return 'plain'
  if (KEYWORDS.has(word)) return 'keyword'
  if (/^[A-Z]/.test(word)) return 'type'
  return text[match.index + word.length] === '(' ? 'function' : 'plain'
}
