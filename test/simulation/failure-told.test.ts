// How a failure is told: in the log, by the state that the task was in and why; and at the end, by what became of the job:
// started again no more, and by which option, or about to be.

import { describe, expect, test } from 'vitest'
import type { ClusterAction, RunSettings } from '../../runtime/host/protocol.ts'
import { render } from '../../runtime/messages/index.ts'
import { newSession, runText, type HostedRun } from '../harness/compiled-job.ts'

function job(configure: string, body = 'n', open = ''): string {
  return `
import { Configuration, DataGeneratorSource, RateLimiterStrategy, RichMapFunction, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
${configure}
class Same extends RichMapFunction<number, number> {
  override open() { ${open} }
  override map(n: number) { return ${body} }
}
const numbers = new DataGeneratorSource((i: number) => i, 300, RateLimiterStrategy.perSecond(100))
env.fromSource(numbers, WatermarkStrategy.noWatermarks(), 'numbers').keyBy((n) => n % 3).map(new Same()).name('same').print()
await env.execute('sums')`
}

const ONCE = `env.enableCheckpointing(100)
env.configure(new Configuration().set('restart-strategy.type', 'fixed-delay').set('restart-strategy.fixed-delay.attempts', 1))`
const THROWS = `n < 20 ? n : (() => { throw new Error('twenty') })()`
const LIMIT = 'restart-strategy.fixed-delay.attempts: 1'
const always: ClusterAction = { kind: 'throw', operator: 'same', times: 'always' }
const after = (...actions: readonly ClusterAction[]): RunSettings['interventions'] =>
  actions.map((action, i) => ({ event: 60 + i, action }))

const run = (text: string, settings: RunSettings = {}): Promise<HostedRun> => runText(newSession(), text, settings)

/** Lines of the log, with why in English. */
const linesOf = ({ logs }: HostedRun): string[] =>
  logs.map(({ text, cause }) => `${text}${cause === undefined ? '' : ` — ${render(cause, 'en').what}`}`)

describe('in the log', () => {
  test('a fault is told in words, as what it is', async () => {
    const done = await run(job('env.enableCheckpointing(100)'), { interventions: after({ ...always, times: 'once' }) })
    expect(done.outcome?.state).toBe('finished')
    expect(linesOf(done)[0]).toBe(
      'same -> Sink: Print to Std. Out (1/1) switched from RUNNING to FAILED — “same” was made to fail at its record 1.',
    )
    expect(JSON.stringify(done.logs)).not.toContain('LearnerError')
  })

  test('what the learner throws is told as thrown, and a task that wasn’t running yet didn’t run', async () => {
    const done = await run(job(ONCE, 'n', `throw new Error('not yet')`))
    expect(linesOf(done)[0]).toBe(
      'same -> Sink: Print to Std. Out (1/1) switched from INITIALIZING to FAILED: Error: not yet',
    )
  })

  test('where no task has failed, it’s the job that is started again', async () => {
    const cluster = { taskManagers: 1, slotsPerTaskManager: 1, slotRequestTimeoutMs: 1000 }
    const waiting = await run(job(ONCE), { parallelism: 2, cluster, untilMs: 1500 })
    const late = await run(job('env.enableCheckpointing(100).getCheckpointConfig().setCheckpointTimeout(50)'), {
      interventions: after({ kind: 'lose-acknowledgement', operator: 'same' }),
    })
    expect(linesOf(waiting).at(-1)).toBe(
      'Job sums switched from RUNNING to RESTARTING — The job waited for slots in vain: 1 available, 2 needed.',
    )
    expect(linesOf(late)[0]).toMatch(/^Job sums switched from RUNNING to RESTARTING — Checkpoint \d wasn’t complete/)
  })
})

describe('at the end', () => {
  test.each<[name: string, text: string, settings: RunSettings, code: string, limit: string | undefined]>([
    ['a throw, after the last restart', job(ONCE, THROWS), {}, 'FUNCTION_THREW_AGAIN', LIMIT],
    ['a throw, no restart', job('', THROWS), {}, 'FUNCTION_THREW', undefined],
    ['a throw, before a restart', job(ONCE, THROWS), { untilMs: 900 }, 'FUNCTION_THREW_RESTARTING', undefined],
    ['a fault, after the last restart', job(ONCE), { interventions: after(always) }, 'FAULT_THROWN', LIMIT],
    ['a fault, no restart', job(''), { interventions: after(always) }, 'FAULT_THROWN', undefined],
    ['a fault, before a restart', job(ONCE), { interventions: after(always), untilMs: 900 }, 'FAULT_THROWN', undefined],
  ])('%s', async (_name, text, settings, code, limit) => {
    const { diagnostics } = await run(text, settings)
    expect(diagnostics.map((one) => [one.code, one.params['limit']])).toEqual([[code, limit]])
    for (const language of ['en', 'zh'] as const) {
      const { what, todo } = render(diagnostics[0] as (typeof diagnostics)[0], language)
      expect(`${what} ${todo}`.includes(LIMIT)).toBe(limit !== undefined)
      expect(`${what} ${todo}`).not.toMatch(/[{}[\]]/)
    }
  })
})
