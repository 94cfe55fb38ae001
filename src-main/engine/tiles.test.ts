import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '../contract/engine.ts'
import { clusterInference } from '../core/cluster/cluster.ts'
import type { Rle } from '../core/mask/rle.ts'
import { areaOf, intersectionArea } from '../core/mask/rle.ts'
import { decodeImage } from '../imaging/decode.ts'
import { baseModel, resources } from '../locations.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import { readModel } from '../model/files.ts'

let engine: Engine
beforeAll(() => void (engine = startEngine()))
afterAll(() => engine.stop())

function iou(a: Rle, b: Rle): number {
  const shared = intersectionArea(a, b)
  return shared / (areaOf(a) + areaOf(b) - shared)
}

test.each(['drawn-anchorage.jpg', 'athens-strait.png'])(
  'the shipped model finds the same instances in %s whole and in tiles',
  async (name) => {
    const image = await decodeImage(join(resources, 'sample', 'images', name))
    const { file } = await readModel(baseModel)
    const instancesBy = async (tile: number): Promise<Rle[]> => {
      const inference = await engine.infer({ modelFolder: baseModel, image, flips: false, tile }, {})
      return clusterInference(inference, { ...file.cluster, minScore: 0.5 }).instances.map(({ rle }) => rle)
    }
    const [whole, tiled] = [await instancesBy(1024), await instancesBy(128)]
    expect(whole.length).toBeGreaterThan(3)
    expect(tiled).toHaveLength(whole.length)
    // Sums in another order may move a pixel at the threshold.
    whole.forEach((mask, i) => expect(iou(mask, tiled[i]!)).toBeGreaterThan(0.98))
  },
)
