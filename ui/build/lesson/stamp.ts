// `npm run stamp`: writes into every Chinese lesson the hash of the English text it was made from. Run it when a
// translation has been brought up to date, and only then.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { numbered, originalHash } from './lesson-folder.ts'

const lessons = path.resolve('lessons')
for (const chapter of numbered(lessons)) {
  for (const name of numbered(path.join(lessons, chapter))) {
    const folder = path.join(lessons, chapter, name)
    if (!readdirSync(folder).includes('lesson.zh.md')) continue
    const hash = originalHash(readFileSync(path.join(folder, 'lesson.en.md'), 'utf8'))
    const file = path.join(folder, 'lesson.zh.md')
    const text = readFileSync(file, 'utf8').replace(/^original: .*\n/m, '')
    const stamped = text.replace(/^---\n([\s\S]*?)\n---\n/, `---\n$1\noriginal: ${hash}\n---\n`)
    writeFileSync(file, stamped)
    console.log(`${path.relative('.', file)}: ${hash}`)
  }
}
