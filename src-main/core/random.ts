/**
 * Seeded random numbers. Everything that is drawn at random in Drydock is drawn from here, so that the same
 * seed gives the same training, the same synthetic image and the same test.
 */

/** A source of numbers, uniform in [0, 1). */
export type Random = () => number

/**
 * A stream of uniform numbers in [0, 1) with 32 bits each (mulberry32, Tommy Ettinger, public domain).
 * @param seed any integer; its low 32 bits count
 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * One seed from several numbers, so that (seed, step, sample) gives a stream of its own.
 * @returns an unsigned 32-bit integer (murmur3's mixing of each number in turn)
 */
export function seedFrom(...parts: number[]): number {
  let hash = 0x9747b28c
  for (const part of parts) {
    let k = Math.imul(part >>> 0, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    hash ^= Math.imul(k, 0x1b873593)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Uniform in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}

/** A whole number, uniform in low..high, both included. */
export function wholeBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** Standard normal (Box-Muller, the second value is dropped so that no state is kept). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** One of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)]
  if (chosen === undefined) throw new Error('pick: the list is empty')
  return chosen
}
