// Whether the reader asked for less motion.
const query = window.matchMedia('(prefers-reduced-motion: reduce)')
let isReduced = $state(query.matches)
query.addEventListener('change', ({ matches }) => (isReduced = matches))

export const reducedMotion = {
  get is(): boolean {
    return isReduced
  },
}
