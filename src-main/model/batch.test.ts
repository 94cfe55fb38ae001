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
  const shares = Array.from(await share.data<'float32'>())
  const segments = await segment.data<'int32'>()
  const counts = [0, 1, 2, 3].map((instance) =>
    shares.reduce((sum, own, i) => (segments[i] === instance ? sum + own : sum), 0),
  )
  // numbered by first pixel
  expect(counts.map((count) => count / instanceWeight(16))).toEqual([
    expect.closeTo(1),
    0,
    0,
    expect.closeTo(1),
  ])
  expect(tf.sum(batch.truth).dataSync()[0]).toBe(4 * 16)
  tf.dispose(tensorsOf(batch))
})
