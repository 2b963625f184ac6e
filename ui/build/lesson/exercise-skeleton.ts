// A new exercise to begin with: complete and correct, with a starter that fails, a solution that passes, and four wrong
// answers that are recognised. What it asks for is to be replaced, file by file.

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { numbered, originalHash, withoutNumber } from './lesson-folder.ts'

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** Makes the folder and its files; gives their paths. Throws with what to do where that can't be. */
export function createExercise(root: string, name: string): string[] {
  if (!NAME.test(name)) {
    throw new Error(`"${name}" can't be a name: use small letters, digits and single hyphens, without the number.`)
  }
  const exercises = path.join(root, 'exercises')
  const there = numbered(exercises)
  if (there.some((folder) => withoutNumber(folder) === name)) {
    throw new Error(`There is an exercise ${name} already. Choose another name.`)
  }
  const next = Math.max(0, ...there.map((folder) => Number(folder.slice(0, 2)))) + 1
  const folder = path.join(exercises, `${String(next).padStart(2, '0')}-${name}`)
  return Object.entries(filesOf(name)).map(([file, text]) => {
    const target = path.join(folder, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
    return path.relative(root, target)
  })
}

function filesOf(name: string): Record<string, string> {
  const english = task(name, { goal: 'What one writes', prose: 'Double every number.', run: 'Run it' }, null)
  const chinese = { goal: '要写什么', prose: '把每个数乘以二。', run: '运行' }
  const wrong = Object.entries(WRONG).flatMap(([answer, { code, en, zh }]): [string, string][] => [
    [`wrong/${answer}/double.ts`, double(code)],
    [`wrong/${answer}/why.en.md`, `# ${en}\n\nSay what the code does, on which input it shows, and what to do.\n`],
    [`wrong/${answer}/why.zh.md`, `# ${zh}\n\n说明代码做了什么、在哪个输入上会暴露问题，以及该怎么办。\n`],
  ])
  return {
    'task.en.md': english,
    'task.zh.md': task(name, chinese, originalHash(english)),
    'check.yaml': CHECK,
    'inputs/numbers.jsonl': INPUT,
    'start/Job.ts': JOB,
    'start/double.ts': double('n'),
    'solution/double.ts': double('n * 2'),
    ...Object.fromEntries(wrong),
  }
}

function task(
  name: string,
  { goal, prose, run }: { readonly goal: string; readonly prose: string; readonly run: string },
  original: string | null,
): string {
  const head = [`title: ${name}`, `goal: ${goal}`, 'needs: []', 'minutes: 10']
  head.push('source: https://nightlies.apache.org/flink/')
  if (original !== null) head.push(`original: ${original}`)
  const body = `${prose}\n\n::cell{file=double.ts}\n\n::cell{file=Job.ts}\n\n::run[${run}]{id=first job=Job.ts input=numbers}\n`
  return `---\n${head.join('\n')}\n---\n\n${body}`
}

function double(result: string): string {
  return `/** Twice the number. */\nexport function double(n: number): number {\n  return ${result}\n}\n`
}

const JOB = `import { CollectSink, StreamExecutionEnvironment } from 'streambed'
import { double } from './double'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1, 2, 3).name('numbers').map(double).sinkTo(new CollectSink('doubled'))
await env.execute('Double')
`

const INPUT = `{"source":"numbers","title":{"en":"our own four numbers","zh":"我们自己的四个数"}}
{"atMs":0,"value":3}
{"atMs":10,"value":-2}
{"atMs":20,"value":0}
{"atMs":30,"value":5}
`

const CHECK = `job: Job.ts
edit: [double.ts]
exports: { double.ts: [double] }

checks:
  - id: doubled
    says:
      en: Every number comes out doubled.
      zh: 每个数都会翻倍输出。
    inputs: [numbers]
    orders: 4
    keep: nothing
    sink: doubled
    rows: [6, -4, 0, 10]

wrong:
  squared: doubled
  halved: doubled
  added: doubled
  negated: doubled
`

const WRONG: Readonly<Record<string, { readonly code: string; readonly en: string; readonly zh: string }>> = {
  squared: { code: 'n * n', en: 'Squared', zh: '平方了' },
  halved: { code: 'n / 2', en: 'Halved', zh: '减半了' },
  added: { code: 'n + 2', en: 'Two added', zh: '加了二' },
  negated: { code: '-2 * n', en: 'The sign turned', zh: '符号反了' },
}
