/** Where pixels of an image lie: arrays of equal length n. */
export interface Places {
  /** [n] row-major pixel index */
  index: Uint32Array
  /** [n] px; whole numbers, which float32 holds up to 16 million */
  column: Float32Array
  /** [n] px */
  row: Float32Array
}

/** Places by pixel index: whoever asks again and again for row and column does not divide each time. @param width of the image, px */
export function placesOf(index: Uint32Array, width: number): Places {
  const column = new Float32Array(index.length)
  const row = new Float32Array(index.length)
  let [at, start] = [0, 0]
  for (let k = 0; k < index.length; k++) {
    const pixel = index[k]!
    if (pixel < start || pixel - start >= width) {
      at = Math.floor(pixel / width)
      start = at * width
    }
    column[k] = pixel - start
    row[k] = at
  }
  return { index, column, row }
}
