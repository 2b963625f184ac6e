// The words of the time view, fetched with it.

const number = new Intl.NumberFormat('en').format
const count = (n: number, one: string, many: string): string => `${number(n)} ${n === 1 ? one : many}`

const en = {
  shape: 'How event time is shown',
  figure: 'figure',
  table: 'table',
  extent: 'How much of the run is shown',
  whole: 'whole run',
  now: 'around now',
  lines: 'Watermark of',
  processingClock: 'Processing time',
  eventClock: (of: string) => `Event time at ${of}`,
  noWatermark: 'no watermark yet',
  xAxis: (isDate: boolean): string =>
    isDate ? 'event time: when it happened (UTC)' : 'event time: when it happened, in s',
  yAxis: 'processing time: when it arrived',
  nowAt: (at: string) => `now ${at}`,
  noDelay: 'no delay',
  watermarkOf: (of: string) => `watermark, ${of}`,
  fires: (keys: number, records: number | null) =>
    `fires: ${records === null ? count(keys, 'key', 'keys') : count(records, 'record', 'records')}`,
  late: (window: string | null) => (window === null ? 'late' : `late: ${window} is over`),
  dropped: 'dropped',
  kept: 'to a side output',
  isAtMost: (left: string, right: string) => `${left} ≤ watermark ${right}`,
  isBelow: (left: string, right: string) => `${left} < watermark ${right}`,
  every: (n: number) => `Of the records one in ${number(n)} is drawn.`,
  lost: (n: number) =>
    `The run was too fast for ${count(n, 'entry', 'entries')} of its trace; at a slower pace nothing is left out.`,
  empty: 'Run the job to see its event time here.',
  noTimestamps: 'No record of this run has an event time.',
  noTimestampsTodo:
    'Give the source a WatermarkStrategy with a timestamp assigner, or call assignTimestampsAndWatermarks on the stream, and run again.',
  label: 'Event time and processing time',
  bandsLabel: 'Windows that haven’t fired',
  whyNotYet: (window: string) => `Why hasn’t ${window} fired yet?`,
  why: 'why not yet?',
  openWindow: 'open window',
  openFor: (keys: number) => `Waits to fire, with ${count(keys, 'key', 'keys')}.`,
  nothingWaits: (window: string) => `Nothing waits in ${window}: no record of it is kept here.`,
  keys: 'Arrow keys go from one thing that happened to the next, Enter goes to its moment in the run.',
  summary: (records: number, lates: number, panes: number) =>
    `${count(records, 'record', 'records')} with event time, ${count(lates, 'late record', 'late records')}, ${count(panes, 'window', 'windows')} fired.`,
  dragHint:
    'Point at something to read it; click it to go there. Drag a hollow dot: what if it came later, or were older?',
  hint: 'Point at something to read it; click it to go there.',
  comingLabel: 'Records that haven’t been read yet',
  move: 'Arrow keys move the record to another event time or arrival, Enter drops it there and forks the run, Escape puts it back; Page Down and Page Up go to another record.',
  moving: (text: string, time: string, at: string) =>
    `${text}: event time ${time}, arrives at ${at}. Let go to fork the run, or press Enter; Escape puts it back. The event time overrules what the watermark strategy assigns to this record.`,
  forked: 'The run goes another way from here.',
  record: (text: string, time: string, at: string) => `${text}, event time ${time}, arrived at ${at}`,
  unread: (text: string, time: string, at: string) => `Not read yet: ${text}, event time ${time}, arrives at ${at}`,
  lateItem: (text: string, time: string, at: string, rule: string, fate: string) =>
    `Late: ${text}, event time ${time}, at ${at}: ${rule}, ${fate}`,
  pane: (window: string, at: string, keys: number, records: number | null) =>
    `Window ${window} fired at ${at}: ${count(keys, 'key', 'keys')}${records === null ? '' : `, ${count(records, 'record', 'records')}`}`,
  timer: (time: string, at: string) => `Timer of ${time} fired at ${at}`,
  watermark: (of: string, time: string, at: string) => `Watermark of ${of} at ${at}: ${time}`,
  columns: { at: 'Processing time', what: 'What', time: 'Event time', of: 'Where', detail: 'Details' },
  kinds: {
    record: 'record',
    late: 'late record',
    pane: 'window fired',
    timer: 'timer fired',
    watermark: 'watermark',
    coming: 'not read yet',
  },
  goTo: 'go there',
  shownRows: (n: number, total: number) => `The last ${number(n)} of ${number(total)}`,
  and: ', ',
}

const zh: typeof en = {
  shape: '事件时间的显示方式',
  figure: '图',
  table: '表格',
  extent: '显示运行的多大范围',
  whole: '整个运行',
  now: '现在前后',
  lines: '水位线：',
  processingClock: '处理时间',
  eventClock: (of) => `${of} 的事件时间`,
  noWatermark: '还没有水位线',
  xAxis: (isDate) => (isDate ? '事件时间：事情发生的时刻（UTC）' : '事件时间：事情发生的时刻（秒）'),
  yAxis: '处理时间：到达的时刻',
  nowAt: (at) => `现在 ${at}`,
  noDelay: '无延迟',
  watermarkOf: (of) => `水位线，${of}`,
  fires: (keys, records) => (records === null ? `触发：${number(keys)} 个键` : `触发：${number(records)} 条`),
  late: (window) => (window === null ? '迟到' : `迟到：${window} 已经结束`),
  dropped: '被丢弃',
  kept: '进入侧输出',
  isAtMost: (left, right) => `${left} ≤ 水位线 ${right}`,
  isBelow: (left, right) => `${left} < 水位线 ${right}`,
  every: (n) => `每 ${number(n)} 条记录画一条。`,
  lost: (n) => `运行太快，有 ${number(n)} 条跟踪没来得及送到这里；放慢速度就不会遗漏。`,
  empty: '运行作业后，这里会显示它的事件时间。',
  noTimestamps: '这次运行的记录都没有事件时间。',
  noTimestampsTodo:
    '给数据源一个带时间戳分配器的 WatermarkStrategy，或者在流上调用 assignTimestampsAndWatermarks，然后重新运行。',
  label: '事件时间与处理时间',
  bandsLabel: '尚未触发的窗口',
  whyNotYet: (window) => `${window} 为什么还没有触发？`,
  why: '为什么还没有？',
  openWindow: '未触发的窗口',
  openFor: (keys) => `等待触发，有 ${keys} 个键。`,
  nothingWaits: (window) => `${window} 里没有等待触发的内容：这里没有保留属于它的记录。`,
  keys: '用方向键在发生过的事情之间移动，按 Enter 跳到运行中的那一刻。',
  summary: (records, lates, panes) =>
    `${number(records)} 条带事件时间的记录，${number(lates)} 条迟到，${number(panes)} 个窗口已触发。`,
  dragHint: '指向图中的内容可以读到说明，点击可以跳到那一刻。拖动空心圆点：如果它来得更晚、时间更早呢？',
  hint: '指向图中的内容可以读到说明，点击可以跳到那一刻。',
  comingLabel: '尚未读取的记录',
  move: '方向键把记录移到别的事件时间或到达时刻，按 Enter 放下并让运行从这里分叉，按 Escape 放回原处；Page Down 和 Page Up 换一条记录。',
  moving: (text, time, at) =>
    `${text}：事件时间 ${time}，${at} 到达。松开或按 Enter，运行就从这里分叉；按 Escape 放回原处。这个事件时间会代替水位线策略给这条记录分配的时间戳。`,
  forked: '运行从这里走上另一条路。',
  record: (text, time, at) => `${text}，事件时间 ${time}，${at} 到达`,
  unread: (text, time, at) => `尚未读取：${text}，事件时间 ${time}，将于 ${at} 到达`,
  lateItem: (text, time, at, rule, fate) => `迟到：${text}，事件时间 ${time}，${at}：${rule}，${fate}`,
  pane: (window, at, keys, records) =>
    `窗口 ${window} 于 ${at} 触发：${number(keys)} 个键${records === null ? '' : `，${number(records)} 条记录`}`,
  timer: (time, at) => `${time} 的定时器于 ${at} 触发`,
  watermark: (of, time, at) => `${at} 时 ${of} 的水位线：${time}`,
  columns: { at: '处理时间', what: '事情', time: '事件时间', of: '位置', detail: '详情' },
  kinds: {
    record: '记录',
    late: '迟到的记录',
    pane: '窗口触发',
    timer: '定时器触发',
    watermark: '水位线',
    coming: '尚未读取',
  },
  goTo: '跳到那里',
  shownRows: (n, total) => `共 ${number(total)} 项，显示最后 ${number(n)} 项`,
  and: '，',
}

export const timeWords = { en, zh }
export type TimeWords = typeof en
