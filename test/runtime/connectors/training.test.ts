// The training's rides and fares against what the training's own Java code gives: the first ones in full, the first ten
// thousands by Java's hash over their texts; and the facts that exercises and lessons rely on.

import { describe, expect, test } from 'vitest'
import { stringHash } from '../../../runtime/base/java-hash.ts'
import { JavaRandom } from '../../../runtime/base/java-random.ts'
import { clickAt } from '../../../runtime/connectors/training/click-event.ts'
import { DataGenerator } from '../../../runtime/connectors/training/data-generator.ts'
import { GeoUtils } from '../../../runtime/connectors/training/geo-utils.ts'
import { firstRides, nextBatch } from '../../../runtime/connectors/training/rides-in-order.ts'
import { TaxiFare } from '../../../runtime/connectors/training/taxi-fare.ts'
import { RideAndFare, TaxiRide } from '../../../runtime/connectors/training/taxi-ride.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.parse('2020-01-01T12:00:00Z')

/** Java's hash of a list of texts, at each of these lengths. */
function hashesAt(texts: Iterable<string>, lengths: readonly number[]): string[] {
  let hash = 0n
  let count = 0
  const found: string[] = []
  for (const text of texts) {
    hash = BigInt.asIntN(64, hash * 31n + BigInt(stringHash(text)))
    if (lengths.includes(++count)) found.push(String(hash))
  }
  return found
}

function* rides(most: number): Generator<TaxiRide> {
  const position = firstRides()
  for (let count = 0; ;) {
    nextBatch(position)
    for (const { rideId, isStart } of position.waiting.splice(0)) {
      if (count++ === most) return
      yield new TaxiRide(rideId, isStart)
    }
  }
}

describe('rides', () => {
  test('20,000 in order, as Java hashes their texts', () => {
    const texts = Array.from(rides(20_000), String)
    expect(hashesAt(texts, [100, 1000, 10_000, 20_000])).toEqual([
      '8021291840699473159',
      '258680851799378674',
      '6338922393239644657',
      '-4608239024306994597',
    ])
  })
  test.each([
    [1, '1,START,2020-01-01T12:00:20Z,-73.76764,40.88664,-73.843834,40.78967,3,2013000185,2013000185', 82],
    [2, '2,START,2020-01-01T12:00:40Z,-73.85604,40.77413,-73.80203,40.84287,3,2013000108,2013000108', 31],
    [3, '3,START,2020-01-01T12:01:00Z,-73.86453,40.763325,-73.84797,40.7844,3,2013000134,2013000134', 26],
    [4, '4,START,2020-01-01T12:01:20Z,-73.86093,40.767902,-73.781784,40.868633,3,2013000062,2013000062', 28],
    [5, '5,START,2020-01-01T12:01:40Z,-73.85884,40.77057,-73.75468,40.903137,3,2013000087,2013000087', 29],
    [6, '6,START,2020-01-01T12:02:00Z,-73.764946,40.890068,-73.87163,40.754288,3,2013000011,2013000011', 84],
    [7, '7,START,2020-01-01T12:02:20Z,-73.816895,40.823956,-73.8498,40.782078,3,2013000036,2013000036', 54],
    [8, '8,START,2020-01-01T12:02:40Z,-73.769424,40.884365,-73.77441,40.87803,3,2013000164,2013000164', 81],
    [9, '9,START,2020-01-01T12:03:00Z,-73.82177,40.817753,-73.82647,40.811768,3,2013000189,2013000189', 51],
    [10, '10,START,2020-01-01T12:03:20Z,-73.814865,40.826534,-73.77973,40.871254,3,2013000113,2013000113', 55],
  ])('ride %i', (id, start, minutes) => {
    expect(new TaxiRide(id, true).toString()).toBe(start)
    expect((new TaxiRide(id, false).eventTime - new TaxiRide(id, true).getEventTimeMillis()) / MINUTE).toBe(minutes)
  })
  test('STARTs come in batches of five, shuffled', () => {
    expect(Array.from(rides(15), ({ rideId }) => rideId)).toEqual([5, 3, 2, 4, 1, 9, 7, 10, 6, 8, 15, 13, 11, 12, 14])
  })
  test('the first that last longer than two hours, and how many there are', () => {
    const long = range(1, 5000).filter((id) => minutesOf(id) > 120)
    expect(long.length).toBe(16)
    expect(long.slice(0, 10)).toEqual([1539, 1541, 1600, 1620, 1630, 1732, 1742, 2071, 2448, 2849])
    expect(long.slice(0, 5).map(minutesOf)).toEqual([123, 123, 124, 121, 125])
    expect(new DataGenerator(1539).startTime()).toBe(Date.parse('2020-01-01T20:33:00Z'))
    expect(range(1, 1000).filter((id) => minutesOf(id) === 120)).toEqual([])
  })
  test('the first that touch the outside of the city', () => {
    const outside = range(1, 5000)
      .map((id) => new TaxiRide(id, true))
      .filter((ride) => !GeoUtils.isInNYC(ride.startLon, ride.startLat) || !GeoUtils.isInNYC(ride.endLon, ride.endLat))
    expect(outside.length).toBe(36)
    expect(outside.slice(0, 5).map(({ rideId }) => rideId)).toEqual([1497, 1499, 1539, 1541, 1558])
  })
  test('the first whose END comes before its START', () => {
    const begun = new Set<number>()
    const early: number[] = []
    for (const { rideId, isStart } of rides(3000)) {
      if (isStart) begun.add(rideId)
      else if (!begun.has(rideId)) early.push(rideId)
    }
    expect(early.slice(0, 5)).toEqual([194, 448, 542, 952, 1157])
  })
  test('sort by time, STARTs first', () => {
    const at = (isStart: boolean, eventTime: number): TaxiRide => new TaxiRide(1, isStart, { eventTime })
    expect(at(true, 1).compareTo(at(false, 2))).toBeLessThan(0)
    expect(at(true, 5).compareTo(at(false, 5))).toBeLessThan(0)
    expect(at(false, 5).compareTo(at(true, 5))).toBeGreaterThan(0)
    expect(at(false, 5).compareTo(at(false, 5))).toBe(0)
  })
})

describe('fares', () => {
  test('10,000 in order, as Java hashes their texts', () => {
    const texts = range(1, 10_000).map((id) => new TaxiFare(id).toString())
    expect(hashesAt(texts, [10_000])).toEqual(['-3241470610128963508'])
  })
  test.each([
    '1,2013000185,2013000185,2020-01-01T12:00:20Z,CASH,33.0,0.0,118.0',
    '2,2013000108,2013000108,2020-01-01T12:00:40Z,CARD,14.0,0.0,48.0',
    '10,2013000113,2013000113,2020-01-01T12:03:20Z,CARD,23.0,3.0,84.0',
  ])('%s', (text) => expect(new TaxiFare(Number(text.split(',')[0])).toString()).toBe(text))
  test('sums over the first thousand', () => {
    const ids = range(1, 1000)
    expect(sum(ids.map((id) => new TaxiFare(id).tip))).toBe(23_704)
    expect(sum(ids.map(minutesOf))).toBe(57_024)
    expect(new Set(ids.map((id) => new TaxiFare(id).driverId)).size).toBe(200)
  })
  test('the driver with the most tips of each hour', () => {
    const winners = range(0, 7).map((hour) => {
      const tips = new Map<number, number>()
      const fares = range(1, 1440)
        .map((id) => new TaxiFare(id))
        .filter(({ startTime }) => Math.floor((startTime - NOON) / HOUR) === hour)
      for (const { driverId, tip } of fares) tips.set(driverId, (tips.get(driverId) ?? 0) + tip)
      const [driver, most] = Array.from(tips).sort(([, a], [, b]) => b - a)[0] as [number, number]
      return [fares.length, NOON + (hour + 1) * HOUR, driver, most]
    })
    expect(winners).toEqual([
      [179, 1577883600000, 2013000089, 76],
      [180, 1577887200000, 2013000197, 71],
      [180, 1577890800000, 2013000118, 83],
      [180, 1577894400000, 2013000119, 81],
      [180, 1577898000000, 2013000195, 73],
      [180, 1577901600000, 2013000072, 123],
      [180, 1577905200000, 2013000058, 84],
      [180, 1577908800000, 2013000148, 79],
    ])
  })
  test('a ride with its fare', () => {
    const both = new RideAndFare(new TaxiRide(1, true), new TaxiFare(1))
    expect(both.toString()).toBe(`<${both.ride.toString()} / ${both.fare.toString()}>`)
  })
})

describe('New York City', () => {
  // Two random positions each, and what the training's GeoUtils say of them: cell, its middle, distance, direction, number
  // of cells on the way and Java's hash of their list.
  test.each([
    [
      -73.95574188232422, 40.81926727294922, -73.96221160888672, 40.50481414794922, 36067, -73.95549774169922,
      40.819374084472656, 34.6749969960712, 91, 258, -805708734,
    ],
    [
      -73.82190704345703, 40.745304107666016, -74.01404571533203, 40.87129592895508, 50912, -73.82250213623047,
      40.74562454223633, 25.32312436648741, 212, 226, -285068166,
    ],
    [
      -73.94786071777344, 40.784576416015625, -73.82317352294922, 40.9763298034668, 43072, -73.94850158691406,
      40.78437423706055, 25.148610845492467, 301, 225, 1078607069,
    ],
    [
      -73.74225616455078, 40.6263313293457, -73.997467041015625, 40.848289489746094, 74719, -73.7426986694336,
      40.62687683105469, 37.28899962271254, 220, 342, 380499683,
    ],
    [
      -73.7291259765625, 40.843345642089844, -74.02506256103516, 40.55465316772461, 31479, -73.72869873046875,
      40.84312438964844, 44.64090498943795, 135, 405, 1687253153,
    ],
    [
      -73.92456817626953, 40.55801010131836, -73.97466278076172, 40.87103271484375, 88339, -73.92469787597656,
      40.55812454223633, 34.94947927631319, 260, 283, 451001134,
    ],
  ])('positions %#', (lon, lat, lon2, lat2, cell, middleLon, middleLat, km, angle, cells, hash) => {
    const way = GeoUtils.mapToGridCellsOnWay(lon, lat, lon2, lat2)
    expect(GeoUtils.mapToGridCell(lon, lat)).toBe(cell)
    expect([GeoUtils.getGridCellCenterLon(cell), GeoUtils.getGridCellCenterLat(cell)]).toEqual([middleLon, middleLat])
    expect(GeoUtils.getEuclideanDistance(lon, lat, lon2, lat2)).toBeCloseTo(km, 10)
    expect(GeoUtils.getDirectionAngle(lon, lat, lon2, lat2)).toBe(angle)
    expect([way.length, way.reduce((h, n) => (Math.imul(h, 31) + n) | 0, 1)]).toEqual([cells, hash])
  })
  test('random positions are Java’s', () => {
    const random = new JavaRandom(7)
    const position = [GeoUtils.getRandomNYCLon(random), GeoUtils.getRandomNYCLat(random)]
    expect(position).toEqual([-73.95574188232422, 40.81926727294922])
  })
  test('Penn Station is inside, the North Pole isn’t, and the bounds are', () => {
    expect(GeoUtils.isInNYC(-73.9947, 40.750626)).toBe(true)
    expect(GeoUtils.isInNYC(0, 90)).toBe(false)
    expect(GeoUtils.isInNYC(-74.05, 40.5)).toBe(true)
    expect(GeoUtils.isInNYC(-73.7, 41)).toBe(true)
    expect(GeoUtils.mapToGridCell(Math.fround(-73.9947), Math.fround(40.750626))).toBe(49789)
  })
})

test('click events: six pages in turn, a thousand each per 15 s of event time', () => {
  const events = range(0, 11_999).map(clickAt)
  expect(
    events
      .slice(0, 7)
      .map(({ page, timestamp }) => `${page}@${timestamp}`)
      .join(' '),
  ).toBe('/help@0 /index@0 /shop@0 /jobs@0 /about@0 /news@0 /help@15')
  const counts = new Map<string, number>()
  for (const { page, timestamp } of events) {
    const window = `${page} ${Math.floor(timestamp / 15_000)}`
    counts.set(window, (counts.get(window) ?? 0) + 1)
  }
  expect([counts.size, ...new Set(counts.values())]).toEqual([12, 1000])
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

function minutesOf(id: number): number {
  const generator = new DataGenerator(id)
  return (generator.endTime() - generator.startTime()) / MINUTE
}
