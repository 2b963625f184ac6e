// The global names that learner code doesn't get as the host has them: replaced by the simulation's own, or refused with
// the tool to use instead. A name counts only where the code mentions it as a free variable, so a learner's own `close`
// or `top` is theirs. This is hygiene, not a wall: the wall is the worker's opaque origin and its content policy.

/** Names for which the prelude has a deterministic replacement. */
export const REPLACED_NAMES = ['Date', 'Math', 'performance', 'console', 'crypto'] as const

/** Where a file was given an expression to print: what takes its value. */
export const PRINT_NAME = '__print'

/** Which tool a refused name's message points to: Flink's timer service, async I/O, or nothing in particular. */
export type RefusedUse = 'timers' | 'async' | 'none'

const timers = `setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate requestAnimationFrame
  cancelAnimationFrame requestIdleCallback cancelIdleCallback scheduler Temporal`

const async = `queueMicrotask fetch Request Response Headers XMLHttpRequest WebSocket WebSocketStream WebTransport EventSource
  RTCPeerConnection Worker SharedWorker importScripts BroadcastChannel MessageChannel MessagePort`

const none = `SharedArrayBuffer Atomics WeakRef FinalizationRegistry Function Intl indexedDB localStorage sessionStorage
  caches cookieStore navigator document window self globalThis global process require module exports Buffer __dirname
  __filename location history screen frames parent top opener origin alert prompt confirm open close print postMessage
  addEventListener removeEventListener dispatchEvent onmessage onerror reportError Notification Image Audio
  PerformanceObserver FileReader WebAssembly`

function words(list: string, use: RefusedUse): [string, RefusedUse][] {
  return list.split(/\s+/).map((name) => [name, use])
}

/** Every refused name and the tool its message points to. */
export const REFUSED_NAMES: ReadonlyMap<string, RefusedUse> = new Map([
  ...words(timers, 'timers'),
  ...words(async, 'async'),
  ...words(none, 'none'),
])

/** All names that a job module takes from the sandbox. */
export const INTERCEPTED_NAMES: readonly string[] = [...REPLACED_NAMES, PRINT_NAME, ...REFUSED_NAMES.keys()]
