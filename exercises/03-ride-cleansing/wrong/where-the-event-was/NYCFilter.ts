import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Looks at the place of the event: a START’s start, an END’s end. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return ride.isStart
      ? GeoUtils.isInNYC(ride.startLon, ride.startLat)
      : GeoUtils.isInNYC(ride.endLon, ride.endLat)
  }
}
