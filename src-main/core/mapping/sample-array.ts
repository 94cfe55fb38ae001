/** Samples of one window: row by row, the bands of a pixel side by side. */
export type SampleArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** An array of the same kind, all 0. */
export function emptyLike<T extends SampleArray>(data: T, length: number): T {
  const Kind = data.constructor as new (length: number) => T
  return new Kind(length)
}
