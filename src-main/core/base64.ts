/** Two characters for each 12 bits. */
const PAIRS = ((): Uint8Array => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return Uint8Array.from({ length: 8192 }, (_, i) => letters.charCodeAt(i % 2 === 0 ? i >> 7 : (i >> 1) & 63))
})()

/** The bytes of an array as base64. By hand: `btoa` wants a text of the bytes first, which takes ten times as long. */
export function toBase64(array: Uint32Array | Float64Array | Uint8Array): string {
  const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  const letters = new Uint8Array(Math.ceil(all.length / 3) * 4)
  for (let from = 0, to = 0; from < all.length; from += 3, to += 4) {
    const bits = (all[from]! << 16) | ((all[from + 1] ?? 0) << 8) | (all[from + 2] ?? 0)
    letters[to] = PAIRS[(bits >> 12) << 1]!
    letters[to + 1] = PAIRS[((bits >> 12) << 1) | 1]!
    letters[to + 2] = PAIRS[(bits & 4095) << 1]!
    letters[to + 3] = PAIRS[((bits & 4095) << 1) | 1]!
  }
  const padding = (3 - (all.length % 3)) % 3
  return new TextDecoder().decode(letters.fill(61, letters.length - padding))
}

/** @throws DOMException where it is no base64 */
export function fromBase64(base64: string): ArrayBuffer {
  const binary = atob(base64)
  const all = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) all[i] = binary.charCodeAt(i)
  return all.buffer
}
