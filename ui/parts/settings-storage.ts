// Small choices (language, theme, width of the notebook) kept between visits. A browser that refuses storage loses them
// and nothing else.

const PREFIX = 'streambed.'

export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

export function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // Storage is full or forbidden; the choice holds until the page is left.
  }
}
