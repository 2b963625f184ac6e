// Sizes and durations of checkpoints in a few characters.

/** In bytes as estimated: `1.2 KB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toPrecision(3)} KB`
  return `${(bytes / 1_000_000).toPrecision(3)} MB`
}

/** Virtual µs as ms with what matters of the rest: `88`, `1.25`. */
export function msText(us: number): string {
  const ms = us / 1000
  return String(ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(3)))
}
