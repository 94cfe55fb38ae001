import { beforeAll, describe, expect, it } from 'vitest'
import type { RgbImage } from '../../contract/engine.ts'
import { randomFrom } from '../random.ts'
import { makeSyntheticScene } from '../synthetic/scene.ts'
import { agreeAnywhere, cropNameOf, isOneScene, pairsToCompare } from './crop-names.ts'
import { groupsOf } from './groups.ts'
import type { Groupable } from './groups.ts'
import { greyOf, lookOf } from './look.ts'

function cut({ width, data }: RgbImage, x: number, y: number, side: number): RgbImage {
  const out = new Uint8Array(side * side * 3)
  for (let row = 0; row < side; row++) {
    const from = ((y + row) * width + x) * 3
    out.set(data.subarray(from, from + side * 3), row * side * 3)
  }
  return { width: side, height: side, data: out }
}

/** As after a lossy compression: no pixel stays quite what it was. */
function noisy(image: RgbImage, seed: number): RgbImage {
  const random = randomFrom(seed)
  const data = image.data.map((value) => Math.max(0, Math.min(255, value + Math.floor(random() * 5) - 2)))
  return { ...image, data }
}

function groupable(image: RgbImage, id: number, more: Partial<Groupable> = {}): Groupable {
  const { width, height } = image
  return {
    ...{ id, width, height, sha256: `hash ${id}`, look: lookOf(image) },
    ...{ georeference: null, scene: null, byHand: null },
    ...more,
  }
}

const numbersOf = (images: readonly Groupable[]): number[] => {
  const groups = groupsOf(images)
  return images.map(({ id }) => groups.get(id)!.group)
}

let scene: RgbImage
let others: RgbImage[]
beforeAll(() => {
  scene = makeSyntheticScene(11, { width: 768, height: 768 }).image
  others = [21, 22, 23, 24, 25, 26].map((seed) => makeSyntheticScene(seed, { width: 256, height: 256 }).image)
})

describe('groupsOf', () => {
  it('finds twenty crops of one scene, each half of its neighbour, and tells other scenes apart', () => {
    const crops = Array.from({ length: 20 }, (_, i) =>
      cut(scene, 128 * (i % 5), 128 * Math.floor(i / 5), 256),
    )
    const images = [...crops, ...others].map((image, i) => groupable(image, i + 1))
    expect(numbersOf(images)).toEqual([...crops.map(() => 1), 21, 22, 23, 24, 25, 26])
    expect(groupsOf(images).get(2)!.why).toBe('same pixels')
  })

  it('takes a copy that was lit anew and made smaller for the same picture', () => {
    const half = 128
    const small = new Uint8Array(half * half * 3)
    for (let p = 0; p < half * half; p++) {
      const at = (2 * Math.floor(p / half) * 256 + 2 * (p % half)) * 3
      for (let c = 0; c < 3; c++)
        small[3 * p + c] = Math.min(255, Math.round(others[0]!.data[at + c]! * 0.8 + 20))
    }
    const copy: RgbImage = { width: half, height: half, data: small }
    const images = [...others, noisy(others[2]!, 3), copy].map((image, i) => groupable(image, i + 1))
    expect(numbersOf(images)).toEqual([1, 2, 3, 4, 5, 6, 3, 1])
  })

  it('joins what lies on the same ground, and leaves what a person has put elsewhere', () => {
    const at = (c: number): Groupable['georeference'] => ({
      crs: 'EPSG:32631',
      transform: [10, 0, c, 0, -10, 5000],
    })
    const place = [
      at(0),
      at(1000),
      at(2560),
      { crs: 'EPSG:32632', transform: [10, 0, 0, 0, -10, 5000] as never },
      at(2560),
    ]
    const images = place.map((georeference, i) =>
      groupable(others[i]!, i + 1, { georeference, byHand: i === 4 ? 5 : null }),
    )
    // 256 px of 10 m: the third touches the first and overlaps the second
    expect(numbersOf(images)).toEqual([1, 1, 1, 4, 5])
  })

  it('says nothing of plain water: it is alike everywhere', () => {
    const flat = (level: number): RgbImage => ({
      width: 64,
      height: 64,
      data: new Uint8Array(64 * 64 * 3).fill(level),
    })
    expect(numbersOf([flat(20), flat(21), flat(22)].map((image, i) => groupable(image, i + 1)))).toEqual([
      1, 2, 3,
    ])
  })
})

describe('names of crops', () => {
  const agree = (names: string[], images: RgbImage[]): boolean | null => {
    const crops = names.map((name, i) => ({ ...cropNameOf(name)!, ...images[i]!, grey: greyOf(images[i]!) }))
    const pairs = pairsToCompare(crops)
    return isOneScene(
      pairs.map(({ first, second, offsets }) => agreeAnywhere(crops[first]!, crops[second]!, offsets)),
    )
  }

  it('count where pixels bear them out: by pixel, x or y first, by row and column, and side by side', () => {
    const places = [0, 128, 256].flatMap((y) => [0, 128, 256].map((x) => [x, y] as const))
    const crops = places.map(([x, y], i) => noisy(cut(scene, x, y, 256), i))
    expect(
      agree(
        places.map(([x, y]) => `port_${x}_${y}.jpg`),
        crops,
      ),
    ).toBe(true)
    expect(
      agree(
        places.map(([x, y]) => `port_${y}_${x}.jpg`),
        crops,
      ),
    ).toBe(true)
    expect(
      agree(
        places.map(([x, y]) => `port_r${y / 128}_c${x / 128}.jpg`),
        crops,
      ),
    ).toBe(true)
    const apart = [0, 256, 512].flatMap((y) => [0, 256, 512].map((x) => [x, y] as const))
    const tiles = apart.map(([x, y]) => cut(scene, x, y, 256))
    expect(
      agree(
        apart.map(([x, y]) => `port__1__${x}___${y}.png`),
        tiles,
      ),
    ).toBe(true)
  })

  it('do not where pixels say otherwise', () => {
    const names = [0, 1, 2, 3, 4, 5].map((i) => `2024_${i}.png`)
    expect(agree(names, others)).toBe(false)
    expect(cropNameOf('ships/one.png')).toBeNull()
    expect(cropNameOf('a1/scene_2_3.png')).toEqual({ scene: 'a1/scene_#_#', numbers: [2, 3] })
  })
})
