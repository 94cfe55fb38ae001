import { describe, expect, it } from 'vitest'
import type { Band, ImageAbout } from '../../src-main/contract/wire.ts'
import { fakeClient } from './fake-client.ts'
import { Raster } from './raster.svelte.ts'

const band: Band = { name: 'Grey', type: 'uint16', bits: 16, nodata: null, alpha: null }
const about: ImageAbout = {
  bands: [band],
  shown: [1],
  pages: 1,
  georeference: { crs: 'EPSG:32631', transform: [10, 0, 500_000, 0, -10, 4_649_776] },
  pixelMetres: { x: 10, y: 10 },
  givenByHand: false,
}

/** A backend whose answers are given by hand. */
function bench(of: ImageAbout = about) {
  const asked: { x: number; answer: (values: number[]) => void }[] = []
  const left = new AbortController()
  const images = {
    about: () => Promise.resolve(of),
    samples: ({ x }: { x: number }) => new Promise<number[]>((answer) => void asked.push({ x, answer })),
  }
  const client = fakeClient({ backend: { images } }).inProject('p', left.signal)
  return { asked, left, raster: new Raster(client, 7, left.signal) }
}

const turn = () => new Promise((done) => setTimeout(done))

describe('what lies beneath the pixels', () => {
  it('asks for the samples of the last pixel that the pointer came to', async () => {
    const { asked, raster } = bench()
    await raster.refresh()
    const looking = raster.look(1, 0)
    await turn()
    void raster.look(2, 0)
    void raster.look(3, 0)
    asked[0]!.answer([10])
    await turn()
    expect(asked.map(({ x }) => x)).toEqual([1, 3])
    asked[1]!.answer([30])
    await looking
    expect(raster.samples).toEqual({ x: 3, y: 0, values: [30] })
  })

  it('an answer that comes after the image was left lands nowhere', async () => {
    const { asked, left, raster } = bench()
    await raster.refresh()
    const looking = raster.look(1, 0)
    await turn()
    left.abort()
    asked[0]!.answer([10])
    await looking
    expect(raster.samples).toBeNull()
  })

  it('asks for no samples where they are what is shown, and knows places where the file does', async () => {
    const plain = bench({ ...about, bands: [{ ...band, type: 'uint8', bits: 8 }], georeference: null })
    await plain.raster.refresh()
    await plain.raster.look(1, 1)
    expect([plain.asked.length, plain.raster.places]).toEqual([0, null])
    const placed = bench()
    await placed.raster.refresh()
    expect(placed.raster.places!.toPlace(0, 0).longitude).toBeCloseTo(3, 6)
  })
})
