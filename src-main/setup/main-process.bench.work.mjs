import { createRequire } from 'node:module'

/** What both sides of the bench do: run by Electron's main process and by a plain Node child of it. */

/** @param {'compute' | 'allocate'} task */
export function work(task) {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu')
  if (tf.getBackend() !== 'tensorflow') throw new Error(`libtensorflow is not in use, but ${tf.getBackend()}`)
  if (task === 'allocate') return tf.sum(tf.fill([2 ** 28], 1)).dataSync()[0] / 2 ** 28
  // About what one training step of a small U-Net computes.
  const kernel = tf.fill([3, 3, 64, 64], 0.001)
  const begun = performance.now()
  let image = tf.fill([1, 512, 512, 64], 1)
  for (let layer = 0; layer < 6; layer += 1) image = tf.conv2d(image, kernel, 1, 'same')
  image.dataSync()
  return performance.now() - begun
}

if (process.send) {
  process.once('message', (task) => {
    process.send(work(task), () => process.disconnect())
  })
}
