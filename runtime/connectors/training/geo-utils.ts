// Where things are in New York City, as Flink's training measures it: a box of degrees, and a grid of 250 by 400 cells
// over it, numbered row by row from the north-west. Cells are about 100 m wide and high.
// https://github.com/apache/flink-training

import type { JavaRandom } from '../../base/java-random.ts'

const LON_EAST = -73.7
const LON_WEST = -74.05
const LAT_NORTH = 41
const LAT_SOUTH = 40.5
const DELTA_LON = 0.0014
const DELTA_LAT = 0.00125
const CELLS_PER_ROW = 250
const ROWS = 400
const KM_PER_DEGREE = 110.25
/** A path this near to a corner of a cell goes through the corner. */
const CORNER = 0.05
/** Keeps the slope of a path straight up or down finite. */
const NO_WIDTH = 0.00000001

interface Cell {
  readonly x: number
  readonly y: number
}

/** Longitudes and latitudes of New York City. Positions are floats, in degrees. */
export const GeoUtils = {
  LON_EAST,
  LON_WEST,
  LAT_NORTH,
  LAT_SOUTH,
  LON_WIDTH: 74.05 - 73.7,
  LAT_HEIGHT: 41 - 40.5,
  DELTA_LON,
  DELTA_LAT,
  NUMBER_OF_GRID_X: CELLS_PER_ROW,
  NUMBER_OF_GRID_Y: ROWS,

  /** Whether a position is within the city's bounds, the bounds themselves included. */
  isInNYC(lon: number, lat: number): boolean {
    return !(lon > LON_EAST || lon < LON_WEST) && !(lat > LAT_NORTH || lat < LAT_SOUTH)
  },

  /** Number of the cell in which a position lies. */
  mapToGridCell(lon: number, lat: number): number {
    return numberOf(cellOf(lon, lat))
  },

  /** Numbers of the cells on the straight way between two positions, from west to east. */
  mapToGridCellsOnWay(lon1: number, lat1: number, lon2: number, lat2: number): number[] {
    const [one, two] = [cellOf(lon1, lat1), cellOf(lon2, lat2)]
    return one.x <= two.x ? cellsBetween(one, two) : cellsBetween(two, one)
  },

  /** Longitude of a cell's middle. */
  getGridCellCenterLon(cell: number): number {
    const x = cell % CELLS_PER_ROW
    return -Math.fround(Math.abs(LON_WEST) - x * DELTA_LON - DELTA_LON / 2)
  },

  /** Latitude of a cell's middle. */
  getGridCellCenterLat(cell: number): number {
    const y = Math.floor(cell / CELLS_PER_ROW)
    return Math.fround(LAT_NORTH - y * DELTA_LAT - DELTA_LAT / 2)
  },

  getRandomNYCLon(random: JavaRandom): number {
    return Math.fround(LON_EAST - GeoUtils.LON_WIDTH * random.nextFloat())
  },

  getRandomNYCLat(random: JavaRandom): number {
    return Math.fround(LAT_SOUTH + GeoUtils.LAT_HEIGHT * random.nextFloat())
  },

  /** Distance in km, on a flat earth, with the training's own idea of a cosine of degrees. */
  getEuclideanDistance(lon1: number, lat1: number, lon2: number, lat2: number): number {
    const x = Math.fround(lat1 - lat2)
    const y = Math.fround(lon1 - lon2) * Math.cos(lat2)
    return KM_PER_DEGREE * Math.sqrt(x * x + y * y)
  },

  /** Direction from start to destination in degrees: 0 is east, 90 south, 180 west, 270 north. */
  getDirectionAngle(startLon: number, startLat: number, destLon: number, destLat: number): number {
    const x = Math.fround(destLat - startLat)
    const y = Math.fround(destLon - startLon) * Math.cos(startLat)
    return Math.trunc(Math.atan2(x, y) * (180 / Math.PI)) + 179
  },
} as const

function cellOf(lon: number, lat: number): Cell {
  const x = Math.floor((Math.abs(LON_WEST) - Math.abs(lon)) / DELTA_LON)
  return { x, y: Math.floor((LAT_NORTH - lat) / DELTA_LAT) }
}

function numberOf({ x, y }: Cell): number {
  return x + y * CELLS_PER_ROW
}

/** Goes from cell to cell, at each one to the right, up or down, wherever the straight line leaves it. */
function cellsBetween(start: Cell, end: Cell): number[] {
  const slope = (end.y - start.y) / (end.x - start.x + NO_WIDTH)
  const vertical = slope > 0 ? 1 : -1
  let { x, y } = start
  const cells = [numberOf({ x, y })]
  while (x < end.x || y !== end.y) {
    const lineY = (x - start.x + 0.5) * slope + start.y - vertical * 0.5
    const isAtCorner = lineY > y - CORNER && lineY < y + CORNER
    const leavesRight = vertical > 0 ? lineY < y : lineY > y
    if (isAtCorner) {
      x++
      y += vertical
      // Going up, the training takes a second step after one through a corner.
      if (vertical < 0) [x, y] = lineY > y ? [x + 1, y] : [x, y - 1]
    } else if (leavesRight) x++
    else y += vertical
    cells.push(numberOf({ x, y }))
  }
  return cells
}
