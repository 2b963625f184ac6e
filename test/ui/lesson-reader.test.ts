// Lessons' Markdown: every directive, and what an author is told about every mistake.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { originalHash, readLessons } from '../../ui/build/lesson/lesson-folder.ts'
import { createLesson } from '../../ui/build/lesson/skeleton.ts'
import { problemText } from '../../runtime/host/problem.ts'
import { readLesson, skeletonDifference } from '../../ui/build/lesson/read-lesson.ts'

const HEAD = '---\ntitle: T\ngoal: G\nneeds: []\nminutes: 5\nsource: https://example.org\n---\n\n'
const CONTEXT = {
  files: ['Job.ts', 'Detector.ts'],
  jobs: ['Job.ts'],
  inputs: ['silence', 'hurry'],
  exercises: ['01-flag'],
  terms: ['timer'],
}
const RUN = '::run[Go]{id=a job=Job.ts}\n\n'

function read(body: string) {
  return readLesson('lesson.en.md', HEAD + body, CONTEXT)
}

/** What is said about a body: lines from its first one, without the file. */
function problems(body: string): string[] {
  const { problems: found } = read(body)
  return found.map((problem) => `${problem.line - 8}: ${problem.what} ${problem.remedy}`)
}

test('quotation marks are printed as such, in prose and not in code', () => {
  const { blocks } = read('It\'s `Job\'s` own "word", `x`\'s and ("this").').text
  const [paragraph] = blocks
  const text = JSON.stringify(paragraph)
  expect(text).toContain('It’s ')
  expect(text).toContain("Job's")
  expect(text).toContain(' own “word”, ')
  expect(text).toContain('’s and (“this”).')
})

describe('what a lesson can hold', () => {
  test.each([
    ['::cell{file=Job.ts}', { kind: 'cell', file: 'Job.ts' }],
    ['::view{name=state}', { kind: 'view', name: 'state' }],
    ['::exercise{name=01-flag}', { kind: 'exercise', name: '01-flag' }],
    ['::compare{left=Job.ts right=Detector.ts}', { kind: 'compare', left: 'Job.ts', right: 'Detector.ts' }],
    ['```ts\nlet a = 1\n```', { kind: 'code', language: 'ts', text: 'let a = 1' }],
    [
      '::run[Run `it`]{id=a job=Job.ts input=silence,hurry parallelism=2 until=5500 view=state}',
      {
        ...{
          kind: 'run',
          id: 'a',
          job: 'Job.ts',
          inputs: ['silence', 'hurry'],
          parallelism: 2,
          untilMs: 5500,
          view: 'state',
        },
        label: [
          { kind: 'text', text: 'Run ' },
          { kind: 'code', text: 'it' },
        ],
      },
    ],
    [
      ':::hint[Why?]\nBecause.\n:::',
      {
        kind: 'hint',
        title: [{ kind: 'text', text: 'Why?' }],
        blocks: [{ kind: 'paragraph', children: [{ kind: 'text', text: 'Because.' }] }],
      },
    ],
  ])('%s', (body, block) => {
    expect(read(body).text.blocks).toEqual([block])
    expect(problems(body)).toEqual([])
  })

  test('a prediction has numbers, a quiz one right choice with its why', () => {
    const { blocks } = read(
      `${RUN}:::predict{id=p run=a sink=alerts row="Alert{id=3}"}\nHow many?\n\n- 0\n- 5: many\n:::\n\n` +
        ':::quiz{id=q}\nWhy?\n\n- [ ] no — because\n- [x] yes — since\n:::',
    ).text
    expect(blocks[1]).toMatchObject({ kind: 'predict', row: 'Alert{id=3}', choices: [{ count: 0 }, { count: 5 }] })
    expect(blocks[2]).toMatchObject({
      kind: 'quiz',
      choices: [
        { isRight: false, text: [{ text: 'no' }], why: [{ text: 'because' }] },
        { isRight: true, text: [{ text: 'yes' }], why: [{ text: 'since' }] },
      ],
    })
  })

  test('terms and stage links stand in sentences; a time of day is no directive', () => {
    const [paragraph] = read('At 12:30 a :term[timer]{name=timer}, :stage[look]{view=state}.').text.blocks
    expect(paragraph).toEqual({
      kind: 'paragraph',
      children: [
        { kind: 'text', text: 'At 12:30 a ' },
        { kind: 'term', name: 'timer', children: [{ kind: 'text', text: 'timer' }] },
        { kind: 'text', text: ', ' },
        { kind: 'stage', view: 'state', node: null, children: [{ kind: 'text', text: 'look' }] },
        { kind: 'text', text: '.' },
      ],
    })
  })
})

describe('what an author is told', () => {
  test.each([
    ['one\n\n:::predcit{id=a}\nx\n:::', '3: There is no directive "predcit". Did you mean "predict"?'],
    [':cell{file=Job.ts}', '1: "cell" is written ::cell. Mind the number of colons.'],
    ['::cell{fiel=Job.ts}', '1: ::cell has no attribute "fiel". Did you mean "file"?'],
    ['::cell{file=Jop.ts}', '1: There is no file "Jop.ts". Did you mean "Job.ts"?'],
    ['::run[Go]{id=a job=Detector.ts}', '1: "Detector.ts" isn’t a job of this lesson.'],
    ['::run[Go]{id=a job=Job.ts input=hurry,sylence}', '1: There is no input "sylence".'],
    ['::run[Go]{id=a job=Job.ts until=soon}', '1: until can’t be "soon". Write a whole number, 1 or more.'],
    ['::run{id=a job=Job.ts}', '1: A run has no words on its button.'],
    ['::view{name=stats}', '1: The stage has no view "stats". Did you mean "state"?'],
    ['![a picture](missing.png)', '1: The figure "missing.png" can’t be shown'],
    ['<b>raw</b>', '1: A sentence can’t hold this (html).'],
    [':term[x]{name=tmer}', '1: The glossary has no "tmer". Did you mean "timer"?'],
    ['**未闭合的强调', '1: Emphasis isn’t closed'],
    [`${RUN}:::predict{id=p run=b sink=s}\nQ\n\n- 0\n- 1\n:::`, 'The prediction "p" is about the run "b".'],
    [':::quiz{id=q}\nQ\n\n- [ ] a — b\n- [ ] c — d\n:::', '1: A quiz has exactly one right choice.'],
    [':::quiz{id=q}\nQ\n\n- [x] a\n- [ ] c — d\n:::', '4: A choice of a quiz says whether it’s right, and why.'],
    [`${RUN}${RUN}`, 'Two blocks are called "run a".'],
  ])('%s', (body, said) => expect(problems(body).join('\n')).toContain(said))

  test('the frontmatter has five keys', () => {
    const { problems: found } = readLesson('l.md', '---\ntitle: T\ngaol: x\n---\n', CONTEXT)
    expect(found.map(({ what }) => what)).toEqual([
      'The frontmatter lacks goal, needs, minutes, source.',
      'The frontmatter has no key "gaol".',
    ])
  })

  test('a new lesson is complete and correct, and no second one of its name is made', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'lessons-'))
    try {
      mkdirSync(path.join(root, 'lessons/01-a/01-b'), { recursive: true })
      expect(createLesson(root, 'a', 'new-one')).toContain('lessons/01-a/02-new-one/lesson.zh.md')
      expect(createLesson(root, 'c', 'first')).toContain('lessons/02-c/chapter.yaml')
      const { problems: found, bundles } = readLessons(root)
      expect(found.filter(({ file }) => !file.includes('01-b'))).toEqual([])
      expect(bundles.map(({ id, texts }) => `${id} ${texts.zh.isStale}`)).toEqual([
        'a/b true',
        'a/new-one false',
        'c/first false',
      ])
      expect(() => createLesson(root, 'a', 'new-one')).toThrow('has a lesson new-one already')
      expect(() => createLesson(root, 'a', 'New One')).toThrow('small letters')
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  test('a translation built differently, missing, or older', () => {
    const [a, b] = [read(`${RUN}one`).text.blocks, read('one').text.blocks]
    expect(skeletonDifference(a, a)).toBeNull()
    expect(skeletonDifference(a, b)).toBe('block 1 is paragraph, in the original run a of Job.ts null 1 null null')

    const root = mkdtempSync(path.join(tmpdir(), 'lessons-'))
    try {
      const folder = path.join(root, 'lessons/01-a/01-b')
      mkdirSync(folder, { recursive: true })
      writeFileSync(path.join(folder, 'lesson.en.md'), `${HEAD}one\n`)
      expect(readLessons(root).problems.map(problemText)).toContain(
        'lessons/01-a/01-b/lesson.zh.md:1: The translation is missing. Both languages are needed.',
      )
      const stamp = (hash: string): string => `${HEAD.replace('\n---\n\n', `\noriginal: ${hash}\n---\n\n`)}一\n`
      writeFileSync(path.join(folder, 'lesson.zh.md'), stamp('0'.repeat(12)))
      expect(readLessons(root).bundles[0]?.texts.zh.isStale).toBe(true)
      writeFileSync(path.join(folder, 'lesson.zh.md'), stamp(originalHash(`${HEAD}one\n`)))
      expect(readLessons(root).bundles[0]?.texts.zh.isStale).toBe(false)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
