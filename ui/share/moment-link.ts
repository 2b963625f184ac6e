// A link to a moment of a run: the page, what was changed in its files, the run and its settings, and the place, as text in
// the address. The run isn't in it: whoever opens the link has the same one made anew, to the byte.
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import { faultOfName } from '../notebook/job-files.ts'
import { parseSettings, wholeNumber, type PageSettings } from '../kernel/run-settings.ts'
import { STAGE_VIEWS, type StageView } from '../lesson/lesson-model.ts'

export interface SharedMoment {
  /** Id of the lesson or exercise, or the playground's. */
  readonly page: string
  /** Of the page's own files and inputs, as they were where the link was made. */
  readonly stamp: string
  /** Files that differ from the page's own. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  /** The file that the job starts in. */
  readonly entry: string
  /** Id of the lesson's run; null where a page has none. */
  readonly run: string | null
  readonly settings: PageSettings
  /** What is done to the cluster; what is wrong with it the engine says. */
  readonly interventions: readonly RunIntervention[]
  readonly at: { readonly event: number; readonly record: number }
  /** The virtual clock there, in ms: for whoever is asked whether to go there. */
  readonly atMs: number
  /** What was looked at. */
  readonly view: StageView
}

const VERSION = '1'
const NO_FILES = { files: [], entry: '' }
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
function momentOf({
  page,
  stamp,
  files,
  entry,
  run,
  settings,
  at,
  atMs,
  interventions = [],
  view,
}: Record<string, unknown>): SharedMoment | null {
  const { event, record } = (at ?? {}) as Record<string, unknown>
  const place = { event: wholeNumber(event, {}), record: wholeNumber(record, {}) }
  if (typeof page !== 'string' || typeof stamp !== 'string' || typeof entry !== 'string' || !Array.isArray(files))
    return null
  if (!(files as unknown[]).every(isFile) || (run !== null && typeof run !== 'string')) return null
  if (place.event === null || place.record === null) return null
  if (!Array.isArray(interventions) || !interventions.every(isIntervention)) return null
  return {
    page,
    stamp,
    files,
    entry,
    run,
    settings: parseSettings(JSON.stringify(settings)),
    at: { event: place.event, record: place.record },
    atMs: wholeNumber(atMs, {}) ?? 0,
    interventions,
    view: STAGE_VIEWS.find((name) => name === view) ?? 'dataflow',
  }
}

function isIntervention(one: unknown): one is RunIntervention {
  const { event, action } = (one ?? {}) as Record<string, unknown>
  return typeof event === 'number' && typeof action === 'object' && action !== null
}

function isFile(file: unknown): boolean {
  const { name, text } = (file ?? {}) as Record<string, unknown>
  return typeof name === 'string' && faultOfName(NO_FILES, name, null) === null && typeof text === 'string'
}
