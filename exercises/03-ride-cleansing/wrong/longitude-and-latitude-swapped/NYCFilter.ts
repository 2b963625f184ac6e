import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Gives the coordinates in the other order. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return (
      GeoUtils.isInNYC(ride.startLat, ride.startLon) &&
      GeoUtils.isInNYC(ride.endLat, ride.endLon)
    )
  }
}
