// `npm run stamp`: writes into every Chinese lesson and task the hash of the English text it was made from. Run it when a
// translation has been brought up to date, and only then.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { numbered, originalHash } from './lesson-folder.ts'

// Whoever names files means these only, and would have stamped all.
if (process.argv.length > 2) {
  console.error('Usage: npm run stamp, which takes no arguments and stamps every translation')
  process.exit(2)
}

const lessons = path.resolve('lessons')
const exercises = path.resolve('exercises')
const stems = [
  ...numbered(lessons).flatMap((chapter) =>
    numbered(path.join(lessons, chapter)).map((name) => path.join(lessons, chapter, name, 'lesson')),
  ),
  ...numbered(exercises).map((name) => path.join(exercises, name, 'task')),
]
for (const stem of stems) {
  const file = `${stem}.zh.md`
  if (!existsSync(file)) continue
  const hash = originalHash(readFileSync(`${stem}.en.md`, 'utf8'))
  const text = readFileSync(file, 'utf8').replace(/^original: .*\n/m, '')
  const stamped = text.replace(/^---\n([\s\S]*?)\n---\n/, `---\n$1\noriginal: ${hash}\n---\n`)
  writeFileSync(file, stamped)
  console.log(`${path.relative('.', file)}: ${hash}`)
}
