#!/usr/bin/env node
// The command line, `npx streambed`: installs and bundles what it needs, and runs runtime/host/cli.ts.
import path from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare()
const { runTypeScript } = await import('./run-ts.mjs')
await runTypeScript(path.join(root, 'runtime/host/cli.ts'), process.argv.slice(2))
