import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { bundlePlugin } from './ui/build/bundle-plugin.ts'
import { contentSecurityPlugin } from './ui/build/content-security-plugin.ts'
import { lessonsPlugin } from './ui/build/lessons-plugin.ts'
import { sqlitePlugin } from './ui/build/sqlite-plugin.ts'
import { monacoPlugin } from './ui/build/monaco-plugin.ts'
import { typesPlugin } from './ui/build/types-plugin.ts'
import { bootstrapHash } from './ui/build/bootstrap-hash.ts'

const root = fileURLToPath(new URL('.', import.meta.url))

// Relative addresses throughout: the built site may be served from any folder.
export default defineConfig({
  base: './',
  plugins: [
    svelte(),
    bundlePlugin(),
    typesPlugin(root),
    lessonsPlugin(root),
    monacoPlugin(root),
    sqlitePlugin(root),
    contentSecurityPlugin(),
  ],
  define: { __BOOTSTRAP_HASH__: JSON.stringify(bootstrapHash()) },
  // The build takes the worker's plugins from here, `vite dev` takes them from above.
  worker: { format: 'es', plugins: () => [monacoPlugin(root)] },
  build: {
    outDir: 'dist/site',
    target: 'es2022',
    chunkSizeWarningLimit: 10_000,
    manifest: true,
    reportCompressedSize: false,
    // Preloading would inline a helper into every lazy import; the lazy parts here are single chunks.
    modulePreload: { polyfill: false },
  },
  optimizeDeps: {
    // Found late, these would make `vite dev` reload the page in the middle of the first visit.
    include: [
      'comlink',
      'monaco-editor/editor',
      'monaco-editor/features/register.all',
      'monaco-editor/languages/features/typescript/register',
      'monaco-editor/languages/definitions/typescript/register',
      'monaco-editor/languages/features/typescript/lib/typescriptServices',
      'monaco-editor/language/typescript/ts.worker',
      'monaco-editor/nls/lang/zh-cn',
    ],
  },
})
