import { describe, expect, it } from 'vitest'
import type { ClusterSettings } from '../../contract/wire.ts'
import { inferenceOf } from '../../testing/inference.ts'
import { lightOf } from '../cluster/light.ts'
import { fromPredicate } from '../mask/rle.ts'
import { randomFrom } from '../random.ts'
import type { TuneImage } from './candidates.ts'
import { eachOf } from './out-of-fold.ts'
import { compareOpinions, secondOpinionNote } from './second-opinion.ts'
import { tuneClustering } from './tune.ts'

const SIZE = { width: 48, height: 32 }
const START: ClusterSettings = {
  ...{ foreground: 0.5, sigma: null, alpha: 2, minArea: 8, minScore: 0.5 },
  ...{ separate: false, necks: false, rectangles: false },
}

/**
 * Images with a ship or a false alarm, or both, of the same size and foreground: only the light tells them apart, where it does. Dark water, bright ships, false alarms
 * as dark as foam in the shade.
 * @param share of the images have a ship @param telling false: both are as light as chance has it
 */
function scenes(
  count: number,
  { telling, share = 0.5, seed = 1 }: { telling: boolean; share?: number; seed?: number },
): TuneImage[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, i) => {
    const hasShip = i < share * count
    const blobs = [
      ...(hasShip ? [{ x: 4, y: 6, ship: true }] : []),
      ...(i % 2 === 0 ? [{ x: 28, y: 18, ship: false }] : []),
    ].map((blob) => {
      const light = (telling ? (blob.ship ? 180 : 70) : 120) + Math.floor(40 * random())
      return { ...blob, light, foreground: 0.7 + 0.2 * random() }
    })
    const blobAt = (pixel: number) =>
      blobs.find(({ x, y }) => {
        const [column, row] = [(pixel % SIZE.width) - x, Math.floor(pixel / SIZE.width) - y]
        return column >= 0 && column < 12 && row >= 0 && row < 4
      })
    const pixels = Array.from({ length: SIZE.width * SIZE.height }, (_, pixel) => blobAt(pixel))
    const data = Uint8Array.from(
      pixels.flatMap((blob) => {
        const light = blob?.light ?? 30 + Math.floor(20 * random())
        return [light, light, light]
      }),
    )
    const foreground = Float32Array.from(pixels, (blob) => blob?.foreground ?? 0)
    const offset = new Float32Array(2 * foreground.length)
    const inference = inferenceOf({ ...SIZE, channels: 2, foreground, offset })
    return {
      inference: { ...inference, light: lightOf({ ...SIZE, data }, inference) },
      truth: hasShip ? [fromPredicate(SIZE, () => true, { x: 4, y: 6, width: 12, height: 4 })] : [],
    }
  })
}

const options = { vary: [] as const }

describe('a second opinion', () => {
  it('is kept where the light tells ships from false alarms, and finds them in other images', async () => {
    const { calibration, secondOpinion, settings, reliability } = await tuneClustering(
      scenes(60, { telling: true }),
      START,
      options,
    )
    expect(secondOpinion).toMatchObject({ kept: true })
    expect(secondOpinion!.gain!.low).toBeGreaterThan(0)
    expect(calibration!.weights.contrast).toBeGreaterThan(0)
    expect(reliability).not.toBeNull()
    expect(secondOpinionNote(secondOpinion!)).toMatch(/^scores are a second opinion.*\+0\.\d{3}/)
    const others = scenes(40, { telling: true, seed: 2 })
    expect(eachOf(others, { cluster: settings, calibration })).toEqual(others.map(() => 1))
  })

  it('is dropped where the light says nothing: all is as without it', async () => {
    const images = scenes(60, { telling: false })
    const dark = images.map(({ inference, truth }) => ({ inference: { ...inference, light: null }, truth }))
    const lit = await tuneClustering(images, START, options)
    expect(lit.secondOpinion).toMatchObject({ kept: false })
    expect(secondOpinionNote(lit.secondOpinion!)).toMatch(/^scores go by the foreground alone.*not better/)
    const { secondOpinion: _, ...chosen } = lit
    const { secondOpinion: __, ...without } = await tuneClustering(dark, START, options)
    expect(chosen).toEqual(without)
    expect(Object.keys(chosen.calibration!.weights)).toEqual(['foreground', 'peak', 'logArea', 'border'])
  })

  it('is not asked for with fewer than twenty ships', async () => {
    const { secondOpinion } = await tuneClustering(
      scenes(60, { telling: true, share: 19 / 60 }),
      START,
      options,
    )
    expect(secondOpinion).toEqual({ kept: false, gain: null })
    expect(secondOpinionNote(secondOpinion!)).toContain('takes 20 ships')
  })

  it('gives the same answer every time', async () => {
    const images = scenes(60, { telling: true })
    expect(await tuneClustering(images, START, options)).toEqual(await tuneClustering(images, START, options))
  })

  it('is not fitted once the work was cancelled', async () => {
    const cancelled = new Error('cancelled')
    const between = () => Promise.reject(cancelled)
    await expect(tuneClustering(scenes(60, { telling: true }), START, { vary: [], between })).rejects.toBe(
      cancelled,
    )
  })

  it('never costs a clean image, whatever it gains with ships', () => {
    const images = Array.from({ length: 20 }, () => ({ ships: 1 }))
    const measured = (f2: number, emptyClean: number) => ({
      each: images.map(() => f2),
      evaluation: { f2, f2WithShips: f2, emptyImages: 9, emptyClean, ships: 20, found: 10 },
    })
    expect(compareOpinions(images, measured(0.3, 8), measured(0.5, 8)).kept).toBe(true)
    expect(compareOpinions(images, measured(0.3, 8), measured(0.5, 7)).kept).toBe(false)
    expect(compareOpinions(images, measured(0.5, 8), measured(0.5, 9)).kept).toBe(false)
  })
})
