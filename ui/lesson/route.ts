// The page's address: `#/fraud-detection/remember`, or `#/playground`. Another address is another page and loads anew:
// nothing of one lesson can linger in the next, and what was written is kept.

export const PLAYGROUND = 'playground'

/** Id of the page that the address names; the first lesson where it names none. */
export function pageOf(
  hash: string,
  lessonIds: readonly string[],
): { readonly id: string; readonly isUnknown: boolean } {
  // A moment that is shared stands behind the page's id.
  const [path = ''] = hash.replace(/^#\//, '').split('?')
  const id = decodeURI(path)
  if (id === PLAYGROUND || lessonIds.includes(id)) return { id, isUnknown: false }
  return { id: lessonIds[0] ?? PLAYGROUND, isUnknown: id !== '' }
}
