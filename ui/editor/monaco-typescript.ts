// ts-blank-space imports 'typescript' by its default export; in the editor's worker it gets Monaco's copy (see
// build/monaco-plugin.ts), which is there already.
import { typescript } from 'monaco-editor/languages/features/typescript/lib/typescriptServices'

export { typescript as default }
