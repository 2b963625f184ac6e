// npm run golden -- <folder>…: runs every vector file of a folder, a line per file, then `N of M`. Vectors that can't be
// run yet count in M and not in N. Exit status 1 unless all pass, 2 if the command wasn't understood. `--why` prints what
// failed, and where.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseExactly, type VectorFile } from './format.ts'
import { runVector } from './families.ts'

const args = process.argv.slice(2)
const isVerbose = args.includes('--why')
const places = args.filter((arg) => !arg.startsWith('--'))
const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--why')
const missing = places.find((place) => !existsSync(place))
if (places.length === 0 || unknown !== undefined || missing !== undefined) {
  if (unknown !== undefined) process.stderr.write(`There is no option ${unknown}.\n`)
  if (missing !== undefined) process.stderr.write(`There is no folder or file ${missing}.\n`)
  process.stderr.write('Usage: npm run golden -- <folder or file>… [--why]\n')
  process.exit(2)
}

let passed = 0
let all = 0
for (const file of places.flatMap(vectorFiles)) {
  const counts = runFile(file)
  passed += counts.passed
  all += counts.all
}
console.log(`${passed} of ${all}`)
process.exitCode = all > 0 && passed === all ? 0 : 1

function vectorFiles(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place]
  return readdirSync(place, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = path.join(place, entry.name)
      if (entry.isDirectory()) return vectorFiles(inside)
      return entry.name.endsWith('.json') ? [inside] : []
    })
}

function runFile(file: string): { readonly passed: number; readonly all: number } {
  const name = path.basename(file)
  let content: Partial<VectorFile>
  try {
    content = parseExactly(readFileSync(file, 'utf8')) as Partial<VectorFile>
  } catch (error) {
    console.log(`${name}  can't be read: ${(error as Error).message}`)
    return { passed: 0, all: 1 }
  }
  const vectors = content.vectors
  if (!Array.isArray(vectors)) {
    console.log(`${name}  not yet run: its format isn't known here`)
    return { passed: 0, all: 1 }
  }
  const family = content.family ?? name.replace(/\.json$/, '')
  const all = vectors.map((vector) => ({ vector, verdict: runVector(family, vector) }))
  const verdicts = all.filter(({ verdict }) => verdict.kind !== 'not here')
  const ok = verdicts.filter(({ verdict }) => verdict.kind === 'passed').length
  const failures = verdicts.filter(({ verdict }) => verdict.kind === 'failed')
  const waiting = verdicts.length - ok - failures.length
  console.log(`${name}  ${describe(ok, verdicts.length, failures.length, waiting)}`)
  const notHere = all.length - verdicts.length
  if (notHere > 0) console.log(`${name}  ${notHere} not counted: about what this engine doesn’t have`)
  if (isVerbose)
    for (const { vector, verdict } of failures)
      if (verdict.kind === 'failed') console.log(`  ${vector.name}: ${verdict.why}`)
  return { passed: ok, all: verdicts.length }
}

function describe(ok: number, all: number, failures: number, waiting: number): string {
  if (waiting === all) return `not yet run (${all})`
  const parts = [`${ok} of ${all}`]
  if (failures > 0) parts.push(`${failures} failed`)
  if (waiting > 0) parts.push(`${waiting} not yet run`)
  return parts.join(', ')
}
