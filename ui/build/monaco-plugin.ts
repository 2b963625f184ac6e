// Two corrections to Monaco 0.57: its TypeScript worker is the only copy of TypeScript (ts-blank-space is pointed at it,
// 10 KiB instead of 3.4 MiB), and its fallback worker, which we never start, isn't emitted a second time.
import path from 'node:path'
import type { Plugin } from 'vite'

const FALLBACK_WORKER = /new Worker\(new URL\(["'][^"']+\.js["'], import\.meta\.url\), \{ type: ["']module["'] \}\)/g

export function monacoPlugin(root: string): Plugin {
  return {
    name: 'streambed:monaco',
    enforce: 'pre',
    // Dev prebundles dependencies with rolldown, past these hooks: what must be changed stays out of the prebundle.
    config: () => ({
      optimizeDeps: {
        exclude: ['ts-blank-space'],
        rolldownOptions: { plugins: [{ name: 'streambed:monaco-prebundle', transform: cutFallback }] },
      },
    }),
    resolveId(source, importer) {
      if (source === 'typescript' && importer?.includes('ts-blank-space'))
        return path.join(root, 'ui/editor/monaco-typescript.ts')
      return null
    },
    transform: cutFallback,
  }
}

function cutFallback(code: string, id: string): { code: string; map: null } | null {
  if (!/monaco-editor.*workerManager\.js/.test(id) || !FALLBACK_WORKER.test(code)) return null
  const cut = `(() => { throw new Error('MonacoEnvironment.getWorker is missing') })()`
  return { code: code.replace(FALLBACK_WORKER, cut), map: null }
}
