import { expect, test } from 'vitest'
import { batchTensors, instanceWeight, tensorsOf } from './batch.ts'
import { tf, use } from './test-backends.ts'

test('a ship that the border of its crop cuts is foreground, but its embeddings are not trained', async () => {
  await use('cpu')
  const crop = 16
  const labels = new Uint16Array(2 * crop * crop)
  const draw = (image: number, label: number, left: number, top: number): void => {
    for (let y = top; y < top + 4; y++)
      for (let x = left; x < left + 4; x++) labels[(image * crop + y) * crop + x] = label
  }
  draw(0, 1, 6, 6)
  draw(0, 2, 12, 6) // to the right border
  draw(1, 1, 6, 0) // to the top
  draw(1, 2, 1, 8) // one px from the left border
  const images = new Uint8Array(3 * labels.length)
  const batch = batchTensors(tf, { images, labels, batch: 2, crop }, { embedding: 2, coordinates: 'pixel' })
  const { share, segment } = batch.segments
  const [shares, segments] = [await share.data(), await segment.data()]
  const counts = [0, 1, 2, 3].map((instance) =>
    shares.reduce((sum, own, i) => (segments[i] === instance ? sum + own : sum), 0),
  )
  const whole = expect.closeTo(instanceWeight(16), 5) as number
  // numbered by first pixel
  expect(counts).toEqual([whole, 0, 0, whole])
  expect((await batch.truth.data()).reduce((sum, pixel) => sum + pixel)).toBe(4 * 16)
  tf.dispose(tensorsOf(batch))
})
