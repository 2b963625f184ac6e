// A new lesson to begin with: complete, correct, in both languages, and with a job that runs.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { numbered, originalHash, withoutNumber } from './lesson-folder.ts'

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** Makes the folder and its files; gives their paths. Throws with what to do where that can't be. */
export function createLesson(root: string, chapter: string, name: string): string[] {
  for (const word of [chapter, name]) {
    if (!NAME.test(word)) {
      throw new Error(`"${word}" can't be a name: use small letters, digits and single hyphens, without the number.`)
    }
  }
  const lessons = path.join(root, 'lessons')
  const chapterFolder = folderFor(lessons, chapter)
  const isTaken = numbered(path.join(lessons, chapterFolder)).some((folder) => withoutNumber(folder) === name)
  if (isTaken) throw new Error(`The chapter ${chapter} has a lesson ${name} already. Choose another name.`)
  const folder = path.join(lessons, chapterFolder, folderFor(path.join(lessons, chapterFolder), name))
  const written: string[] = []
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    written.push(path.relative(root, file))
  }
  const about = path.join(lessons, chapterFolder, 'chapter.yaml')
  if (!existsSync(about)) write(about, `title:\n  en: ${chapter}\n  zh: ${chapter}\n`)
  const english = text({ name, goal: 'What one can do afterwards', prose: 'One idea.', run: 'Run it' }, null)
  write(path.join(folder, 'lesson.en.md'), english)
  const chinese = { name, goal: '学完之后会做什么', prose: '一个想法。', run: '运行' }
  write(path.join(folder, 'lesson.zh.md'), text(chinese, originalHash(english)))
  write(path.join(folder, 'start/Job.ts'), JOB)
  return written
}

/** The folder of this name, or the one it will have: with the next number. */
function folderFor(parent: string, name: string): string {
  const there = numbered(parent)
  const known = there.find((folder) => withoutNumber(folder) === name)
  const next = Math.max(0, ...there.map((folder) => Number(folder.slice(0, 2)))) + 1
  return known ?? `${String(next).padStart(2, '0')}-${name}`
}

interface Words {
  readonly name: string
  readonly goal: string
  readonly prose: string
  readonly run: string
}

function text({ name, goal, prose, run }: Words, original: string | null): string {
  const head = [
    `title: ${name}`,
    `goal: ${goal}`,
    'needs: []',
    'minutes: 5',
    'source: https://nightlies.apache.org/flink/',
  ]
  if (original !== null) head.push(`original: ${original}`)
  return `---\n${head.join('\n')}\n---\n\n${prose}\n\n::cell{file=Job.ts}\n\n::run[${run}]{id=first job=Job.ts}\n`
}

const JOB = `import { StreamExecutionEnvironment } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1, 2, 3).print()
await env.execute('First job')
`
