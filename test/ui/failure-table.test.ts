// A failed run as tables: records and rows by field, and what is left of every key.

import { describe, expect, test } from 'vitest'
import { inputTable, leftRows, rowTable } from '../../ui/lesson/exercise/failure-table.ts'

describe('rows', () => {
  test.each([
    [
      'objects by field',
      ['{"id":3,"n":1}', '{"id":4}'],
      ['id', 'n'],
      [
        ['3', '1'],
        ['4', ''],
      ],
    ],
    ['texts as they are', ['"a"', '7', 'null'], ['value'], [['a'], ['7'], ['null']]],
    ['tuples whole', ['[1,"a"]'], ['value'], [['[1,"a"]']]],
    ['a field that holds an object', ['{"ride":{"rideId":1}}'], ['ride'], [['{"rideId":1}']]],
    ['none', [], ['value'], []],
  ])('%s', (_name, rows, columns, cells) => {
    expect(rowTable(rows)).toEqual({ columns, rows: cells, more: 0 })
  })

  test('no more than one can look at, and how many there are besides', () => {
    const table = rowTable(Array.from({ length: 30 }, (_, i) => String(i)))
    expect([table.rows.length, table.more]).toEqual([12, 18])
  })
})

test('an input says when each record can be read', () => {
  const records = [{ value: { key: 'a' }, atMs: 20 }, { value: { key: 'b', late: true } }]
  expect(inputTable(records)).toEqual({
    columns: ['key', 'late'],
    rows: [
      { at: 20, cells: ['a', ''] },
      { at: 0, cells: ['b', 'true'] },
    ],
  })
})

test('what is left: a key stands there once for itself and once for each of its windows', () => {
  const key = { key: '1', keyGroup: 5, isCurrent: false }
  const left = [
    {
      states: ['sum', 'last'],
      keyCount: 2,
      keys: [
        { ...key, window: null, cells: [{ text: null }, { text: '7' }], timers: [] },
        {
          ...key,
          window: { start: 0, end: 60 },
          cells: [{ text: '3' }, { text: null }],
          timers: [{ at: 59, isEventTime: true, change: null }],
        },
      ],
    },
  ]
  expect(leftRows(left)).toEqual([
    { key: '1', window: null, values: ['last = 7'], timers: [] },
    {
      key: '1',
      window: { start: 0, end: 60 },
      values: ['sum = 3'],
      timers: [{ at: 59, isEventTime: true, change: null }],
    },
  ])
})
