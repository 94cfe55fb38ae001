import { createHash } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IGNORED_LABEL } from '../../contract/words.ts'
import type { TrainBatch } from '../../contract/engine.ts'
import { areaOf } from '../../core/mask/rle.ts'
import { maskOf, writeImage } from '../../testing/images.ts'
import { BatchMaker } from './train-batches.ts'
import { trainData } from './train-data.ts'
import type { TrainPlan, TrainSource } from './train-plan.ts'
import { validationWindows } from './train-plan.ts'

const SHIP = { x: 90, y: 60, width: 24, height: 8 }

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'drydock-train-'))))
afterAll(() => rm(folder, { recursive: true }))

async function source(name: string, width = 200, height = 150): Promise<TrainSource> {
  const file = join(folder, name)
  await writeImage(file, { width, height, ships: [SHIP] })
  const truth = [maskOf(SHIP, { width, height })]
  return { file, width, height, truth, content: createHash('sha256').update(name).digest('hex'), group: 0 }
}

function planOf(plan: Partial<TrainPlan>): TrainPlan {
  return {
    ...{ sources: [], validation: [], further: [], synthetic: { share: 0, scenes: null } },
    ...{ seed: 7, batch: 3, crop: 64, magnify: 1.3, sizeExponent: 0, falseAlarmShare: 0 },
    ...plan,
  }
}

const digest = ({ images, labels }: TrainBatch): string =>
  createHash('sha256')
    .update(images)
    .update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
    .digest('hex')

describe('trainData', () => {
  it('gives the batch of a step whatever was asked before, in threads as without', async () => {
    const plan = planOf({
      sources: [await source('a.png'), await source('b.png', 300, 120)],
      synthetic: { share: 0.5, scenes: 20 },
    })
    const expected = await new BatchMaker(plan).batch(5)
    const inOrder = trainData(plan)
    const jumping = trainData(plan)
    try {
      for (let step = 0; step < 5; step++) await inOrder.batch(step)
      expect(digest(await inOrder.batch(5))).toBe(digest(expected))
      expect(digest(await jumping.batch(5))).toBe(digest(expected))
      expect(digest(await jumping.batch(6))).not.toBe(digest(expected))
    } finally {
      await Promise.all([inOrder.close(), jumping.close()])
    }
    expect(digest(await new BatchMaker({ ...plan, seed: 8 }).batch(5))).not.toBe(digest(expected))
  })

  it('says which pixels are in an area to ignore, in crops and where it validates', async () => {
    const area = maskOf({ x: 100, y: 0, width: 100, height: 150 }, { width: 200, height: 150 })
    const marked = { ...(await source('area.png')), ignored: [area] }
    const batches = new BatchMaker(planOf({ sources: [marked], validation: [marked], batch: 16 }))
    const { labels } = await batches.batch(0)
    const { truth, ignored } = await batches.validation(0)
    expect(labels).toContain(IGNORED_LABEL)
    expect(labels).toContain(1)
    expect(truth.map(areaOf)).toEqual([SHIP.width * SHIP.height])
    // but for the ship's 14 columns that lie in it
    expect(ignored.map(areaOf)).toEqual([100 * 150 - 14 * SHIP.height])
  })

  it('marks exactly the bright ship in most crops of an image with one', async () => {
    const batches = new BatchMaker(planOf({ sources: [await source('c.png')], batch: 16 }))
    const { images, labels } = await batches.batch(0)
    let withShip = 0
    for (let i = 0; i < 16; i++) {
      const own = labels.subarray(i * 4096, (i + 1) * 4096)
      if (own.includes(1)) withShip++
      // where the label says ship, the pixels are the brightest of the crop
      const mean = (wanted: number): number => {
        let [sum, count] = [0, 0]
        own.forEach((label, p) => {
          if (label !== wanted) return
          sum += images[(i * 4096 + p) * 3]!
          count++
        })
        return count ? sum / count : NaN
      }
      if (own.includes(1)) expect(mean(1)).toBeGreaterThan(mean(0) + 50)
    }
    expect(withShip).toBeGreaterThanOrEqual(8)
  })

  it('trains on a single image, and where its labels overlap the later one shows', async () => {
    const one = await source('one.png')
    const over = maskOf({ x: 100, y: 60, width: 24, height: 8 }, one)
    const plan = planOf({ sources: [{ ...one, truth: [one.truth[0]!, over, over] }], batch: 16 })
    const { labels } = await new BatchMaker(plan).batch(0)
    let both = 0
    for (let i = 0; i < 16; i++) {
      const own = new Set(labels.subarray(i * 4096, (i + 1) * 4096))
      // the second ship lies under the third, which is the same
      expect(Math.max(...own)).toBeLessThanOrEqual(2)
      if (own.size === 3) both++
    }
    expect(both).toBeGreaterThan(4)
    const data = trainData(plan)
    try {
      expect(data.validationImages).toBeGreaterThan(5)
      expect((await data.validation(0)).image.width).toBe(512)
    } finally {
      await data.close()
    }
  })

  it('passes over an image that is cut off, says so, and validates on the others', async () => {
    const [good, bad] = [await source('good.png'), await source('bad.jpg', 400, 300)]
    await truncate(bad.file, 900)
    const data = trainData(planOf({ sources: [good, bad], validation: [good] }))
    try {
      for (let step = 0; step < 4; step++)
        expect((await data.batch(step)).images).toHaveLength(3 * 64 * 64 * 3)
      expect(data.skipped().map(({ file }) => file)).toEqual([bad.file])
      const { image, truth } = await data.validation(0)
      expect([image.width, image.height, truth.length]).toEqual([200, 150, 1])
      expect(areaOf(truth[0]!)).toBe(24 * 8)
    } finally {
      await data.close()
    }
  })

  it('gives the further images after those to validate on', async () => {
    const [validated, further] = [await source('validated.png'), await source('further.png', 120, 130)]
    const data = trainData(planOf({ sources: [further], validation: [validated], further: [further] }))
    try {
      expect([data.validationImages, data.furtherImages]).toEqual([1, 1])
      expect((await data.validation(0)).image).toMatchObject({ width: 200, height: 150 })
      expect((await data.validation(1)).image).toMatchObject({ width: 120, height: 130 })
      await expect(data.validation(2)).rejects.toMatchObject({ code: 'not_found' })
    } finally {
      await data.close()
    }
  })

  it('takes some crops where it is told of false alarms, from the step that they are told for', async () => {
    const empty = { ...(await source('alarm.png', 400, 300)), truth: [] }
    // the ship that nobody has marked is taken for one, rightly or not
    const alarms = { from: 2, places: [{ image: 0, x: SHIP.x + 4, y: SHIP.y + 2 }] }
    const bright = ({ images }: TrainBatch): number => {
      let count = 0
      for (let i = 0; i < 16; i++) {
        const own = images.subarray(i * 3 * 4096, (i + 1) * 3 * 4096)
        const sorted = Uint8Array.from(own).sort()
        if (sorted.at(-90)! > sorted[6000]! + 50) count++
      }
      return count
    }
    const plan = planOf({ sources: [empty], validation: [empty], batch: 16, falseAlarmShare: 0.4 })
    const data = trainData(plan)
    const untold = trainData({ ...plan, falseAlarmShare: 0 })
    try {
      expect([data.trainedImages, untold.trainedImages]).toEqual([1, 0])
      const seen = await data.validation(data.validationImages + data.furtherImages)
      expect(seen.image).toMatchObject({ width: 400, height: 300 })
      data.falseAlarms(alarms)
      const before = bright(await data.batch(0)) + bright(await data.batch(1))
      const after = bright(await data.batch(2)) + bright(await data.batch(3))
      // no ship is marked, so all crops could be of it
      expect(after).toBeGreaterThan(before + 8)
      expect(digest(await untold.batch(1))).toBe(
        digest(await new BatchMaker({ ...plan, falseAlarmShare: 0 }).batch(1)),
      )
      expect(digest(await data.batch(4))).toBe(digest(await new BatchMaker(plan).batch(4, alarms.places)))
    } finally {
      await Promise.all([data.close(), untold.close()])
    }
  })

  it('tells why a batch cannot be made', async () => {
    const broken = join(folder, 'no-image.png')
    await writeFile(broken, 'text')
    const lost: TrainSource = { file: broken, width: 64, height: 64, truth: [], content: '0', group: 0 }
    const data = trainData(planOf({ validation: [lost] }))
    try {
      await expect(data.validation(0)).rejects.toMatchObject({ code: 'image_broken' })
      await expect(data.validation(1)).rejects.toMatchObject({ code: 'not_found' })
    } finally {
      await data.close()
    }
  })
})

describe('validationWindows', () => {
  const few = { share: 0.2, scenes: null }
  const large: TrainSource = {
    ...{ file: 'large', width: 2000, height: 700, content: 'f', truth: [], group: 0 },
  }

  it('cuts large images into windows without gap or overlap, ships first', () => {
    const ship = maskOf({ x: 1500, y: 10, width: 20, height: 5 }, large)
    const windows = validationWindows({ validation: [{ ...large, truth: [ship] }], synthetic: few })
    expect(windows.map((w) => (w.kind === 'image' ? [w.x, w.width, w.height] : []))).toEqual([
      [1333, 667, 700],
      [0, 666, 700],
      [666, 667, 700],
    ])
  })

  it('takes synthetic images where there is nothing to validate on', () => {
    const windows = validationWindows({ validation: [], synthetic: few })
    expect(windows.length).toBeGreaterThan(5)
    expect(windows.every(({ kind }) => kind === 'synthetic')).toBe(true)
  })

  it('adds synthetic images where most of the training is synthetic', () => {
    const kinds = validationWindows({ validation: [large], synthetic: { share: 0.6, scenes: null } }).map(
      ({ kind }) => kind,
    )
    expect(kinds.slice(0, 3)).toEqual(['image', 'image', 'image'])
    expect(new Set(kinds.slice(3))).toEqual(new Set(['synthetic']))
  })
})
