#!/usr/bin/env node
// `npx streambed …`: the headless engine. Bundles runtime/host/cli.ts when it changed and runs it; needs no built site.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTypeScript } from './run-ts.mjs'

const cli = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../runtime/host/cli.ts')
await runTypeScript(cli, process.argv.slice(2))
