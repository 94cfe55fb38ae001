import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Georeference } from '../../contract/wire.ts'
import { metresBetween, pixelMetres, placesOf } from './places.ts'
import { readWorldFile, worldFileNames } from './world-file.ts'

const utm: Georeference = { crs: 'EPSG:32631', transform: [10, 0, 500_000, 0, -10, 4_649_776] }
const size = { width: 1024, height: 1024 }

describe('places', () => {
  it("finds the meridian of a UTM zone, and the equator's coordinates by hand", () => {
    const places = placesOf(utm)!
    // easting 500,000 is the middle meridian of zone 31: 3 degrees east
    expect(places.toPlace(0, 0).longitude).toBeCloseTo(3, 9)
    // along the meridian northing is 0.9996 times the arc: 4,651,636.65 m of arc lie at 42 degrees (Snyder, eq. 3-21)
    expect(places.toPlace(0, 0).latitude).toBeCloseTo(41.999_999, 3)
    const south = placesOf({ crs: 'EPSG:32731', transform: [1, 0, 500_000, 0, -1, 10_000_000] })!
    expect(south.toPlace(0, 0)).toMatchObject({ latitude: expect.closeTo(0, 9) as number })
  })

  it('knows web maps and degrees', () => {
    // Mercator of the sphere: x = R longitude, y = R ln tan(45 deg + latitude / 2)
    const x = (6_378_137 * 10 * Math.PI) / 180
    const y = 6_378_137 * Math.log(Math.tan(Math.PI / 4 + (50 * Math.PI) / 360))
    const web = placesOf({ crs: 'EPSG:3857', transform: [1, 0, x, 0, -1, y] })!
    expect(web.toPlace(0, 0).longitude).toBeCloseTo(10, 9)
    expect(web.toPlace(0, 0).latitude).toBeCloseTo(50, 9)
    const degrees = placesOf({ crs: 'EPSG:4326', transform: [0.001, 0, 10, 0, -0.001, 50] })!
    expect(degrees.toPlace(500, 1000)).toEqual({
      longitude: expect.closeTo(10.5, 12) as number,
      latitude: expect.closeTo(49, 12) as number,
    })
  })

  it('comes back to the pixel that it came from, whatever the transform', () => {
    // turned, sheared, mirrored, and never flat: drawn so, nothing need be thrown away
    const hundredths = (min: number, max: number) => fc.integer({ min, max }).map((n) => n / 100)
    const scale = hundredths(101, 1500)
    const pixel = fc.double({ min: 0, max: 5000, noNaN: true })
    const drawn = fc.tuple(scale, scale, hundredths(-100, 100), hundredths(0, 628), fc.boolean())
    fc.assert(
      fc.property(drawn, pixel, pixel, ([across, along, shear, angle, mirrored], x, y) => {
        const [cos, sin, down] = [Math.cos(angle), Math.sin(angle), mirrored ? -along : along]
        const [a, b] = [cos * across, cos * shear * across - sin * down]
        const [d, e] = [sin * across, sin * shear * across + cos * down]
        const places = placesOf({ crs: 'EPSG:32633', transform: [a, b, 450_000, d, e, 5_300_000] })!
        const back = places.toPixel(places.toPlace(x, y))
        expect(back.x).toBeCloseTo(x, 3)
        expect(back.y).toBeCloseTo(y, 3)
      }),
      { numRuns: 50 },
    )
  })

  it('says metres on the ground: of UTM as they are, of web maps and degrees at the latitude', () => {
    expect(pixelMetres(utm, size)).toEqual({ x: 10, y: 10 })
    // a degree of longitude at 60 degrees is 55,800 m, of latitude 111,412 m (tables of WGS 84)
    const degrees: Georeference = { crs: 'EPSG:4326', transform: [0.0001, 0, 10, 0, -0.0001, 60.0512] }
    const metres = pixelMetres(degrees, size)!
    expect(metres.x).toBeCloseTo(5.58, 2)
    expect(metres.y).toBeCloseTo(11.141, 2)
    // web maps stretch by about 1 / cos(latitude): at 60 degrees a pixel of 10 is about 5 m
    const y = 6_378_137 * Math.log(Math.tan(Math.PI / 4 + (60 * Math.PI) / 360))
    const web = pixelMetres({ crs: 'EPSG:3857', transform: [10, 0, 0, 0, -10, y + 5120] }, size)!
    expect(web.x).toBeCloseTo(5.01, 2)
  })

  it('measures a quarter of a degree along the equator, and across the date line', () => {
    // a degree of longitude at the equator: 2 pi 6,378,137 / 360
    const degree = (2 * Math.PI * 6_378_137) / 360
    const at = (longitude: number) => ({ longitude, latitude: 0 })
    expect(metresBetween(at(10), at(10.25))).toBeCloseTo(degree / 4, 3)
    expect(metresBetween(at(179.9), at(-179.9))).toBeCloseTo(degree / 5, 3)
  })

  it('says nothing of systems that it does not know, and takes any definition', () => {
    for (const crs of [null, 'EPSG:99999', 'a harbour', 'PROJCS[broken']) {
      expect(placesOf({ ...utm, crs })).toBeNull()
    }
  })
})

describe('world files', () => {
  it('give the corner of the first pixel, and the system of the .prj beside it', () => {
    const esri = 'PROJCS["WGS_1984_UTM_Zone_31N",GEOGCS["GCS_WGS_1984"]]'
    const read = readWorldFile('10\n0\n0\n-10\n500005\n4649771\n', esri)!
    expect(read.transform).toEqual(utm.transform)
    expect(pixelMetres(read, size)).toEqual({ x: 10, y: 10 })
    expect(readWorldFile('10\n0\n0\n-10\n500005\n', null)).toBeNull()
    expect(readWorldFile('ten 0 0 -10 1 2', null)).toBeNull()
  })

  it('are called by the first and last letter, the whole ending, or wld', () => {
    expect(worldFileNames('/a/b.jpeg')).toEqual([
      ...['/a/b.jgw', '/a/b.JGW', '/a/b.jpegw', '/a/b.JPEGW', '/a/b.wld', '/a/b.WLD'],
    ])
    expect(worldFileNames('b.tif')).toContain('b.tfw')
  })
})
