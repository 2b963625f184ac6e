// The words of the results: kinds of change, charts, downloads.

const en = {
  change: 'Change',
  changes: { '+I': 'insert', '-U': 'before update', '+U': 'update', '-D': 'delete' },
  how: 'How rows are shown',
  table: 'table',
  charts: 'charts',
  download: 'Download these rows',
  saved: (n: number, name: string) => `${n} rows saved as ${name}`,
  part: (kept: number, total: number) => `A file holds the last ${kept} of ${total} rows: the page keeps no more.`,
  dashboard: 'Charts of this run',
  noCharts: 'Charts are drawn as soon as there are rows.',
  emptyDashboard: 'No chart here. Add one.',
  add: 'Add a chart',
  remove: (title: string) => `Remove the chart ${title}`,
  fields: 'What is drawn',
  kind: 'Chart',
  kinds: { bar: 'Bar chart', line: 'Line chart', time: 'Time series' },
  sinkOf: 'Rows of',
  allSinks: 'all sinks',
  x: 'Across',
  y: 'Up',
  series: 'Series',
  noSeries: 'none',
  combine: 'Same place',
  combinations: { sum: 'sum', last: 'newest', mean: 'mean', least: 'smallest', most: 'largest' },
  combined: {
    sum: (field: string) => `Sum of ${field}`,
    mean: (field: string) => `Mean ${field}`,
    least: (field: string) => `Smallest ${field}`,
    most: (field: string) => `Largest ${field}`,
  },
  count: 'Number of rows',
  eventTime: 'event time',
  virtualTime: 'virtual time',
  subtask: 'subtask',
  sink: 'sink',
  title: (y: string, x: string, series: string | null) =>
    series === null ? `${y} by ${x}` : `${y} by ${x}, for each ${series}`,
  nothingToDraw: 'Nothing to draw: none of the rows has these fields.',
  summary: (of: {
    kind: string
    series: number
    points: number
    from: string
    to: string
    highest: string
    lowest: string
  }) =>
    `${of.kind}: ${of.series === 1 ? '1 series' : `${of.series} series`}, ${of.points === 1 ? '1 point' : `${of.points} points`}, from ${of.from} to ${of.to}; highest ${of.highest}, lowest ${of.lowest}.`,
  point: (y: string, x: string, series: string) => (series === '' ? `${y} at ${x}` : `${y} at ${x} (${series})`),
  left: (series: number, categories: number, rows: number) =>
    [
      series > 0 ? `${series} more series` : '',
      categories > 0 ? `${categories} more bars` : '',
      rows > 0 ? `${rows} rows without these fields` : '',
    ]
      .filter(Boolean)
      .join(', '),
  notShown: (what: string) => `Not shown: ${what}.`,
  ofRows: (kept: number, total: number) => `Drawn from the last ${kept} of ${total} rows.`,
  keys: 'Arrow keys go from point to point and from series to series.',
}

const zh: typeof en = {
  change: '变更',
  changes: { '+I': '插入', '-U': '更新前', '+U': '更新', '-D': '删除' },
  how: '结果的显示方式',
  table: '表格',
  charts: '图表',
  download: '下载这些行',
  saved: (n, name) => `已将 ${n} 行保存为 ${name}`,
  part: (kept, total) => `共 ${total} 行，文件里是最后 ${kept} 行：页面只保留这么多。`,
  dashboard: '本次运行的图表',
  noCharts: '一有结果，就会画出图表。',
  emptyDashboard: '这里还没有图表，请添加一个。',
  add: '添加图表',
  remove: (title) => `移除图表“${title}”`,
  fields: '画什么',
  kind: '图表',
  kinds: { bar: '柱状图', line: '折线图', time: '时间序列' },
  sinkOf: '数据来自',
  allSinks: '全部数据汇',
  x: '横轴',
  y: '纵轴',
  series: '系列',
  noSeries: '不分',
  combine: '同一位置取',
  combinations: { sum: '总和', last: '最新值', mean: '平均值', least: '最小值', most: '最大值' },
  combined: {
    sum: (field) => `${field} 之和`,
    mean: (field) => `${field} 平均值`,
    least: (field) => `${field} 最小值`,
    most: (field) => `${field} 最大值`,
  },
  count: '行数',
  eventTime: '事件时间',
  virtualTime: '虚拟时间',
  subtask: '子任务',
  sink: '数据汇',
  title: (y, x, series) => (series === null ? `${y}（按 ${x}）` : `${y}（按 ${x}，以 ${series} 分系列）`),
  nothingToDraw: '没有可画的内容：没有哪一行含有这些字段。',
  summary: ({ kind, series, points, from, to, highest, lowest }) =>
    `${kind}：${series} 个系列，${points} 个点，从 ${from} 到 ${to}；最高为 ${highest}，最低为 ${lowest}。`,
  point: (y, x, series) => (series === '' ? `${x} 处的 ${y}` : `${x} 处的 ${y}（${series}）`),
  left: (series, categories, rows) =>
    [
      series > 0 ? `另外 ${series} 个系列` : '',
      categories > 0 ? `另外 ${categories} 根柱` : '',
      rows > 0 ? `缺少这些字段的 ${rows} 行` : '',
    ]
      .filter(Boolean)
      .join('、'),
  notShown: (what) => `未显示：${what}。`,
  ofRows: (kept, total) => `共 ${total} 行，图中是最后 ${kept} 行。`,
  keys: '用方向键可以逐点查看，并在系列之间切换。',
}

export const resultsWords = { en, zh }
