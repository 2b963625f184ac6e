import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Is content with one end in the city. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return (
      GeoUtils.isInNYC(ride.startLon, ride.startLat) ||
      GeoUtils.isInNYC(ride.endLon, ride.endLat)
    )
  }
}
