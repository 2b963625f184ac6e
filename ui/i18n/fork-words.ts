// Words of the timelines of a run, fetched when there is more than one.

const number = new Intl.NumberFormat('en').format
const count = (n: number, one: string, many: string): string => `${number(n)} ${n === 1 ? one : many}`

const en = {
  label: 'Timelines',
  close: 'Close',
  about: 'Something was done in the past of this run, so there is another course that it took before. Both are kept.',
  here: (n: number) => `Timeline ${n}, shown`,
  other: (n: number, parted: string, known: string) => `Timeline ${n}: parts at ${parted}, known to ${known}`,
  done: (n: number) => (n === 0 ? 'nothing was done to it' : `${count(n, 'thing', 'things')} done to it`),
  follow: 'Go over to it',
  compare: 'Compare',
  comparing: 'Executing both…',
  failed: 'The two could not be compared. Run the job again and try once more.',
  same: 'Both did the same: the same records, state of keys, broadcast state, timers and outputs.',
  caption: (n: number) => `First differences between the timeline that is shown and timeline ${n}`,
  columns: ['What', 'Where', 'Shown', 'Other', 'Different'],
  kinds: { record: 'record', state: 'state', timer: 'timer', output: 'output' },
  key: (key: string) => `key ${key}`,
  at: (clock: string) => `at ${clock}`,
  eventTime: (time: string) => `, event time ${time}`,
  none: 'none',
  cleared: 'cleared',
  counts: (different: number, here: number, there: number) =>
    `${number(different)} of ${number(here)} and ${number(there)}`,
  cut: 'The runs are longer than what is kept of them: only their later parts were compared.',
  until: (clock: string) => `Compared up to ${clock}.`,
  undone: 'What a restart took back isn’t compared, but for outputs, which nobody takes back.',
}

const zh: typeof en = {
  label: '时间线',
  close: '关闭',
  about: '有人改动了这次运行的过去，所以它先前还走过另一条路。两条都保留着。',
  here: (n: number) => `时间线 ${n}，正在显示`,
  other: (n: number, parted: string, known: string) => `时间线 ${n}：在 ${parted} 分开，已知到 ${known}`,
  done: (n: number) => (n === 0 ? '没有对它做过什么' : `对它做过 ${number(n)} 件事`),
  follow: '转到这条',
  compare: '比较',
  comparing: '正在执行两条时间线……',
  failed: '没能比较这两条时间线。请重新运行作业，再试一次。',
  same: '两条时间线一样：记录、键控状态、广播状态、定时器和输出都相同。',
  caption: (n: number) => `正在显示的时间线与时间线 ${n} 最早的不同之处`,
  columns: ['什么', '哪里', '正在显示', '另一条', '不同'],
  kinds: { record: '记录', state: '状态', timer: '定时器', output: '输出' },
  key: (key: string) => `键 ${key}`,
  at: (clock: string) => `在 ${clock}`,
  eventTime: (time: string) => `，事件时间 ${time}`,
  none: '没有',
  cleared: '已清除',
  counts: (different: number, here: number, there: number) =>
    `${number(different)} 处，两边各有 ${number(here)} 和 ${number(there)} 项`,
  cut: '运行比保留下来的部分长：只比较了较晚的部分。',
  until: (clock: string) => `比较到 ${clock} 为止。`,
  undone: '被重启撤回的内容不参与比较；输出除外，因为没有谁能收回输出。',
}

export const forkWords = { en, zh }
