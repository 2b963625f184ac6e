// Names that a job takes from 'streambed' although there's nothing of that name: without this they'd be undefined, and
// the job would fail somewhere else.

import type { Diagnostic } from '../base/diagnostic.ts'
import * as streambed from '../index.ts'
import type { CompiledJob } from '../sandbox/compile.ts'

/** The names of the API's streams that have this method. */
export function streamsWith(method: string): string {
  const streams = Object.entries(streambed).filter(([name, value]) => {
    return /Streams?$/.test(name) && method in (value as { readonly prototype: object }).prototype
  })
  return streams.map(([name]) => name).join(', ')
}

/** Each name that the job imports and that isn't there, where it's imported. */
export function unknownNames(job: CompiledJob): Diagnostic[] {
  return job.apiNames
    .filter(({ name }) => !(name in streambed))
    .map(({ name, span }) => ({ code: 'API_NAME_UNKNOWN', params: { name }, span }))
}
