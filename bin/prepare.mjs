// What start and test do first on any machine: look at Node's version and install the packages when they are missing or
// older than the lock file. Only Node's own modules are imported here, since nothing else may be there yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

const lockFile = path.join(root, 'package-lock.json')
const stampFile = path.join(root, 'node_modules/.streambed-lock')

/** Checks Node and installs what is missing; ends the process with a clear message where that can't be done. */
export function prepare() {
  checkNode()
  if (arePackagesFresh()) return
  // To standard error: what `npx streambed` prints to standard output is data.
  console.error('Installing the packages of package-lock.json with `npm ci`; this takes a minute the first time.')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // Development packages are needed to build, whatever NODE_ENV says.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error, stderr } = spawnSync(npm, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  // npm ends its complaints with all its options: the reason stands at the top.
  if (status !== 0) stop(['`npm ci` failed:', error?.message ?? '', ...stderr.split('\n').slice(0, 12)].join('\n'))
  writeFileSync(stampFile, lockHash())
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const wanted = engines.node.replace(/^\D*/, '')
  const [major = 0, minor = 0] = wanted.split('.').map(Number)
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return
  stop(`Streambed needs Node ${wanted} or later; this is Node ${process.versions.node}.`)
}

/** True after our own `npm ci` for this very lock file, or after any npm that wrote node_modules later than the lock. */
function arePackagesFresh() {
  const installed = path.join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash()) return true
  // npm writes the two files one after the other, in either order.
  return statSync(installed).mtimeMs + 5000 >= statSync(lockFile).mtimeMs
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex')
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
