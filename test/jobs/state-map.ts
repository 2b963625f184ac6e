// Map state: how often each visitor opened each page. The pages are tuples, which are compared by value.
import { MapStateDescriptor, RichMapFunction, StreamExecutionEnvironment, type MapState } from 'streambed'

interface Visit {
  readonly visitor: string
  readonly chapter: number
  readonly page: number
}

class CountVisits extends RichMapFunction<Visit, string> {
  visits!: MapState<readonly [chapter: number, page: number], number>

  override open(): void {
    this.visits = this.getRuntimeContext().getMapState(new MapStateDescriptor('visits'))
  }

  override map({ visitor, chapter, page }: Visit): string {
    this.visits.put([chapter, page], (this.visits.get([chapter, page]) ?? 0) + 1)
    const all = Array.from(this.visits.entries(), ([[c, p], times]) => `${c}.${p}×${times}`)
    return `${visitor}: ${all.sort().join(' ')}`
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env
  .fromData<Visit>(
    { visitor: 'Ada', chapter: 1, page: 1 },
    { visitor: 'Grace', chapter: 2, page: 5 },
    { visitor: 'Ada', chapter: 1, page: 2 },
    { visitor: 'Ada', chapter: 1, page: 1 },
  )
  .keyBy((visit) => visit.visitor)
  .map(new CountVisits())
  .print('visits')
await env.execute('count visits')
