// The page's lesson, from its folder of data. (A catalogue of lessons will take this file's place.)
import job from '../../lessons/00-try-it/01-fraud-detection/start/FraudDetectionJob.ts?raw'
import detector from '../../lessons/00-try-it/01-fraud-detection/start/FraudDetector.ts?raw'
import en from '../../lessons/00-try-it/01-fraud-detection/lesson.en.md?raw'
import zh from '../../lessons/00-try-it/01-fraud-detection/lesson.zh.md?raw'
import type { JobFiles } from '../notebook/job-files.ts'
import { parseLesson } from './prose.ts'

export const fraudDetection = {
  id: 'try-it/fraud-detection',
  prose: { en: parseLesson(en), zh: parseLesson(zh) },
  start: {
    entry: 'FraudDetectionJob.ts',
    files: [
      { name: 'FraudDetectionJob.ts', text: job },
      { name: 'FraudDetector.ts', text: detector },
    ],
  } satisfies JobFiles,
}
