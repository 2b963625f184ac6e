import type { DataStream, TaxiFare } from 'streambed'

/** End of the hour in ms, driver, sum of the driver's tips in that hour. */
export type HourlyTip = [
  hourEnd: number,
  driverId: number,
  tips: number,
]

/** Not yet the winners: it passes every single tip on. */
export function hourlyTips(
  fares: DataStream<TaxiFare>,
): DataStream<HourlyTip> {
  return fares.map((fare): HourlyTip => [
    fare.startTime,
    fare.driverId,
    fare.tip,
  ])
}
