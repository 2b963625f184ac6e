// What a savepoint holds, in words and columns for a terminal: operator by operator, key by key. Types of state and values
// are printed as the engine writes them, in every language.

import type { Language } from '../messages/index.ts'
import type { SavepointOperatorView, SavepointView } from './protocol.ts'

const en = {
  kind: { savepoint: 'savepoint', checkpoint: 'checkpoint' },
  head: (what: string, job: string, atMs: number) => `${what} of “${job}”, taken at ${atMs} ms`,
  scale: (parallelism: number, most: number) => `×${parallelism} of ${most}`,
  keys: (count: number, type: string) => `, ${count} ${count === 1 ? 'key' : 'keys'} of ${type}`,
  noState: ', no state',
  state: (name: string, type: string, expires: boolean) => `${name}: ${type}${expires ? ', with a time to live' : ''}`,
  columns: ['group', 'subtask', 'key', 'window', 'state', 'value'],
  timers: 'timers',
  time: (at: number, isEventTime: boolean) => `${isEventTime ? 'event' : 'processing'} time ${at}`,
  ofSubtask: (state: string, subtask: number, value: string) => `${state} of subtask ${subtask}: ${value}`,
}

const zh: typeof en = {
  kind: { savepoint: '保存点', checkpoint: '检查点' },
  head: (what, job, atMs) => `“${job}”的${what}，生成于 ${atMs} ms`,
  scale: (parallelism, most) => `并行度 ${parallelism}，最大 ${most}`,
  keys: (count, type) => `，${count} 个 ${type} 类型的键`,
  noState: '，没有状态',
  state: (name, type, expires) => `${name}：${type}${expires ? '，有存活时间' : ''}`,
  columns: ['键组', '子任务', '键', '窗口', '状态', '值'],
  timers: '定时器',
  time: (at, isEventTime) => `${isEventTime ? '事件时间' : '处理时间'} ${at}`,
  ofSubtask: (state, subtask, value) => `子任务 ${subtask} 的 ${state}：${value}`,
}

const WORDS: Readonly<Record<Language, typeof en>> = { en, zh }

/** Lines without one at the end. */
export function savepointText(
  { kind, checkpointId, takenMs, jobName, operators }: SavepointView,
  language: Language,
): string {
  const words = WORDS[language]
  const head = words.head(`${words.kind[kind]} ${checkpointId}`, jobName, takenMs)
  return [head, ...operators.flatMap((operator) => ['', ...operatorText(operator, words)])].join('\n')
}

function operatorText(operator: SavepointOperatorView, words: typeof en): string[] {
  const { name, uid, operatorId, parallelism, maxParallelism, states, keyType, keyCount } = operator
  const keyed = keyType === null ? '' : words.keys(keyCount, keyType)
  const scale = words.scale(parallelism, maxParallelism)
  const head = `${name}  ${uid === null ? `id ${operatorId}` : `uid ${uid}`}  ${scale}${keyed}`
  if (!operator.hasState) return [`${head}${words.noState}`]
  const table = operator.keyed.map(({ keyGroup, subtask, key, window, state, value, timers }) => {
    const held =
      state === null ? timers.map(({ time, isEventTime }) => words.time(time, isEventTime)).join(', ') : value
    return [String(keyGroup), String(subtask), key, window ?? '', state ?? words.timers, held]
  })
  return [
    head,
    ...states.map(({ name: state, type, expires }) => `  ${words.state(state, type, expires)}`),
    ...inColumns([words.columns, ...table], table.length),
    ...operator.operator.map(
      ({ state, mode, subtask, value }) => `  ${words.ofSubtask(`${state} (${mode})`, subtask, value)}`,
    ),
  ]
}

/** Columns as wide as they need; nothing where there are no rows. */
function inColumns(rows: readonly (readonly string[])[], count: number): string[] {
  if (count === 0) return []
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  const padded = (cell: string, column: number): string => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))
  return rows.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd())
}

/** In columns of a terminal, where a Chinese character takes two. */
function widthOf(text: string): number {
  return (
    text.length +
    (text.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g)?.length ?? 0)
  )
}
