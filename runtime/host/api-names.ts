// Names that a job takes from 'streambed' although there's nothing of that name: without this they'd be undefined, and
// the job would fail somewhere else.

import type { Diagnostic } from '../base/diagnostic.ts'
import * as streambed from '../index.ts'
import type { CompiledJob } from '../sandbox/compile.ts'

export function unknownNames(job: CompiledJob): Diagnostic[] {
  return job.apiNames
    .filter(({ name }) => !(name in streambed))
    .map(({ name, span }) => ({ code: 'API_NAME_UNKNOWN', params: { name }, span }))
}
