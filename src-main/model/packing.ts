/**
 * The network's head works at half resolution: each of its positions answers for 2 x 2 pixels. Training compares
 * pixels in that packed order, so that nothing of full size is moved around; only inference unpacks.
 */

/**
 * For each place of the packed order [B, H/2, W/2, 2 (row), 2 (column)] the row-major pixel index in [B, H, W].
 * @param height even
 * @param width even
 */
export function packedOrder(batch: number, height: number, width: number): Int32Array {
  const order = new Int32Array(batch * height * width)
  let at = 0
  for (let row = 0; row < (batch * height) / 2; row++) {
    for (let column = 0; column < width / 2; column++) {
      const pixel = 2 * row * width + 2 * column
      order[at++] = pixel
      order[at++] = pixel + 1
      order[at++] = pixel + width
      order[at++] = pixel + width + 1
    }
  }
  return order
}
