// The words of the view of state.

const range = (start: number, end: number): string => (start === end ? String(start) : `${start}–${end}`)
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const en = {
  search: 'Find a key',
  found: (n: number) => `${count(n, 'key', 'keys')} found`,
  foundPart: (n: number) => `${count(n, 'key', 'keys')} found among the first 20,000 of a subtask`,
  keyGroups: (operator: string) => `Key groups of ${operator}`,
  segment: (subtask: number, start: number, end: number) => `Subtask ${subtask}: key groups ${range(start, end)}`,
  used: (used: number, keys: number) => `${count(used, 'group', 'groups')} in use, ${count(keys, 'key', 'keys')}`,
  came: (start: number, end: number, subtask: number) => `${range(start, end)} came from subtask ${subtask}`,
  stayed: 'all of them were here before',
  partial: 'Counted over the first 20,000 keys of each subtask.',
  expires: (at: string) => `expires ${at}`,
  opened: (key: string, subtask: number, group: number) => `Key ${key}: key group ${group}, subtask ${subtask}`,
  life: 'A key’s life',
  close: 'Close',
  gone: (key: string) => `Nothing is kept for ${key} at this moment.`,
  afterEnd: 'The run is over. Step back in it, and keys can be opened and searched for among all.',
  kinds: {
    value: 'value',
    list: 'list',
    map: 'map',
    reducing: 'reduced value',
    aggregating: 'accumulator',
  },
  entries: (n: number) => count(n, 'entry', 'entries'),
  more: (n: number) => `and ${n} more`,
  mapKey: 'map key',
  value: 'value',
  expiry: 'expires',
  operatorState: 'Operator state',
  operatorStateOf: (operator: string, subtask: number) => `${operator}, subtask ${subtask}`,
  modes: {
    split: 'list, split on a rescale',
    union: 'list, all of it to everyone on a rescale',
    broadcast: 'broadcast, the same on every subtask',
  },
  /** Between the parts of a list. */
  apart: ', ',
  nothing: 'empty',
  noState: 'No operator keeps state at the moment.',
}

const zh: typeof en = {
  search: '查找键',
  found: (n) => `找到 ${n} 个键`,
  foundPart: (n) => `在每个子任务的前 20,000 个键中找到 ${n} 个`,
  keyGroups: (operator) => `${operator} 的键组`,
  segment: (subtask, start, end) => `子任务 ${subtask}：键组 ${range(start, end)}`,
  used: (used, keys) => `${used} 个键组在用，共 ${keys} 个键`,
  came: (start, end, subtask) => `${range(start, end)} 来自子任务 ${subtask}`,
  stayed: '全部原本就在这里',
  partial: '按每个子任务的前 20,000 个键统计。',
  expires: (at) => `${at} 过期`,
  opened: (key, subtask, group) => `键 ${key}：键组 ${group}，子任务 ${subtask}`,
  life: '一个键的经历',
  close: '关闭',
  gone: (key) => `此刻没有为 ${key} 保存任何内容。`,
  afterEnd: '运行已经结束。退回一步，就可以展开键，并在全部键中查找。',
  kinds: { value: '值', list: '列表', map: '映射', reducing: '归约值', aggregating: '累加器' },
  entries: (n) => `${n} 项`,
  more: (n) => `还有 ${n} 项`,
  mapKey: '映射键',
  value: '值',
  expiry: '过期时间',
  operatorState: '算子状态',
  operatorStateOf: (operator, subtask) => `${operator}，子任务 ${subtask}`,
  modes: {
    split: '列表，改变并行度时拆分',
    union: '列表，改变并行度时每个子任务都得到全部',
    broadcast: '广播状态，每个子任务都相同',
  },
  apart: '，',
  nothing: '空',
  noState: '目前没有算子保存状态。',
}

export const stateWords = { en, zh }
