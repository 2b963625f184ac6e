// From a JavaScript stack trace back to the learner's files. Browsers write frames in two ways, `at fn (url:line:column)`
// and `fn@url:line:column`; both name the job module by its sourceURL, some by the address it was imported from.
import type { Span } from '../base/diagnostic.ts'
import type { CompiledFile, CompiledJob } from './compiled-job.ts'
import { JOB_SCRIPT_NAME } from './script-name.ts'

/** The learner's places in `stack`, innermost first. `addresses`: further names the module goes by, such as its Blob URL. */
export function locate(stack: string, job: CompiledJob, addresses: readonly string[] = []): Span[] {
  const scripts = [JOB_SCRIPT_NAME, ...addresses]
  const spans: Span[] = []
  for (const line of stack.split('\n')) {
    const frame = /^(.*?):(\d+):(\d+)\)?\s*$/.exec(line)
    if (!frame || !isFrame(line)) continue
    const [, before = '', row = '', column = ''] = frame
    if (!isDataModule(before) && !scripts.some((script) => endsWithScript(before, script))) continue
    const span = locatePosition(job, { line: Number(row), column: Number(column) })
    if (span) spans.push(span)
  }
  return spans
}

/** A 1-based place in the module text, as the learner's place; null in lines that are the compiler's own. */
export function locatePosition(
  job: CompiledJob,
  position: { readonly line: number; readonly column: number },
): Span | null {
  const file = job.files.find(
    ({ startLine, lineCount }) => position.line >= startLine && position.line < startLine + lineCount,
  )
  if (!file) return null
  const line = position.line - file.startLine + 1
  return { file: file.name, line, column: originalColumn(file, line, position.column) }
}

/** Firefox and Safari separate the function from the address with '@', V8 begins a frame with 'at'. */
function isFrame(line: string): boolean {
  return /^\s*at /.test(line) || line.includes('@')
}

/** Node imports job modules from data: addresses, and test runners show these in the place of the sourceURL. */
function isDataModule(text: string): boolean {
  return /(^|[\s(@])data:text\/javascript[;,][^\s]*$/.test(text)
}

function endsWithScript(text: string, script: string): boolean {
  if (!text.endsWith(script)) return false
  const before = text[text.length - script.length - 1]
  return before === undefined || before === ' ' || before === '(' || before === '@' || before === '/'
}

function originalColumn(file: CompiledFile, line: number, column: number): number {
  let moved = 0
  for (const [insertedLine, insertedColumn, length] of file.inserted) {
    if (insertedLine !== line) continue
    const start = insertedColumn + moved
    if (column < start) break
    // A position inside what we put in means the learner's character behind it.
    if (column < start + length) return insertedColumn
    moved += length
  }
  return column - moved
}
