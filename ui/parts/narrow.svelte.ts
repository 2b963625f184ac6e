// Whether the page is one column: at most 760 CSS pixels wide, which 200 % zoom makes of many a laptop.
const query = matchMedia('(max-width: 760px)')

class Narrow {
  #is = $state(query.matches)

  constructor() {
    query.addEventListener('change', () => (this.#is = query.matches))
  }

  get is(): boolean {
    return this.#is
  }
}

export const narrow = new Narrow()
