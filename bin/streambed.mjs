#!/usr/bin/env node
// The command line, `npx streambed`: installs and bundles what it needs, and runs runtime/host/cli.ts.
import path from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare()
const { bundleOf, runTypeScript } = await import('./run-ts.mjs')
if (process.argv[2] === 'check') {
  // A check runs code that nobody vouches for: in a process of its own, which is given these files and nothing else.
  const host = path.join(root, 'runtime/host')
  const [child, realm, types] = await Promise.all([
    bundleOf(path.join(host, 'check-child.ts')),
    bundleOf(path.join(host, 'check-realm.ts'), 'script'),
    bundleOf(path.join(root, 'runtime/index.ts'), 'types'),
  ])
  process.env.STREAMBED_CHECK = JSON.stringify({ root, child, realm, types })
}
await runTypeScript(path.join(root, 'runtime/host/cli.ts'), process.argv.slice(2))
