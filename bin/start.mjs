// `npm start`: on a fresh clone it installs, builds and serves the site, and prints the address. Later starts skip what
// is already done. `--port N` or PORT fixes the port; otherwise it is the first free one from 4173.
import { parseArgs } from 'node:util'
import { prepare } from './prepare.mjs'

const FIRST_PORT = 4173

prepare()
const { buildSite, isSiteFresh, siteFolder } = await import('./build-site.mjs')
const { serveStatic } = await import('./serve-static.mjs')

const wanted = wantedPort()
if (!isSiteFresh()) {
  console.log('Building the site.')
  await buildSite()
}
try {
  const port = await serveStatic({ folder: siteFolder, port: wanted ?? FIRST_PORT, isFixed: wanted !== null })
  console.log(`Streambed: http://127.0.0.1:${port}/  (Ctrl+C ends it)`)
} catch (error) {
  stop(error.code === 'EADDRINUSE' ? `Port ${wanted} is taken: choose another with --port.` : String(error.message))
}

function wantedPort() {
  let given
  try {
    given = parseArgs({ options: { port: { type: 'string' } } }).values.port ?? process.env.PORT
  } catch (error) {
    stop(error.message)
  }
  if (given === undefined || given === '') return null
  const port = Number(given)
  if (!Number.isInteger(port) || port < 0 || port > 65535) stop(`A port is a number from 0 to 65535, not ${given}.`)
  return port
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
