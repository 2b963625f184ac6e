// The only way to the editor: everything behind this import stays off the page until somebody wants to edit or run.
import type { EditorService, EditorServiceOptions } from './editor-service.ts'

let loading: Promise<EditorService> | null = null

/** Loads the editor once; a failed attempt may be repeated. */
export function loadEditor(options: EditorServiceOptions): Promise<EditorService> {
  if (!loading) {
    const attempt = load(options)
    loading = attempt
    attempt.catch(() => (loading = null))
  }
  return loading
}

async function load(options: EditorServiceOptions): Promise<EditorService> {
  // Monaco reads its own interface's words when its modules are evaluated, so they must be there first.
  if (options.language === 'zh') await import('monaco-editor/nls/lang/zh-cn')
  const { EditorService } = await import('./editor-service.ts')
  return new EditorService(options)
}
