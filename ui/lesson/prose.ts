// A lesson's Markdown as a list of paragraphs and their pieces: data that components draw, so no HTML is ever put
// together from text. Only what lessons use so far: frontmatter, paragraphs, `code`, *emphasis* and **strong**.

export interface Lesson {
  readonly title: string
  readonly goal: string
  readonly minutes: number
  readonly paragraphs: readonly (readonly Piece[])[]
}

export interface Piece {
  readonly kind: 'text' | 'code' | 'emphasis' | 'strong'
  readonly text: string
}

export function parseLesson(markdown: string): Lesson {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(markdown) ?? []
  const keys = new Map(head.split('\n').map((line) => splitAtColon(line)))
  const paragraphs = body.split(/\n{2,}/).map((paragraph) => paragraph.trim().replaceAll('\n', ' '))
  return {
    title: keys.get('title') ?? '',
    goal: keys.get('goal') ?? '',
    minutes: Number(keys.get('minutes') ?? 0),
    paragraphs: paragraphs.filter(Boolean).map(parsePieces),
  }
}

const PIECE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*/g

export function parsePieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(PIECE)) {
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) })
    const [all, code, strong, emphasis] = match
    if (code !== undefined) pieces.push({ kind: 'code', text: code })
    else if (strong !== undefined) pieces.push({ kind: 'strong', text: strong })
    else pieces.push({ kind: 'emphasis', text: emphasis ?? '' })
    end = match.index + all.length
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) })
  return pieces
}

function splitAtColon(line: string): [string, string] {
  const at = line.indexOf(':')
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}
