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

/** The place in packed order of a row-major pixel index in [B, H, W]. @param width even */
export function packedPlace(pixel: number, width: number): number {
  const column = pixel % width
  const row = (pixel - column) / width
  return 4 * ((row >> 1) * (width / 2) + (column >> 1)) + 2 * (row & 1) + (column & 1)
}

/** The row-major pixel index of a place in packed order. @param width even */
export function pixelAt(place: number, width: number): number {
  const cell = place >> 2
  const column = cell % (width / 2)
  const row = (cell - column) / (width / 2)
  return (2 * row + ((place >> 1) & 1)) * width + 2 * column + (place & 1)
}
