// The engine's sentences. There are many, and none is needed before something was compiled or run: they come when the first
// is asked for, or when the page is first touched.
import type { Diagnostic } from '../../runtime/host/protocol.ts'
import type * as Messages from '../../runtime/messages/index.ts'

let messages = $state.raw<typeof Messages | 'absent' | null>(null)
let loading: Promise<void> | null = null

/** Fetches them, unless they are there or on their way. */
export function loadMessages(): Promise<void> {
  loading ??= import('../../runtime/messages/index.ts').then(
    (module) => void (messages = module),
    () => {
      // Who compiles the next time may find the network back.
      messages = 'absent'
      loading = null
    },
  )
  return loading
}

/** Says the diagnostic in this language; nothing while the sentences are on their way, its code if they can't be had. */
export function render(diagnostic: Pick<Diagnostic, 'code' | 'params'>, language: Messages.Language): Messages.Message {
  if (messages === null) void loadMessages()
  if (messages === null) return { what: '', todo: '' }
  if (messages === 'absent') return { what: `${diagnostic.code} ${JSON.stringify(diagnostic.params)}`, todo: '' }
  return messages.render(diagnostic, language)
}
