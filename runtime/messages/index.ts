// Every sentence a learner can meet, by code and language. The text is in en.md and zh.md, written as message-text.ts
// reads it.

import type { Diagnostic } from '../base/diagnostic.ts'
import en from './en.md?raw'
import { fillMessage, parseMessages, type Message } from './message-text.ts'
import zh from './zh.md?raw'

export type Language = 'en' | 'zh'
export type { Message }

const TABLES: Readonly<Record<Language, ReadonlyMap<string, Message>>> = {
  en: parseMessages(en),
  zh: parseMessages(zh),
}

/** Says the diagnostic in this language, its values filled in. */
export function render(diagnostic: Pick<Diagnostic, 'code' | 'params'>, language: Language): Message {
  const message = TABLES[language].get(diagnostic.code)
  if (message === undefined) return { what: `${diagnostic.code} ${JSON.stringify(diagnostic.params)}`, todo: '' }
  return fillMessage(message, diagnostic.params)
}
