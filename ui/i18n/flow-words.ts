// The words of the dataflow's own tools: zoom, the path of a key, rates, load.

const en = {
  region: 'Dataflow of the job',
  zoom: 'Zoom',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  fit: 'Whole job',
  zoomKeys: '+ and − zoom, 0 shows the whole job; drag, or scroll, to move.',
  path: 'Follow a key',
  everyKey: 'every key',
  rate: (perSecond: string) => `${perSecond}/s`,
  rates: 'at full speed: records per second of virtual time',
  legendHeld: 'back-pressured: waits for free buffers',
  load: (busy: number, pressed: number) =>
    pressed > 0 ? `${busy} % busy, ${pressed} % back-pressured` : `${busy} % busy`,
  full: 'full',
}

const zh: typeof en = {
  region: '作业的数据流',
  zoom: '缩放',
  zoomIn: '放大',
  zoomOut: '缩小',
  fit: '显示整个作业',
  zoomKeys: '按 + 和 − 缩放，按 0 显示整个作业；拖动或滚动可以移动。',
  path: '跟踪一个键',
  everyKey: '所有键',
  rate: (perSecond) => `${perSecond} 条/秒`,
  rates: '全速运行时：每秒（虚拟时间）的记录数',
  legendHeld: '被反压：等待空闲缓冲区',
  load: (busy, pressed) => (pressed > 0 ? `忙碌 ${busy}%，被反压 ${pressed}%` : `忙碌 ${busy}%`),
  full: '已满',
}

export const flowWords = { en, zh }
