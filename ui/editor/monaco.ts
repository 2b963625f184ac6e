// Monaco, set up once: workers, TypeScript's options, the types of 'streambed'. Everything that imports this module is
// in the lazy chunk (see load-editor.ts).
import { editor, languages, Uri } from 'monaco-editor/editor'
import 'monaco-editor/features/register.all'
import { conf, language as grammar } from 'monaco-editor/languages/definitions/typescript/typescript'
import { typescriptDefaults } from 'monaco-editor/languages/features/typescript/register'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import { streambedTypes } from 'virtual:streambed-types'
import { defineThemes } from './colours.ts'
import { learnerGlobals } from '../../runtime/host/learner-globals.ts'
import TypeScriptWorker from './ts.worker.ts?worker'

/** TypeScript's numbers; Monaco's own enums are older than some of them. */
const ES2022 = 9
const ESNEXT = 99
const BUNDLER = 100
const FORCE_MODULES = 3

const compilerOptions = {
  target: ES2022,
  module: ESNEXT,
  moduleResolution: BUNDLER,
  moduleDetection: FORCE_MODULES,
  lib: ['lib.es2022.d.ts'],
  types: [],
  strict: true,
  allowImportingTsExtensions: true,
  // Types are erased in place: what can't be erased is an error, not a silent change.
  erasableSyntaxOnly: true,
  noEmit: true,
}

/** Sets Monaco up for messages in this language. Call once, before the first editor. */
export function setUpMonaco(language: string): void {
  colourTypeScript()
  let workerLanguage = language
  self.MonacoEnvironment = {
    getWorker: (_, label) =>
      label === 'typescript' ? new TypeScriptWorker({ name: workerLanguage }) : new EditorWorker(),
  }
  setLanguage = (name) => {
    workerLanguage = name
    // Another option makes Monaco start a fresh worker, which then speaks the other language.
    typescriptDefaults.setCompilerOptions({ ...compilerOptions, locale: name })
  }
  typescriptDefaults.setCompilerOptions({ ...compilerOptions, locale: language })
  typescriptDefaults.setEagerModelSync(true)
  typescriptDefaults.setExtraLibs([
    { content: streambedTypes, filePath: 'file:///node_modules/streambed/index.d.ts' },
    { content: learnerGlobals, filePath: 'file:///node_modules/@types/job/index.d.ts' },
  ])
  defineThemes()
}

/**
 * Registered at once rather than on demand: no line is ever shown without its colours. `out`, a keyword only among type
 * parameters, is what every job calls its collector.
 */
function colourTypeScript(): void {
  const id = 'typescript'
  languages.register({ id })
  const keywords = grammar.keywords.filter((word) => word !== 'out')
  languages.setMonarchTokensProvider(id, { ...grammar, keywords })
  languages.setLanguageConfiguration(id, conf)
}

let setLanguage: (name: string) => void = () => {}

/** Makes TypeScript's messages come in another language from now on. */
export function setMessageLanguage(name: string): void {
  setLanguage(name)
}

export { editor, Uri }
