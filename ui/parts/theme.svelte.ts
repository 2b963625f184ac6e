// Light or dark: the system's choice unless the reader made one.
import { readSetting, watchSetting, writeSetting } from './settings-storage.ts'

export type ThemeChoice = 'system' | 'light' | 'dark'

class Theme {
  #choice = $state<ThemeChoice>(initialChoice())
  #isSystemDark = $state(false)

  constructor() {
    const system = matchMedia('(prefers-color-scheme: dark)')
    this.#isSystemDark = system.matches
    system.addEventListener('change', () => (this.#isSystemDark = system.matches))
    watchSetting('theme', () => {
      this.#choice = initialChoice()
      this.#apply()
    })
    this.#apply()
  }

  get choice(): ThemeChoice {
    return this.#choice
  }

  get isDark(): boolean {
    return this.#choice === 'dark' || (this.#choice === 'system' && this.#isSystemDark)
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    writeSetting('theme', choice)
    this.#apply()
  }

  #apply(): void {
    const root = document.documentElement
    if (this.#choice === 'system') delete root.dataset.theme
    else root.dataset.theme = this.#choice
  }
}

function initialChoice(): ThemeChoice {
  const saved = readSetting('theme')
  return saved === 'light' || saved === 'dark' ? saved : 'system'
}

export const theme = new Theme()
