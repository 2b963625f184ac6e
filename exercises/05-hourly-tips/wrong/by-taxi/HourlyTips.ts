import {
  Duration,
  ProcessWindowFunction,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from 'streambed'
import type {
  Collector,
  DataStream,
  ProcessWindowContext,
  TaxiFare,
  TimeWindow,
} from 'streambed'

/** End of the hour in ms, driver, sum of the driver's tips in that hour. */
export type HourlyTip = [
  hourEnd: number,
  driverId: number,
  tips: number,
]

/** For each hour the taxi in which most tips were given. */
export function hourlyTips(
  fares: DataStream<TaxiFare>,
): DataStream<HourlyTip> {
  const eventTime =
    WatermarkStrategy.forMonotonousTimestamps<TaxiFare>().withTimestampAssigner(
      (fare) => fare.startTime,
    )

  return fares
    .assignTimestampsAndWatermarks(eventTime)
    .keyBy((fare) => fare.taxiId)
    .window(TumblingEventTimeWindows.of(Duration.ofHours(1)))
    .process(new AddTips())
    .windowAll(TumblingEventTimeWindows.of(Duration.ofHours(1)))
    .maxBy(2)
}

/** All tips of one driver in one hour, as one result. */
class AddTips extends ProcessWindowFunction<
  TaxiFare,
  HourlyTip,
  number,
  TimeWindow
> {
  override process(
    driverId: number,
    context: ProcessWindowContext<TimeWindow>,
    fares: Iterable<TaxiFare>,
    out: Collector<HourlyTip>,
  ) {
    let tips = 0
    for (const fare of fares) tips += fare.tip
    out.collect([context.window().getEnd(), driverId, tips])
  }
}
