// Jobs that the tests run in the page, and in Node beside it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { oneFile, type JobText } from './notebook-page.ts'

const start = fileURLToPath(new URL('../../lessons/01-fraud-detection/02-remember/start/', import.meta.url))

function read(name: string): string {
  return readFileSync(start + name, 'utf8')
}

export const fraudDetector = read('FraudDetector.ts')

/** The page's own job, its source ending after the 50 transactions. */
export const boundedFraud: JobText = {
  entry: 'FraudDetectionJob.ts',
  files: [
    { name: 'FraudDetectionJob.ts', text: read('FraudDetectionJob.ts').replace('.unbounded()', '.bounded()') },
    { name: 'FraudDetector.ts', text: fraudDetector },
  ],
}

/** The bounded job with another detector. */
export function fraudWith(detector: string): JobText {
  const [job] = boundedFraud.files
  return { entry: boundedFraud.entry, files: [job!, { name: 'FraudDetector.ts', text: detector }] }
}

/** A job over some numbers; `map` is the text of the map function. */
export function mapJob(map: string): JobText {
  return oneFile(`import { StreamExecutionEnvironment } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromElements(1, 2, 3)
  .map(${map})
  .print('numbers')
await env.execute('numbers')
`)
}
