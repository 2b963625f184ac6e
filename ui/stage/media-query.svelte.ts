// What the reader asked of the system: less motion, colours of their own.

function watched(text: string): { readonly is: boolean } {
  const query = window.matchMedia(text)
  let is = $state(query.matches)
  query.addEventListener('change', ({ matches }) => (is = matches))
  return {
    get is(): boolean {
      return is
    },
  }
}

export const reducedMotion = watched('(prefers-reduced-motion: reduce)')
export const forcedColours = watched('(forced-colors: active)')
