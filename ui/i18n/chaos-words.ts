// Words of the palette of faults, fetched with it.
import type { FaultGroup, FaultName } from '../stage/chaos/faults.ts'

type Texts = Readonly<Record<FaultName, { readonly name: string; readonly about: string }>>

const number = new Intl.NumberFormat('en').format
const count = (n: number, one: string, many: string): string => `${number(n)} ${n === 1 ? one : many}`

const faults: Texts = {
  'kill-task-manager': { name: 'Pull the plug', about: 'It’s gone from one moment to the next, with all its tasks.' },
  'disconnect-task-manager': {
    name: 'Cut it off',
    about: 'It works on, but nothing gets to it or from it. After 50 s it is given up.',
  },
  'slow-task-manager': { name: 'Slow it down', about: 'All its work takes so many times as long; 1 ends it.' },
  'skew-clock': { name: 'Set its clock ahead', about: 'By so much, or behind if negative; 0 ends it.' },
  throw: { name: 'Throw once', about: 'It throws so many records on (1: at the next), and not again.' },
  'throw-always': {
    name: 'Throw always',
    about: 'It throws so many records on (1: at the next), and after every restart again.',
  },
  'slow-operator': { name: 'Slow it down', about: 'Each of its records takes so much longer; 0 ends it.' },
  'partition-channel': { name: 'Cut the channel', about: 'Nothing gets through for so long; nothing is lost.' },
  'delay-channel': { name: 'Delay the channel', about: 'What is sent takes so much longer; 0 ends it.' },
  'pause-source': { name: 'Pause it', about: 'Nothing is read for so long.' },
  'delay-source': { name: 'Delay it', about: 'What it reads comes so much later; 0 ends it.' },
  'reorder-source': { name: 'Shuffle it', about: 'So many records at a time come out of order.' },
  'lose-acknowledgement': {
    name: 'Lose the acknowledgement',
    about: 'The coordinator never hears of its next snapshot.',
  },
  'delay-acknowledgement': {
    name: 'Delay the acknowledgement',
    about: 'The coordinator hears of its next snapshot later.',
  },
  'fail-upload': { name: 'Fail the upload', about: 'Its next snapshot can’t be written: the checkpoint fails.' },
  'disconnect-database': { name: 'Cut off the database', about: 'Nobody can reach it for so long.' },
}
const groups: Readonly<Record<FaultGroup, string>> = {
  machine: 'TaskManager',
  operator: 'Operator',
  channel: 'Channel',
  source: 'Source',
  checkpoint: 'Checkpoint',
  database: 'Database',
}

const en = {
  title: 'Break something',
  close: 'Close',
  notRunning: 'Run the job first: then whatever is in it can be broken.',
  machines: 'TaskManagers',
  machine: (n: number) => `TaskManager ${n}`,
  state: { RUNNING: 'alive', DISCONNECTED: 'cut off', KILLED: 'gone' },
  lost: 'given up',
  free: 'free slot',
  pull: (n: number) => `Pull the plug of TaskManager ${n}`,
  pullHint: 'Drag the plug out of its socket, or press it.',
  add: 'Add a TaskManager',
  waiting: (needed: number, available: number) => `Waiting for slots: ${needed} needed, ${available} there.`,
  target: 'What',
  subtask: 'Subtask',
  all: 'all',
  value: { forMs: 'ms', byMs: 'ms', factor: '×', within: 'records', record: 'records on' },
  groups,
  faults,
  toCard: 'Show its card',
  foresight: 'What it would do now',
  foresightHint: 'Point at a fault, or move the focus to it: here is what would be lost, and what restored.',
  wouldLose: (tasks: number, keys: number, inFlight: number) =>
    `Lost: ${count(tasks, 'task', 'tasks')}, state of ${count(keys, 'key', 'keys')}, ${count(inFlight, 'record', 'records')} on their way.`,
  wouldRestore: (id: number, at: string, replayed: number) =>
    `Restored: checkpoint ${id} of ${at}. The sources go back to it and read ${count(replayed, 'record', 'records')} again.`,
  wouldBeginAnew: (replayed: number) =>
    `Nothing is restored: there is no complete checkpoint. State is empty, and the sources read ${count(replayed, 'record', 'records')} again from the beginning.`,
  outcome: {
    restart: 'Then the job starts again.',
    shortage: 'Then the job waits for slots: add a TaskManager.',
    failure: 'Then the job fails for good: its restart strategy allows no more.',
    checkpoint: 'No task is lost, but the next checkpoint isn’t complete: a failure goes back to an older one.',
    none: 'Nothing is lost.',
  },
  slots: (needed: number, available: number) => `Slots: ${needed} needed, ${available} left.`,
  done: 'Done so far',
  nothingDone: 'Nothing yet. Each deed is a mark on the timeline.',
  undo: 'Undo',
  undoOf: (what: string) => `Undo: ${what}`,
  goTo: (what: string, at: string) => `${what}: go to ${at}`,
  ahead: 'still to come',
  didIt: (what: string) => `Done: ${what}.`,
  didUndo: 'Undone: the run was made anew without it.',
  deed: (name: string, target: string, amount: string) => [name, target, amount].filter(Boolean).join(' · '),
  savepoint: 'Savepoint',
  rescale: (n: number) => `Parallelism ${n}`,
}

const zh: typeof en = {
  title: '制造故障',
  close: '关闭',
  notRunning: '请先运行作业，然后就可以在其中制造故障。',
  machines: 'TaskManager',
  machine: (n) => `TaskManager ${n}`,
  state: { RUNNING: '运行中', DISCONNECTED: '失联', KILLED: '已消失' },
  lost: '已放弃',
  free: '空闲槽位',
  pull: (n) => `拔掉 TaskManager ${n} 的插头`,
  pullHint: '把插头从插座中拖出来，或直接按下它。',
  add: '添加一个 TaskManager',
  waiting: (needed, available) => `正在等待槽位：需要 ${needed} 个，现有 ${available} 个。`,
  target: '对象',
  subtask: '子任务',
  all: '全部',
  value: { forMs: '毫秒', byMs: '毫秒', factor: '倍', within: '条记录', record: '条记录时' },
  groups: {
    machine: 'TaskManager',
    operator: '算子',
    channel: '通道',
    source: '数据源',
    checkpoint: '检查点',
    database: '数据库',
  },
  faults: {
    'kill-task-manager': { name: '拔掉插头', about: '它连同所有任务瞬间消失。' },
    'disconnect-task-manager': { name: '切断连接', about: '它继续工作，但收发不了任何消息。50 秒后会被放弃。' },
    'slow-task-manager': { name: '放慢', about: '它的所有工作耗时变为若干倍；1 表示恢复。' },
    'skew-clock': { name: '拨快时钟', about: '拨快这么多，负数表示拨慢；0 表示恢复。' },
    throw: { name: '抛出一次异常', about: '处理到这么多条记录时抛出异常（1 为下一条），之后不再抛出。' },
    'throw-always': {
      name: '总是抛出异常',
      about: '处理到这么多条记录时抛出异常（1 为下一条），每次重新开始后都会再次抛出。',
    },
    'slow-operator': { name: '放慢', about: '处理每条记录都多花这么久；0 表示恢复。' },
    'partition-channel': { name: '切断通道', about: '这段时间内什么都过不去，但不会丢失。' },
    'delay-channel': { name: '延迟通道', about: '发送的内容晚到这么久；0 表示恢复。' },
    'pause-source': { name: '暂停', about: '这段时间内不读取任何内容。' },
    'delay-source': { name: '延迟', about: '它读到的内容晚到这么久；0 表示恢复。' },
    'reorder-source': { name: '打乱顺序', about: '每这么多条记录的顺序会被打乱。' },
    'lose-acknowledgement': { name: '丢失确认', about: '协调器永远收不到它下一份快照的确认。' },
    'delay-acknowledgement': { name: '延迟确认', about: '协调器更晚收到它下一份快照的确认。' },
    'fail-upload': { name: '上传失败', about: '它的下一份快照无法写入：检查点失败。' },
    'disconnect-database': { name: '断开数据库', about: '这段时间内谁都连不上它。' },
  },
  toCard: '显示它的卡片',
  foresight: '现在做会怎样',
  foresightHint: '指向一个故障，或把焦点移到它上面：这里会说明会失去什么、会恢复什么。',
  wouldLose: (tasks, keys, inFlight) =>
    `失去：${number(tasks)} 个任务、${number(keys)} 个键的状态、${number(inFlight)} 条传输中的记录。`,
  wouldRestore: (id, at, replayed) =>
    `恢复：${at} 的检查点 ${id}。数据源退回到那里，重新读取 ${number(replayed)} 条记录。`,
  wouldBeginAnew: (replayed) =>
    `没有可恢复的内容：还没有完成的检查点。状态为空，数据源从头重新读取 ${number(replayed)} 条记录。`,
  outcome: {
    restart: '然后作业重新开始。',
    shortage: '然后作业等待槽位：请添加一个 TaskManager。',
    failure: '然后作业彻底失败：它的重启策略不允许再次重启。',
    checkpoint: '不会失去任务，但下一个检查点不会完成：失败时会退回到更早的检查点。',
    none: '什么都不会失去。',
  },
  slots: (needed, available) => `槽位：需要 ${needed} 个，剩余 ${available} 个。`,
  done: '已经做过的',
  nothingDone: '还没有。每一次操作都会在时间线上留下标记。',
  undo: '撤销',
  undoOf: (what) => `撤销：${what}`,
  goTo: (what, at) => `${what}：前往 ${at}`,
  ahead: '尚未到达',
  didIt: (what) => `已执行：${what}。`,
  didUndo: '已撤销：运行在没有它的情况下重新执行了一遍。',
  deed: (name, target, amount) => [name, target, amount].filter(Boolean).join(' · '),
  savepoint: '保存点',
  rescale: (n) => `并行度 ${n}`,
}

export const chaosWords = { en, zh }
