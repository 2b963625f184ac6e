import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Keeps the rides that both start and end in New York City. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return (
      GeoUtils.isInNYC(ride.startLon, ride.startLat) &&
      GeoUtils.isInNYC(ride.endLon, ride.endLat)
    )
  }
}
