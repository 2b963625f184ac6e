// inputs/<name>.jsonl: data of our own for one source. The first line says whose it is, {"source":…,"title":{"en","zh"}};
// every other line is a record, {"atMs":…,"value":…,"timestamp":…}.

import type { Bilingual } from '../check/exercise-check.ts'
import { Problems, type Problem } from './problem.ts'
import type { InputRecord } from './protocol.ts'

/** An input of a lesson or an exercise. */
export interface InputFile {
  readonly name: string
  /** Name of the source it replaces. */
  readonly source: string
  readonly title: Bilingual
  readonly records: readonly InputRecord[]
}

/** Reads the text of `<name>.jsonl`; `file` is what problems call it. */
export function readInputFile(
  name: string,
  text: string,
  file: string,
): { readonly input: InputFile; readonly problems: readonly Problem[] } {
  const problems = new Problems(file)
  const values = text
    .trimEnd()
    .split('\n')
    .map((line, i): Record<string, unknown> => {
      try {
        return JSON.parse(line) as Record<string, unknown>
      } catch {
        problems.add(i + 1, 'This line isn’t JSON.', 'Each line is one record: {"atMs":0,"value":{…}}.')
        return { value: null }
      }
    })
  const [head = {}, ...records] = values
  const title = head['title'] as Partial<Bilingual> | undefined
  if (typeof head['source'] !== 'string' || title?.en === undefined || title.zh === undefined) {
    problems.add(
      1,
      'The first line names no source, or has no title in both languages.',
      'Write {"source":"…","title":{"en":"…","zh":"…"}}.',
    )
  }
  let lastMs = 0
  records.forEach((record, i) => {
    if (!('value' in record)) problems.add(i + 2, 'This record has no value.', 'Write {"atMs":0,"value":{…}}.')
    const atMs = record['atMs'] ?? lastMs
    if (!(typeof atMs === 'number' && atMs >= lastMs)) {
      problems.add(i + 2, 'This record can be read before the one above it.', 'Give atMs in ascending order.')
    } else lastMs = atMs
  })
  const input = {
    name,
    source: String(head['source'] ?? ''),
    title: { en: title?.en ?? '', zh: title?.zh ?? '' },
    records: records as unknown as InputRecord[],
  }
  return { input, problems: problems.found }
}
