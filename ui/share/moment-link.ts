// A link to a moment of a run: the page, what was changed in its files, the run and its settings, and the place, as text in
// the address. The run isn't in it: whoever opens the link has the same one made anew, to the byte.
import type { PrintProbe, Question } from '../../runtime/host/protocol.ts'
import { wholeNumber } from '../kernel/run-settings.ts'
import { STAGE_VIEWS, type StageView } from '../lesson/lesson-model.ts'
import { sharedRunOf, type SharedRun } from './shared-run.ts'

export interface SharedMoment extends SharedRun {
  /** Id of the lesson or exercise, or the playground's. */
  readonly page: string
  /** Of the page's own files and inputs, as they were where the link was made. */
  readonly stamp: string
  readonly at: { readonly event: number; readonly record: number }
  /** The virtual clock there, in ms: for whoever is asked whether to go there. */
  readonly atMs: number
  /** What was looked at. */
  readonly view: StageView
  /** What was asked of the run; null for nothing. */
  readonly asked: Question | null
  /** What was printed after the fact; null for nothing. */
  readonly printed: PrintProbe | null
  /** The key that was open in the view of state. */
  readonly openedKey: OpenedKey | null
  /** The file that was in front; null for none. */
  readonly shownFile: string | null
}

export interface OpenedKey {
  /** Index in the topology. */
  readonly task: number
  readonly key: string
}

const VERSION = '1'
const PARAMETER = '?moment='

/** What goes into the address after `#`. */
export async function addressOf(moment: SharedMoment): Promise<string> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(moment)), new CompressionStream('deflate'))
  const text = btoa(String.fromCharCode(...packed))
  return `/${moment.page}${PARAMETER}${VERSION}.${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}

/** The part of an address that names a moment; null if it names none. */
export function momentIn(hash: string): string | null {
  const at = hash.indexOf(PARAMETER)
  return at < 0 ? null : hash.slice(at + PARAMETER.length)
}

/** `damaged`: something of the text is missing or changed; `newer`: it was made by a later version of this page. */
export async function readMoment(text: string): Promise<SharedMoment | 'damaged' | 'newer'> {
  const [version = '', packed = ''] = text.split('.')
  if (version !== VERSION) return Number(version) > Number(VERSION) ? 'newer' : 'damaged'
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    // The stream checks what it has unpacked.
    const json = new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate')))
    return momentOf(JSON.parse(json) as Record<string, unknown>) ?? 'damaged'
  } catch {
    return 'damaged'
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const piped = new Blob([bytes]).stream().pipeThrough(stream)
  return new Uint8Array(await new Response(piped).arrayBuffer())
}

/** Anybody can write a link, so nothing in it is taken for granted. */
function momentOf(given: Record<string, unknown>): SharedMoment | null {
  const { page, stamp, at, atMs, view, asked, printed, openedKey, shownFile } = given
  const run = sharedRunOf(given)
  const { event, record } = (at ?? {}) as Record<string, unknown>
  const place = { event: wholeNumber(event, {}), record: wholeNumber(record, {}) }
  if (run === null || typeof page !== 'string' || typeof stamp !== 'string') return null
  if (place.event === null || place.record === null) return null
  return {
    ...run,
    page,
    stamp,
    at: { event: place.event, record: place.record },
    atMs: wholeNumber(atMs, {}) ?? 0,
    view: STAGE_VIEWS.find((name) => name === view) ?? 'dataflow',
    asked: isQuestion(asked) ? asked : null,
    printed: probeOf(printed),
    openedKey: isOpenedKey(openedKey) ? { task: openedKey.task, key: openedKey.key } : null,
    shownFile: typeof shownFile === 'string' ? shownFile : null,
  }
}

function isQuestion(value: unknown): value is Question {
  const { kind, row, line, target, key } = (value ?? {}) as Record<string, unknown>
  if (kind === 'row') return typeof row === 'number'
  if (kind === 'log') return typeof line === 'number'
  if (kind === 'key') return key === null || typeof key === 'string'
  return kind === 'waiting' && (target === null || isTarget(target))
}

/** Whether the expression can stand at that line, the compiler says. */
function probeOf(value: unknown): PrintProbe | null {
  const { file, line, expression } = (value ?? {}) as Record<string, unknown>
  const place = wholeNumber(line, { min: 1 })
  if (typeof file !== 'string' || place === null || typeof expression !== 'string') return null
  return { file, line: place, expression }
}

function isTarget(value: unknown): boolean {
  const { task, key, window, at, isEventTime } = (value ?? {}) as Record<string, unknown>
  const { start, end } = (window ?? {}) as Record<string, unknown>
  const isWindow = window === null || (typeof start === 'number' && typeof end === 'number')
  const isTimer = typeof at === 'number' && typeof isEventTime === 'boolean'
  return typeof task === 'number' && typeof key === 'string' && isWindow && isTimer
}

function isOpenedKey(value: unknown): value is OpenedKey {
  const { task, key } = (value ?? {}) as Record<string, unknown>
  return typeof task === 'number' && typeof key === 'string'
}
