// `npm run new:lesson -- <chapter> <name>`: a new lesson's folder, and what to do with it.

import { createLesson } from './skeleton.ts'

const [chapter, name, ...rest] = process.argv.slice(2)
if (chapter === undefined || name === undefined || rest.length > 0) {
  console.error('npm run new:lesson -- <chapter> <name>, like: npm run new:lesson -- fraud-detection watch-it')
  process.exitCode = 2
} else {
  try {
    for (const file of createLesson(process.cwd(), chapter, name)) console.log(file)
    console.log(
      '\nWrite both texts, then: npm run stamp, npm test -- unit. `npm run dev` shows the lesson as you write.',
    )
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
