/// <reference types="svelte" />
/// <reference types="vite/client" />

/** The sandbox bootstrap's hash as a policy source, put in by vite.config.ts. */
declare const __BOOTSTRAP_HASH__: string

declare module '*?bundle' {
  export const code: string
}

declare module 'virtual:streambed-sqlite' {
  export const code: string
}

declare module 'virtual:streambed-types' {
  export const streambedTypes: string
}

// What is in it says ui/lesson/lesson-catalogue.ts.
declare module 'virtual:streambed-lessons' {
  export const catalogue: unknown
  export const glossary: unknown
  export const loaders: unknown
}

declare module 'monaco-editor/nls/lang/zh-cn' {}

// Monaco ships this module without types; these are the parts we use.
declare module 'monaco-editor/language/typescript/ts.worker' {
  import type tsModule from 'typescript'
  export const ts: { readonly typescript: typeof tsModule }
  export interface WorkerContext {
    getMirrorModels(): {
      readonly uri: { toString(skipEncoding?: boolean): string }
      readonly version: number
      getValue(): string
    }[]
  }
  export class TypeScriptWorker {
    constructor(context: WorkerContext, createData: unknown)
    protected getLanguageService(): tsModule.LanguageService
    protected readonly _ctx: WorkerContext
  }
  export function initialize(create: (context: WorkerContext, createData: unknown) => TypeScriptWorker): void
}

declare module 'monaco-editor/languages/features/typescript/lib/typescriptServices' {
  import type tsModule from 'typescript'
  export const typescript: typeof tsModule
}

declare module 'monaco-editor/languages/definitions/typescript/typescript' {
  import type { languages } from 'monaco-editor/editor'
  export const conf: languages.LanguageConfiguration
  export const language: languages.IMonarchLanguage & { readonly keywords: readonly string[] }
}
