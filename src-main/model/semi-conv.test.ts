import type { Tensor4D, io } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { addCoordinates, semiConv2D } from './semi-conv.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

const PIXEL = { coordinates: 'pixel', origin: [0, 0], wholeSize: null } as const

function values(make: () => Tensor4D): number[] {
  return tf.tidy(() => [...make().dataSync()])
}

describe.each(BACKENDS)('semi-convolution on %s', (backend) => {
  beforeAll(() => use(backend))

  it('adds x to channel 0, y to channel 1 and nothing to the others, in each image anew', () => {
    const out = values(() => addCoordinates(tf, tf.zeros([2, 2, 3, 3]), { ...PIXEL, origin: [0, 0] }))
    const image = [0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 1, 1, 0, 2, 1, 0]
    expect(out).toEqual([...image, ...image])
  })

  it('puts a tile where it lies in the whole image, in pixels or normalised', () => {
    const tile = (coordinates: 'pixel' | 'normalized') =>
      values(() =>
        addCoordinates(tf, tf.zeros([1, 1, 2, 2]), { coordinates, origin: [30, 10], wholeSize: [40, 20] }),
      )
    expect(tile('pixel')).toEqual([30, 10, 31, 10])
    expect(tile('normalized')[0]).toBeCloseTo(30 / 40, 6)
    expect(tile('normalized')[3]).toBeCloseTo(10 / 20, 6)
  })

  it('loads again from a saved model with its options and weights', async () => {
    const SemiConv2D = semiConv2D(tf)
    const options = { coordinates: 'normalized', origin: [4, 2], wholeSize: [16, 8], kernelSize: 3 } as const
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [4, 6, 2], filters: 3, kernelSize: 1 }),
        new SemiConv2D({ filters: 4, ...options, origin: [4, 2], wholeSize: [16, 8] }),
      ],
    })
    const saved: { artifacts?: io.ModelArtifacts } = {}
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved.artifacts = artifacts
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
      }),
    )
    const again = await tf.loadLayersModel(tf.io.fromMemory(saved.artifacts!))
    expect(again.layers[1]!.getConfig()).toMatchObject({ filters: 4, ...options })
    const input = tf.randomNormal([2, 4, 6, 2], 0, 1, 'float32', 5)
    const [first, second] = [model.predict(input), again.predict(input)] as [Tensor4D, Tensor4D]
    expect(first.shape).toEqual([2, 4, 6, 4])
    expect([...second.dataSync()]).toEqual([...first.dataSync()])
  })
})
