import { randomFrom } from '../core/random.ts'

/**
 * A damaged copy of a file: bytes turned over, numbers made huge or nothing, an end cut off; more often where it begins.
 * @param seed the same gives the same
 */
export function mutate(file: Uint8Array, seed: number): Buffer {
  const random = randomFrom(seed)
  const bytes = Buffer.from(file)
  const changes = 1 + Math.floor(random() * 6)
  for (let i = 0; i < changes; i++) {
    const at = Math.floor(random() ** 2 * bytes.length)
    const kind = random()
    if (kind < 0.5) bytes[at] = Math.floor(random() * 256)
    else if (kind < 0.75) bytes.fill(0xff, at, Math.min(bytes.length, at + 4))
    else if (kind < 0.9) bytes.fill(0, at, Math.min(bytes.length, at + 4))
    else bytes.set(file.subarray(0, 12), Math.min(at, Math.max(0, bytes.length - 12)))
  }
  return random() < 0.15 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes
}
