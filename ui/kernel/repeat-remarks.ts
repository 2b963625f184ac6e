// What should be known of a job whose run can't be repeated as one might think: what its functions remember unseen, and
// which of their calls give something else in Flink when a record is processed again.
import type { CompiledJob, Diagnostic } from '../../runtime/host/protocol.ts'

/** `isImpure`: a run of it went on from a place in another way than before. */
export function repeatRemarks({ hidden = [], unsteady = [] }: CompiledJob, isImpure: boolean): readonly Diagnostic[] {
  const known = hidden.filter(({ isCertain }) => isCertain)
  const calls = unsteady.filter(({ call }, i) => unsteady.findIndex((other) => other.call === call) === i)
  return [
    ...known.map(({ name, span }) => ({ code: 'RUN_REMEMBERS', params: { name }, span })),
    ...(isImpure && known.length === 0 ? [{ code: 'RUN_REMEMBERS_SOMEWHERE', params: {}, span: null }] : []),
    ...calls.map(({ call, span }) => ({ code: 'RUN_UNSTEADY', params: { call }, span })),
  ]
}
