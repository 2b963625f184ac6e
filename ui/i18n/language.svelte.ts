// The page's language: a choice that is remembered, at first the browser's. Reading `language.t` in a component makes it
// follow a switch; nothing is rebuilt, so everything stays where it is.
import { en } from './en.ts'
import { zh } from './zh.ts'
import { readSetting, watchSetting, writeSetting } from '../parts/settings-storage.ts'

export type LanguageName = 'en' | 'zh'

const TABLES: Readonly<Record<LanguageName, typeof en>> = { en, zh }

class Language {
  #name = $state<LanguageName>(initialLanguage())

  get name(): LanguageName {
    return this.#name
  }

  constructor() {
    watchSetting('language', () => (this.#name = initialLanguage()))
  }

  /** What stands between two sentences. */
  get apart(): string {
    return this.#name === 'zh' ? '' : ' '
  }

  /** The words of the current language. */
  get t(): typeof en {
    return TABLES[this.#name]
  }

  /** The language as HTML names it. */
  get tag(): string {
    return this.#name === 'zh' ? 'zh-CN' : 'en'
  }

  choose(name: LanguageName): void {
    this.#name = name
    writeSetting('language', name)
  }
}

function initialLanguage(): LanguageName {
  const saved = readSetting('language')
  if (saved === 'en' || saved === 'zh') return saved
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export const language = new Language()
