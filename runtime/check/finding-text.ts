// A finding as a diagnostic, so that messages/ has its sentence in both languages. The page and the command line say
// the same.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Finding } from './exercise-check.ts'

/** What a failed check's finding says. */
export function findingDiagnostic(finding: Finding, parallelism: number): Diagnostic {
  switch (finding.kind) {
    case 'failed':
      return say('CHECK_JOB_FAILED', {})
    case 'endless':
      return say('CHECK_ENDLESS', {})
    case 'rows': {
      const { missing, unexpected } = finding
      if (unexpected.length === 0) return say('CHECK_ROWS_MISSING', { missing: missing.length })
      if (missing.length === 0) return say('CHECK_ROWS_UNEXPECTED', { unexpected: unexpected.length })
      return say('CHECK_ROWS_OTHER', { missing: missing.length, unexpected: unexpected.length })
    }
    case 'order':
      return say('CHECK_ROWS_ORDER', { parallelism })
    case 'state':
      return say('CHECK_STATE_LEFT', { left: finding.left, allowed: finding.allowed })
    case 'timers':
      return say('CHECK_TIMERS_LEFT', { left: finding.left, allowed: finding.allowed })
    case 'held':
      return say('CHECK_STATE_MISSING', { held: finding.held, wanted: finding.wanted })
  }
}

function say(code: string, params: Diagnostic['params']): Diagnostic {
  return { code, params, span: null }
}
