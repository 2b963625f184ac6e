// `npm run new:exercise -- <name>`: a new exercise's folder, and what to do with it.

import { createExercise } from './exercise-skeleton.ts'

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || rest.length > 0) {
  console.error('npm run new:exercise -- <name>, like: npm run new:exercise -- count-words')
  process.exitCode = 2
} else {
  try {
    for (const file of createExercise(process.cwd(), name)) console.log(file)
    console.log('\nWrite task, checks and wrong answers, then: npm run stamp, npm run unit -- test/content.')
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
