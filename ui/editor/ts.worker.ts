// Monaco's TypeScript worker, taught to compile a job: the same program that answers hover and completion says whether
// the job may run, and its texts are the ones that run. Its name is the page's language, for TypeScript's messages.
import { blankSourceFile } from 'ts-blank-space'
import { initialize, ts, TypeScriptWorker } from 'monaco-editor/language/typescript/ts.worker'
import type tsModule from 'typescript'
import { compileJob, withPrint, type PrintProbe } from '../../runtime/host/compile.ts'
import { nameOfAddress, type Compilation, type JobWorkerApi, type TypeProblem } from './job-worker.ts'

const { typescript } = ts

class JobWorker extends TypeScriptWorker implements JobWorkerApi {
  async compileJob(
    addresses: readonly string[],
    entry: string,
    versions: readonly number[],
    probe?: PrintProbe,
  ): Promise<Compilation> {
    const files = addresses.map((address, i) => ({
      name: nameOfAddress(address) ?? address,
      text: this.#text(address, versions[i]),
    }))
    const types = addresses.flatMap((address) => this.#typeProblems(address))
    const tools = { ts: typescript, blankSourceFile }
    const probed = probe === undefined ? { files, diagnostic: null } : withPrint(files, probe, tools)
    if (probed.files === null) return { types, diagnostics: [probed.diagnostic], job: null }
    const compiled = compileJob(probed.files, entry, tools)
    const hasErrors = types.some((problem) => problem.isError)
    return { types, diagnostics: compiled.diagnostics, job: hasErrors ? null : compiled.job }
  }

  #text(address: string, version: number | undefined): string {
    const model = this._ctx.getMirrorModels().find((candidate) => candidate.uri.toString() === address)
    if (model?.version !== version || !model) throw new Error(`${address} is not synchronised`)
    return model.getValue()
  }

  #typeProblems(address: string): TypeProblem[] {
    const service = this.getLanguageService()
    const found = [...service.getSyntacticDiagnostics(address), ...service.getSemanticDiagnostics(address)]
    return found.flatMap((diagnostic) => typeProblem(diagnostic, address))
  }
}

function typeProblem(diagnostic: tsModule.Diagnostic, address: string): TypeProblem[] {
  const { file, start = 0, length = 0, category } = diagnostic
  const isError = category === typescript.DiagnosticCategory.Error
  if (!file || (!isError && category !== typescript.DiagnosticCategory.Warning)) return []
  const from = file.getLineAndCharacterOfPosition(start)
  const to = file.getLineAndCharacterOfPosition(start + length)
  const span = {
    file: nameOfAddress(address) ?? address,
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  }
  const message = typescript.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
  return [{ span, code: diagnostic.code, message, isError }]
}

/** TypeScript's own sentences in the page's language; null leaves them in English. */
async function localizedMessages(): Promise<Record<string, string> | null> {
  if (self.name !== 'zh') return null
  const { default: messages } = await import('typescript/lib/zh-cn/diagnosticMessages.generated.json')
  return messages
}

function start(): void {
  initialize((context, createData) => new JobWorker(context, createData))
}

// Monaco posts its first messages at once; they wait until the sentences are there, since TypeScript takes them only
// before its first use.
const held: MessageEvent[] = []
self.onmessage = (first) => {
  self.onmessage = (message) => held.push(message)
  void localizedMessages()
    .catch(() => null)
    .then((messages) => {
      if (messages) {
        const service = typescript as unknown as { setLocalizedDiagnosticMessages(table: Record<string, string>): void }
        service.setLocalizedDiagnosticMessages(messages)
      }
      start()
      for (const message of held) self.onmessage?.(message)
      void first
    })
}
