// The page's content security policy, as a meta tag so that any static server will do.
import type { Plugin } from 'vite'
import { bootstrapHash } from './bootstrap-hash.ts'

export function contentSecurityPlugin(): Plugin {
  let isDev = false
  return {
    name: 'streambed:content-security',
    configResolved(config) {
      isDev = config.command === 'serve' && !config.isProduction
    },
    transformIndexHtml() {
      return [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policy(isDev) },
          injectTo: 'head-prepend',
        },
      ]
    },
  }
}

function policy(isDev: boolean): string {
  return [
    `default-src 'none'`,
    // The sandbox's frame inherits this policy: its bootstrap needs the hash, its worker and the learner's job need blob:.
    // SQLite, in the frame's worker, is WebAssembly.
    `script-src 'self' '${bootstrapHash()}' blob: 'wasm-unsafe-eval'`,
    `worker-src 'self' blob:`,
    isDev ? `connect-src 'self' ws: wss:` : `connect-src 'self'`,
    // Monaco writes style elements and style attributes.
    `style-src 'self' 'unsafe-inline'`,
    `font-src 'self' data:`,
    `img-src 'self' data:`,
    `manifest-src 'self'`,
    `frame-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
}
