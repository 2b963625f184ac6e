// A check report in words: for a terminal, and as Exercism's results.json v3. Long lists are cut, and say so.
// https://exercism.org/docs/building/tooling/test-runners/interface

import { render, type Language } from '../messages/index.ts'
import type { CheckFailure, CheckReport, CheckResult } from './check-report.ts'
import { diagnosticText } from './command-text.ts'

const MOST_RECORDS = 12
const MOST_ROWS = 8
/** Exercism cuts longer messages. */
const LONGEST_MESSAGE = 65_535

const WORDS = {
  en: {
    passed: 'All checks passed.',
    runs: (count: number) => `${count} runs`,
    input: (source: string, count: number, from: number | null) =>
      `${source}, ${count} record${count === 1 ? '' : 's'}${from === null ? '' : ` (the smallest input found, of ${from})`}:`,
    own: 'On the job’s own data.',
    at: (parallelism: number) => `Parallelism ${parallelism}.`,
    apart: ' ',
    colon: ': ',
    expected: 'must come out',
    actual: 'came out',
    nothing: 'nothing',
    more: (count: number) => `… and ${count} more`,
    left: 'left at the end',
    timer: (at: number, isEventTime: boolean) => `${isEventTime ? 'event' : 'processing'}-time timer ${at}`,
    inWindow: (key: string, start: number, end: number) => `${key} in [${start}, ${end})`,
    waiting: 'not run',
  },
  zh: {
    passed: '所有检查都通过了。',
    runs: (count: number) => `${count} 次运行`,
    input: (source: string, count: number, from: number | null) =>
      `${source}，${count} 条记录${from === null ? '' : `（从 ${from} 条中找到的最小输入）`}：`,
    own: '使用作业自己的数据。',
    at: (parallelism: number) => `并行度 ${parallelism}。`,
    apart: '',
    colon: '：',
    expected: '应该输出',
    actual: '实际输出',
    nothing: '什么也没有',
    more: (count: number) => `……以及另外 ${count} 条`,
    left: '结束时剩下',
    timer: (at: number, isEventTime: boolean) => `${isEventTime ? '事件时间' : '处理时间'}定时器 ${at}`,
    inWindow: (key: string, start: number, end: number) => `${key}，窗口 [${start}, ${end})`,
    waiting: '未运行',
  },
} as const

/** For a terminal: a line a check, then the first failure and its explanation. */
export function reportAsText(report: CheckReport, why: string | null, language: Language): string {
  const words = WORDS[language]
  if (report.verdict === 'error') {
    return report.diagnostics.map((diagnostic) => diagnosticText(diagnostic, language)).join('\n')
  }
  const lines = report.checks.map(({ status, says, runCount }) => {
    const mark = { passed: '✓', failed: '✗', waiting: '·' }[status]
    return `${mark} ${says[language]}  (${status === 'waiting' ? words.waiting : words.runs(runCount)})`
  })
  const first = report.checks.find(({ failure }) => failure !== null)
  if (first?.failure) lines.push('', failureText(first.failure, language))
  if (why !== null) lines.push('', why)
  if (report.verdict === 'passed') lines.push('', words.passed)
  return lines.join('\n')
}

/** A failure: what is wrong, on which input, what came out. */
export function failureText(failure: CheckFailure, language: Language): string {
  const words = WORDS[language]
  const { run, expected, actual, shrunkFrom } = failure
  const { what, todo } = render(failure.message, language)
  const lines = [todo === '' ? what : `${what}${words.apart}${todo}`, words.at(run.parallelism)]
  if (run.inputs.length === 0) lines.push(words.own)
  for (const { source, records } of run.inputs) {
    lines.push(words.input(source, records.length, shrunkFrom))
    const shown = records.slice(0, MOST_RECORDS).map(({ atMs = 0, value }) => `  ${atMs} ms  ${JSON.stringify(value)}`)
    lines.push(...shown, ...rest(records.length - MOST_RECORDS, words.more))
  }
  lines.push(...rowsText(words.expected, expected, words), ...rowsText(words.actual, actual, words))
  const left = failure.left.flatMap(({ states, keys }) =>
    keys.map(({ key, window, cells, timers }) => {
      const values = cells.flatMap(({ text }, i) => (text === null ? [] : [`${states[i]}=${text}`]))
      const times = timers.map(({ at, isEventTime }) => words.timer(at, isEventTime))
      const place = window === null ? key : words.inWindow(key, window.start, window.end)
      return `  ${place}${words.colon}${[...values, ...times].join(', ')}`
    }),
  )
  const isAboutLeft = failure.finding.kind === 'state' || failure.finding.kind === 'timers'
  if (isAboutLeft)
    lines.push(
      `${words.left}${words.colon.trim()}`,
      ...left.slice(0, MOST_ROWS),
      ...rest(left.length - MOST_ROWS, words.more),
    )
  for (const diagnostic of failure.diagnostics) lines.push(diagnosticText(diagnostic, language))
  return lines.join('\n')
}

/** Exercism's results.json, version 3. */
export function reportAsResults(report: CheckReport, why: string | null, language: Language): object {
  if (report.verdict === 'error') {
    const message = report.diagnostics.map((diagnostic) => diagnosticText(diagnostic, language)).join('\n')
    return { version: 3, status: 'error', message: message.slice(0, LONGEST_MESSAGE), tests: [] }
  }
  const first = report.checks.findIndex(({ status }) => status === 'failed')
  const tests = report.checks.map((check, i) => testOf(check, i === first ? why : null, language))
  return { version: 3, status: report.verdict === 'passed' ? 'pass' : 'fail', tests }
}

function testOf({ id, says, status, failure }: CheckResult, why: string | null, language: Language): object {
  const name = says[language]
  if (status === 'passed') return { name, test_code: id, status: 'pass' }
  const text = failure === null ? WORDS[language].waiting : failureText(failure, language)
  const message = why === null ? text : `${text}\n\n${why}`
  return { name, test_code: id, status: 'fail', message: message.slice(0, LONGEST_MESSAGE) }
}

function rowsText(
  title: string,
  rows: readonly string[],
  words: { readonly colon: string; readonly nothing: string; readonly more: (count: number) => string },
): string[] {
  if (rows.length === 0) return [`${title}${words.colon}${words.nothing}`]
  const shown = rows.slice(0, MOST_ROWS).map((row) => `  ${row}`)
  return [`${title}${words.colon.trim()}`, ...shown, ...rest(rows.length - MOST_ROWS, words.more)]
}

function rest(count: number, more: (count: number) => string): string[] {
  return count > 0 ? [`  ${more(count)}`] : []
}
