import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Drops every END event. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return (
      ride.isStart &&
      GeoUtils.isInNYC(ride.startLon, ride.startLat) &&
      GeoUtils.isInNYC(ride.endLon, ride.endLat)
    )
  }
}
