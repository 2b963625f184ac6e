// The process in which a check runs: makes a context without host objects, evaluates the engine in it, then the jobs. It
// is started with limits by check-process.ts and can't make code of text itself, so that even an object of its own that
// leaked into the context would lead nowhere.

import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { JOB_SCRIPT_NAME } from '../sandbox/script-name.ts'
import type { CheckRequest } from './check-realm.ts'

interface Door {
  add(code: string, factory: unknown): void
  start(request: string): void
  read(): string | null
}

/** A job's module as an expression: what it exports is a function. Its lines stay where they are. */
function factoryIn(context: vm.Context, code: string): unknown {
  const expression = `'use strict';(${code.replace(/^export default /, '')})`
  return new vm.Script(expression, { filename: JOB_SCRIPT_NAME }).runInContext(context)
}

async function main(realm: string): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const { job, exercise } = JSON.parse(text) as CheckRequest
  const context = vm.createContext(Object.create(null) as object, {
    codeGeneration: { strings: false, wasm: false },
  })
  const door = vm.runInContext(`(() => {${readFileSync(realm, 'utf8')}\nreturn streambed})()`, context) as Door
  vm.runInContext('delete globalThis.WebAssembly', context)
  for (const { code } of [job, exercise.solution, ...exercise.wrong.map((answer) => answer.job)]) {
    door.add(code, factoryIn(context, code))
  }
  door.start(text)
  // Asked, not awaited: awaiting a promise of the context would hand functions of this one to its `then`.
  let result = door.read()
  while (result === null) {
    await new Promise((resolve) => setImmediate(resolve))
    result = door.read()
  }
  process.stdout.write(typeof result === 'string' ? result : '!')
}

await main(process.argv[2] as string)
