/** The instances of a batch of label maps, as flat lists: what the segment form of the loss works on. */
export interface Segments {
  /** [n] flat pixel indices (image * H * W + y * W + x) of all pixels that belong to an instance, ascending */
  pixel: Int32Array
  /** [n] instance of each of these pixels, 0..count-1 */
  segment: Int32Array
  /** [count] the first pixel of each instance, as a position in `pixel` */
  first: Int32Array
  /** [count] pixels of each instance */
  area: Float32Array
  /** number of instances: labels of two images are two instances */
  count: number
}

/**
 * Finds the instances of a batch.
 * @param labels [B * pixelsPerImage] non-negative integers, row-major, gaps allowed
 * @param pixelsPerImage H * W
 * @param background label that is no instance; null: every label is one
 */
export function segmentsOf(
  labels: Uint16Array | Int32Array,
  pixelsPerImage: number,
  background: number | null,
): Segments {
  let n = 0
  for (let i = 0; i < labels.length; i++) if (labels[i] !== background) n++
  const pixel = new Int32Array(n)
  const segment = new Int32Array(n)
  const first: number[] = []
  const area: number[] = []
  let known = new Map<number, number>()
  let lastLabel = -1
  let lastSegment = -1
  let at = 0
  for (let i = 0; i < labels.length; i++) {
    if (i % pixelsPerImage === 0) {
      known = new Map()
      lastLabel = -1
    }
    const label = labels[i]!
    if (label === background) continue
    if (label !== lastLabel) {
      lastLabel = label
      const found = known.get(label)
      lastSegment = found ?? area.length
      if (found === undefined) {
        known.set(label, lastSegment)
        first.push(at)
        area.push(0)
      }
    }
    pixel[at] = i
    segment[at++] = lastSegment
    area[lastSegment]!++
  }
  return { pixel, segment, first: Int32Array.from(first), area: Float32Array.from(area), count: area.length }
}
