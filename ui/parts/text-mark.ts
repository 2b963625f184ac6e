// A short mark of texts: another if any of them is, or if they are divided otherwise. FNV-1a; good for telling apart what
// nobody made to collide.

export function textMark(texts: readonly string[]): string {
  let hash = 0x811c9dc5
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ 0x10000, 0x01000193)
  }
  return (hash >>> 0).toString(36)
}
