import { GeoUtils } from 'streambed'
import type { FilterFunction, TaxiRide } from 'streambed'

/** Looks at the start only. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return GeoUtils.isInNYC(ride.startLon, ride.startLat)
  }
}
