// What of state is said while a job is built: its backend, which stands in the plan, and types that can't be keys.

import { describe, expect, test } from 'vitest'
import {
  Configuration,
  EmbeddedRocksDBStateBackend,
  HashMapStateBackend,
  Types,
  type StreamExecutionEnvironment,
  type TypeInformation,
} from '../../../runtime/index.ts'
import { planOf } from '../../harness/run-job.ts'

class Point {
  x = 0
}

describe('the state backend', () => {
  const backendOf = (set: (env: StreamExecutionEnvironment) => unknown): string =>
    planOf((env) => {
      set(env)
      env.fromData([1]).print()
    }).config.stateBackend

  test.each<[name: string, set: (env: StreamExecutionEnvironment) => unknown, backend: string]>([
    ['nothing', () => null, 'hashmap'],
    ['an object', (env) => env.setStateBackend(new EmbeddedRocksDBStateBackend()), 'rocksdb'],
    [
      'the last object',
      (env) => env.setStateBackend(new EmbeddedRocksDBStateBackend()).setStateBackend(new HashMapStateBackend()),
      'hashmap',
    ],
    ['a configuration', (env) => env.configure(new Configuration().set('state.backend.type', 'rocksdb')), 'rocksdb'],
    ['a configuration of something else', (env) => env.configure(new Configuration().set('a', 1)), 'hashmap'],
  ])('%s', (_name, set, backend) => expect(backendOf(set)).toBe(backend))

  test.each<[name: string, set: (env: StreamExecutionEnvironment) => unknown]>([
    ['a name', (env) => env.setStateBackend('rocksdb' as never)],
  ])('%s is refused', (_name, set) => {
    expect(() => backendOf(set)).toThrowError(expect.objectContaining({ code: 'STATE_BACKEND' }) as Error)
  })
})

describe('the type of a key', () => {
  const plan = (type: TypeInformation<never>) => () =>
    planOf((env) => {
      env
        .fromData([1])
        .keyBy(() => null as never, type)
        .sum(0)
        .print()
    })

  test.each<[name: string, type: TypeInformation<unknown>]>([
    ['an object of a class', Types.POJO(Point)],
    ['anything', Types.GENERIC()],
    ['a map', Types.MAP(Types.STRING, Types.LONG)],
    ['nothing', Types.VOID],
    ['a tuple with an object in it', Types.TUPLE(Types.LONG, Types.POJO(Point))],
  ])('%s is refused where keyBy is called', (_name, type) => {
    expect(plan(type as never)).toThrowError(expect.objectContaining({ code: 'KEY_TYPE' }) as Error)
  })

  test.each<[name: string, type: TypeInformation<unknown>]>([
    ['a date', Types.INSTANT],
    ['a list', Types.LIST(Types.STRING)],
    ['a tuple', Types.TUPLE(Types.DOUBLE, Types.TUPLE(Types.STRING, Types.BIG_INT))],
  ])('%s is accepted', (_name, type) => expect(plan(type as never)().nodes.length).toBe(3))
})
