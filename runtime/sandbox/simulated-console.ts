// console that writes lines to the simulation instead of the host. Times are virtual, and every line is the same on
// every machine; where it goes and who sees it is the port's business.
import { inspect, shorten } from './inspect.ts'

export type LogLevel = 'log' | 'info' | 'warn' | 'error' | 'debug'

interface ConsolePort {
  nowMs(): number
  log(level: LogLevel, text: string): void
}

type Writer = (...values: readonly unknown[]) => void

/** What a console remembers from one call to the next. */
export interface ConsoleMemory {
  indent: string
  readonly counts: Map<string, number>
  readonly timers: Map<string, number>
}

/** Of a console that nobody has written to. */
export function newConsoleMemory(): ConsoleMemory {
  return { indent: '', counts: new Map(), timers: new Map() }
}

/** The console of one subtask. */
export function makeConsole(port: ConsolePort, memory = newConsoleMemory()): Readonly<Record<string, Writer>> {
  const { counts, timers } = memory
  const write = (level: LogLevel, values: readonly unknown[]) => {
    const text = formatLine(values)
    port.log(level, memory.indent + text.replaceAll('\n', `\n${memory.indent}`))
  }
  const at =
    (level: LogLevel): Writer =>
    (...values) =>
      write(level, values)
  const group: Writer = (...values) => {
    if (values.length > 0) write('log', values)
    memory.indent += '  '
  }
  const elapsed = (label: string): string => `${label}: ${port.nowMs() - (timers.get(label) ?? port.nowMs())} ms`
  return Object.freeze({
    log: at('log'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    debug: at('debug'),
    trace: at('debug'),
    dir: (value: unknown) => write('log', [inspect(value)]),
    table: (value: unknown) => write('log', [inspect(value)]),
    assert: (condition: unknown, ...values: readonly unknown[]) => {
      if (!condition) write('error', ['Assertion failed', ...values])
    },
    count: (label: unknown = 'default') => {
      const name = String(label)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      write('log', [`${name}: ${counts.get(name)}`])
    },
    countReset: (label: unknown = 'default') => void counts.delete(String(label)),
    group,
    groupCollapsed: group,
    groupEnd: () => {
      memory.indent = memory.indent.slice(2)
    },
    time: (label: unknown = 'default') => void timers.set(String(label), port.nowMs()),
    timeLog: (label: unknown = 'default', ...values: readonly unknown[]) =>
      write('log', [elapsed(String(label)), ...values]),
    timeEnd: (label: unknown = 'default') => {
      write('log', [elapsed(String(label))])
      timers.delete(String(label))
    },
    clear: () => {},
  })
}

/** What a console shows for its arguments: strings as they are, `%s` and its kin filled in, the rest inspected. */
export function formatLine(values: readonly unknown[]): string {
  const [first, ...rest] = values
  if (typeof first !== 'string' || !first.includes('%')) return shorten(values.map(plain).join(' '))
  let used = 0
  const text = first.replace(/%[sdifjoOc%]/g, (directive) => {
    if (directive === '%%') return '%'
    if (used >= rest.length) return directive
    return fill(directive, rest[used++])
  })
  return shorten([text, ...rest.slice(used).map(plain)].join(' '))
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value)
}

function fill(directive: string, value: unknown): string {
  if (directive === '%c') return ''
  if (directive === '%s') return plain(value)
  if (directive === '%d' || directive === '%i' || directive === '%f') {
    if (typeof value === 'bigint') return `${value}n`
    const number = typeof value === 'object' ? Number.NaN : Number(value)
    return String(directive === '%i' ? Math.trunc(number) : number)
  }
  return inspect(value)
}
