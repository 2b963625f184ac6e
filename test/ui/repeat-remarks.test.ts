// What the page says of a job that can't be repeated: in both languages, with the place.

import { expect, test } from 'vitest'
import { render } from '../../runtime/messages/index.ts'
import { repeatRemarks } from '../../ui/kernel/repeat-remarks.ts'
import { compiled } from '../harness/compiled-job.ts'

function remarksOf(text: string, isImpure = false) {
  const { job } = compiled([{ name: 'job.ts', text }])
  if (job === null) throw new Error('not compiled')
  return repeatRemarks(job, isImpure)
}

const job = (body: string): string => `import { StreamExecutionEnvironment } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
let count = 0
env.fromData([1, 2]).map((n) => ${body}).print()
await env.execute()`

test('a counter around the functions', () => {
  const [remark, ...others] = remarksOf(job('n + ++count'))
  expect(others).toEqual([])
  expect(remark).toMatchObject({ code: 'RUN_REMEMBERS', params: { name: 'count' }, span: { file: 'job.ts', line: 3 } })
  expect(render(remark as NonNullable<typeof remark>, 'en').what).toContain('`count` changes while the job runs')
  expect(render(remark as NonNullable<typeof remark>, 'zh').todo).toContain('`ValueState`')
})

test('the clock and chance, each once', () => {
  const remarks = remarksOf(job('n + Date.now() + Math.random() * Math.random()'))
  expect(remarks.map(({ code, params }) => `${code} ${String(params['call'])}`)).toEqual([
    'RUN_UNSTEADY Date.now()',
    'RUN_UNSTEADY Math.random()',
  ])
})

test('what shows itself only when the run is taken back', () => {
  expect(remarksOf(job('n + count'), true).map(({ code }) => code)).toEqual(['RUN_REMEMBERS_SOMEWHERE'])
  expect(remarksOf(job('n + ++count'), true).map(({ code }) => code)).toEqual(['RUN_REMEMBERS'])
  expect(remarksOf(job('n + count'))).toEqual([])
})
