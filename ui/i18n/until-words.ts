// Words of the form that runs on until something is so: fetched with it.

const en = {
  label: 'Run until',
  kinds: {
    output: 'there are so many results',
    text: 'a result contains',
    watermark: 'a watermark reaches',
    window: 'a window fires',
    key: 'a key comes',
    state: 'a state is',
  },
  at: 'at',
  number: 'results',
  text: 'text',
  timestamp: 'timestamp, in ms',
  start: 'from, in ms',
  end: 'to, in ms',
  key: 'key',
  state: 'state',
  value: 'value',
  go: 'Go',
  close: 'Close',
  looking: 'The run is executed ahead …',
  found: (at: string) => `That’s so at ${at}.`,
  never: (at: string) => `It doesn’t come to that by the end, at ${at}.`,
  noAnswer: 'Nothing was found: the run has changed meanwhile.',
}

const zh: typeof en = {
  label: '运行到',
  kinds: {
    output: '结果达到若干条',
    text: '某条结果包含',
    watermark: '水位线到达',
    window: '某个窗口触发',
    key: '某个键到来',
    state: '某个状态等于',
  },
  at: '位于',
  number: '结果条数',
  text: '文本',
  timestamp: '时间戳（毫秒）',
  start: '起（毫秒）',
  end: '止（毫秒）',
  key: '键',
  state: '状态',
  value: '值',
  go: '运行',
  close: '关闭',
  looking: '正在提前执行这次运行……',
  found: (at) => `在 ${at} 达到。`,
  never: (at) => `直到结束（${at}）都没有出现。`,
  noAnswer: '没有找到：运行在此期间发生了变化。',
}

export const untilWords = { en, zh }
