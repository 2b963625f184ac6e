import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Keeps what it should drop. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return !(
      GeoUtils.isInNYC(ride.startLon, ride.startLat) &&
      GeoUtils.isInNYC(ride.endLon, ride.endLat)
    )
  }
}
