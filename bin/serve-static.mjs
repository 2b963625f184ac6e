// A static file server for the built site: right types, no escape from its folder, nothing cached but what has a hash in
// its name.
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.jsonl': 'application/x-ndjson; charset=utf-8',
}

/** Serves `folder` on 127.0.0.1; resolves to the port. Tries the ports after `port` too unless it is `isFixed`. */
export async function serveStatic({ folder, port, isFixed }) {
  const server = createServer((request, response) => answer(folder, request, response))
  for (let candidate = port; ; candidate++) {
    try {
      await listen(server, candidate)
      return server.address().port
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || isFixed || candidate >= port + 100) throw error
    }
  }
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function answer(folder, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
  const file = fileOf(folder, request.url ?? '/')
  const stat = file === null ? undefined : statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) return refuse(response, 404)
  response.writeHead(200, {
    'Content-Type': types[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': stat.size,
    'Cache-Control': path.relative(folder, file).startsWith('assets' + path.sep)
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  })
  if (request.method === 'HEAD') response.end()
  else
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response)
}

/** The file that an address means, null where it would lie outside the folder. */
function fileOf(folder, url) {
  let name
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname)
  } catch {
    return null
  }
  if (name.includes('\0')) return null
  const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name)
  return file.startsWith(folder + path.sep) ? file : null
}

function refuse(response, status) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(status === 404 ? 'Not found\n' : 'Not allowed\n')
}
