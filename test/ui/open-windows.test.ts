// Which windows wait to fire, by what is kept of their keys, and which bands of the figure ask why.

import { describe, expect, test } from 'vitest'
import type { KeyMoment, Moment } from '../../runtime/host/protocol.ts'
import { openWindows, unfiredBands } from '../../ui/stage/views/time-items.ts'
import type { TimeFigure, WindowBand } from '../../ui/stage/views/time-layout.ts'

/** `a [0,10) 9e`: key, window, and the timers it has, of event time or by the clock. */
function key(text: string): KeyMoment {
  const [name = '', bounds = '', ...timers] = text.split(' ')
  const [start = 0, end = 0] = bounds.slice(1, -1).split(',').map(Number)
  return {
    key: name,
    window: bounds === '-' ? null : { start, end },
    keyGroup: 0,
    cells: [],
    timers: timers.map((timer) => ({
      at: parseInt(timer),
      isEventTime: timer.includes('e'),
      change: timer.endsWith('!') ? 'fired' : null,
    })) as unknown as KeyMoment['timers'],
    isCurrent: false,
  }
}

function moment(...tasks: (readonly string[] | null)[]): Moment {
  return {
    tasks: tasks.map((keys) => ({ keyed: keys === null ? null : { keys: keys.map(key) } })),
  } as unknown as Moment
}

const told = (at: Moment | null): string[] =>
  openWindows(at).map(
    ({ start, end, keys, target }) => `[${start},${end}) ${keys}: ${target.task} ${target.key} ${target.at}`,
  )

describe('open windows', () => {
  test.each<[string, Moment | null, string[]]>([
    ['none where nothing runs', null, []],
    [
      'by their ends, with their keys',
      moment(null, ['b [10,20) 19e', 'a [0,10) 9e', 'b [0,10) 9e']),
      ['[0,10) 2: 1 a 9', '[10,20) 1: 1 b 19'],
    ],
    ['of all subtasks', moment(['a [0,10) 9e'], ['b [0,10) 9e']), ['[0,10) 2: 0 a 9']],
    ['not timers of keys', moment(['a - 9e']), []],
    ['not what the last step has fired', moment(['a [0,10) 9e!']), []],
    ['not by the clock', moment(['a [0,10) 9p']), []],
    ['not what has fired and is only kept for late records', moment(['a [0,10) 14e']), []],
    ['not the one that has no end', moment(['a [-Infinity,Infinity) 4e']), []],
  ])('%s', (_, at, expected) => expect(told(at)).toEqual(expected))
})

test('a band asks until its window has fired at the place that is shown', () => {
  const band = (start: number): WindowBand => ({
    start,
    end: start + 10,
    x: 0,
    width: 9,
    lane: 0,
    name: '',
    isEven: true,
  })
  const pane = (start: number, isPast: boolean) => ({ isPast, item: { start, end: start + 10 } })
  const figure = { bands: [0, 10, 20, 30].map(band), panes: [pane(0, true), pane(10, false)] } as unknown as TimeFigure
  const open = openWindows(moment(['a [10,20) 19e']))
  const asked = unfiredBands(figure, open).map((one) => `${one.band.start} ${one.open?.keys ?? 'nothing'}`)
  expect(asked).toEqual(['10 1', '20 nothing', '30 nothing'])
  // A session can be open again where one like it has fired.
  expect(unfiredBands(figure, openWindows(moment(['a [0,10) 9e']))).map((one) => one.band.start)).toContain(0)
})
