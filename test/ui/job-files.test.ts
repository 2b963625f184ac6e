import { describe, expect, it } from 'vitest'
import {
  faultOfName,
  freshName,
  sameJob,
  withName,
  withText,
  withoutFile,
  type JobFiles,
} from '../../ui/notebook/job-files.ts'

const job: JobFiles = {
  entry: 'Job.ts',
  files: [
    { name: 'Job.ts', text: `import { A } from './Rules'\nimport type { B } from "./Rules.ts"\nimport './Rules2'\n` },
    { name: 'Rules.ts', text: 'export class A {}' },
  ],
}

describe('names of files', () => {
  it.each([
    ['New.ts', null],
    ['Rules.ts', 'taken'],
    ['rules.ts', 'taken'],
    ['Rules', 'form'],
    ['a b.ts', 'form'],
    ['../x.ts', 'form'],
    ['', 'form'],
  ] as const)('%s: %s', (name, fault) => expect(faultOfName(job, name, null)).toBe(fault))

  it('lets a file keep its own name', () => expect(faultOfName(job, 'Rules.ts', 'Rules.ts')).toBeNull())

  it('finds a free name', () => {
    expect(freshName(job)).toBe('NewFile.ts')
    expect(freshName({ ...job, files: [...job.files, { name: 'newfile.ts', text: '' }] })).toBe('NewFile2.ts')
  })
})

describe('renaming', () => {
  it('follows the imports, quotes and extension kept, and touches no longer name', () => {
    const renamed = withName(job, 'Rules.ts', 'Laws.ts')
    expect(renamed.files[0]?.text).toBe(
      `import { A } from './Laws'\nimport type { B } from "./Laws.ts"\nimport './Rules2'\n`,
    )
    expect(renamed.files[1]?.name).toBe('Laws.ts')
  })

  it('takes the entry along', () => expect(withName(job, 'Job.ts', 'Main.ts').entry).toBe('Main.ts'))

  it('there and back is the same job', () => {
    expect(sameJob(withName(withName(job, 'Rules.ts', 'X.ts'), 'X.ts', 'Rules.ts'), job)).toBe(true)
  })
})

it('changes the text of one file and leaves the old value alone', () => {
  const changed = withText(job, 'Rules.ts', 'x')
  expect(changed.files[1]?.text).toBe('x')
  expect(job.files[1]?.text).toBe('export class A {}')
  expect(sameJob(withoutFile(changed, 'Rules.ts'), withoutFile(job, 'Rules.ts'))).toBe(true)
})
