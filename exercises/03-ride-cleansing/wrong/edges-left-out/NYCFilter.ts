import type { FilterFunction, TaxiRide } from 'streambed'

/** Draws its own box and leaves its edges out. */
export class NYCFilter implements FilterFunction<TaxiRide> {
  filter(ride: TaxiRide): boolean {
    return (
      isInside(ride.startLon, ride.startLat) &&
      isInside(ride.endLon, ride.endLat)
    )
  }
}

function isInside(lon: number, lat: number): boolean {
  return lon > -74.05 && lon < -73.7 && lat > 40.5 && lat < 41.0
}
