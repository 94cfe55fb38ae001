import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { Tf } from './tf.ts'

/** Ships with the water beside them on the backend: what {@link diceByShip} sums over. */
export interface ShipTensors {
  /** [m] places in packed order; the padding is copies of place 0 */
  place: Tensor1D
  /** [m] ship of each; of the padding one that counts nothing */
  ship: Tensor1D
  /** [K, 1] what each ship counts; sums up to 1 at most */
  weight: Tensor2D
}

/**
 * One soft Dice for each ship, over its own pixels and the water beside it, and their weighted sum:
 * 1 - (2 sum(p t) + 1) / (sum p + |S| + 1), p = sigmoid(z). A boat of ten pixels counts what a tanker does. Always finite; 0 without a ship. Sums are
 * scatter-additions, so neither time nor memory depends on how many ships there are.
 * @param area [K, 1] pixels of each ship
 * @param logits [P / 4, 4] of all pixels in packed order
 * @param truth [P / 4, 4] 1 where there is a ship
 */
export function diceByShip(
  tf: Tf,
  { place, ship, weight }: ShipTensors,
  area: Tensor2D,
  logits: Tensor2D,
  truth: Tensor2D,
): Scalar {
  const [ships] = area.shape
  const run = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    const ids = tf.reshape(ship, [-1, 1])
    const sumOver = (values: Tensor): Tensor => tf.scatterND(ids, tf.reshape(values, [-1, 1]), [ships, 1])
    const p = tf.sigmoid(tf.gather(tf.reshape(z, [-1]), place))
    const t = tf.gather(tf.reshape(truth, [-1]), place)
    const sizes = tf.add(tf.add(sumOver(p), area), 1)
    const share = tf.div(tf.add(tf.mul(sumOver(tf.mul(p, t)), 2), 1), sizes)
    save([p, t, place, ship, share, tf.div(weight, sizes)])
    return {
      value: tf.sum(tf.mul(weight, tf.sub(1, share))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [q, truths, at, of, shares, rates] = saved as [Tensor, Tensor, Tensor, Tensor1D, Tensor, Tensor]
        const ofShip = (values: Tensor): Tensor => tf.gather(tf.reshape(values, [-1]), of)
        const slope = tf.mul(tf.sub(ofShip(shares), tf.mul(truths, 2)), tf.mul(ofShip(rates), dy))
        const own = tf.mul(slope, tf.sub(q, tf.square(q)))
        return tf.reshape(tf.scatterND(tf.reshape(at, [-1, 1]), own, [z.size]), z.shape)
      },
    }
  })
  return run(logits) as Scalar
}
